// Finds the number that solves an ALTCHA puzzle (version 2, PBKDF2), in a worker.

const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

onmessage = async ({ data: { nonce, salt, cost, keyLength, keyPrefix, algorithm } }) => {
  const how = { name: "PBKDF2", hash: algorithm.split("/")[1], salt: bytes(salt), iterations: cost };
  const password = new Uint8Array([...bytes(nonce), 0, 0, 0, 0]);
  const last = new DataView(password.buffer, password.length - 4);
  const started = performance.now();
  for (let counter = 0; ; counter++) {
    last.setUint32(0, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const derivedKey = hex(await crypto.subtle.deriveBits(how, key, keyLength * 8));
    if (derivedKey.startsWith(keyPrefix)) {
      postMessage({ counter, derivedKey, time: Math.round(performance.now() - started) });
      return;
    }
  }
};

// An error after an await reaches the page only when it is thrown outside the promise.
addEventListener("unhandledrejection", ({ reason }) => setTimeout(() => { throw reason; }));
