// The one engine of a page: opened when a customer turns to search, and again after a failure.

let opening;

/** The engine (see `open` in hooks/engine/main.js); rejects when it or its index does not load, and the next call tries again. */
export function engine() {
  opening ??= load(address()).catch((error) => {
    opening = undefined;
    throw error;
  });
  return opening;
}

/** Whether the index that this page knows is gone: the site was published anew, and the page is from before that. */
export async function isStale() {
  const answer = await fetch(address(), { method: "HEAD", cache: "no-store" }).catch(() => null);
  return answer?.status === 404 || answer?.status === 410;
}

/** The engine of the index at `indexUrl`: a module of the same name (portal/search/engine_file.py), asked for together with it. */
export async function load(indexUrl) {
  const index = fetch(indexUrl);
  index.catch(() => {});
  const { open } = await import(indexUrl.replace(/txt$/, "js"));
  return open(indexUrl, index);
}

/** Where the site begins, e.g. "/help/". */
export const base = () => document.querySelector("[data-portal-base]").dataset.portalBase;

const address = () => document.querySelector("[data-portal='search/search'][data-index]").dataset.index;
