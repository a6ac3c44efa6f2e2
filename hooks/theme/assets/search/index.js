// The page's single engine: opened when a search form gets the focus, and again after a failure.

let opening;

/** The engine (see `open` in hooks/engine/main.js); rejects when it or its index does not load, and the next call tries again. */
export function engine() {
  opening ??= load(address()).catch((error) => {
    opening = undefined;
    throw error;
  });
  return opening;
}

/** Whether the page's index is gone, because the site was published since the page was loaded. */
export async function isStale() {
  const answer = await fetch(address(), { method: "HEAD", cache: "no-store" }).catch(() => null);
  return answer?.status === 404 || answer?.status === 410;
}

/** The engine for the index at `indexUrl`: a module of the same name (portal/search/engine_file.py), loaded in parallel. */
export async function load(indexUrl) {
  const index = fetch(indexUrl);
  index.catch(() => {});
  const { open } = await import(indexUrl.replace(/txt$/, "js"));
  return open(indexUrl, index);
}

/** The site's base path, e.g. "/help/". */
export const base = () => document.querySelector("[data-portal-base]").dataset.portalBase;

const address = () => document.querySelector("[data-portal='search/search'][data-index]").dataset.index;
