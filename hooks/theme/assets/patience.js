// How long a script waits for an answer.

/** A signal that ends a request after `milliseconds`, as AbortSignal.timeout does, which browsers of 2022 lack. */
export function patience(milliseconds) {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), milliseconds);
  return controller.signal;
}
