// This visit's searches, in memory only. Dispatches `portal:search` ({query, results, qid}) and `portal:search-click`
// ({qid, rank, url}), to which insights/measure.js listens.

const SAME_SEARCH_MS = 3000;
const REMEMBERED = 3;

let last = { query: "", qid: "" };
let waiting = null;
let recent = [];

/** The last three searches, newest first. */
export const searches = () => [...recent];

/** Typing has paused. When it resumes within three seconds ("inv", "invoice"), it is still the same search. */
export function settle(query, results) {
  if (waiting && !query.startsWith(waiting.query)) finish();
  clearTimeout(waiting?.timer);
  waiting = { query, results, timer: setTimeout(finish, SAME_SEARCH_MS) };
}

/** The last search is finished: count it, unless it was counted before (Enter leads to /search/). */
export function finish() {
  if (!waiting) return;
  const { query, results, timer } = waiting;
  clearTimeout(timer);
  waiting = null;
  if (query === last.query) return;
  known(query);
  tell("portal:search", { query, results, qid: last.qid });
}

/** Note a search that was counted before this page was loaded. */
export function known(query) {
  last = { query, qid: newId() };
  recent = [query, ...recent.filter((other) => other !== query)].slice(0, REMEMBERED);
}

/** A result was chosen, which ends the search, too. */
export function clicked(query, results, rank, url) {
  settle(query, results);
  finish();
  tell("portal:search-click", { qid: last.qid, rank, url });
}

/** Count what a customer says they looked for and did not find, as a search without results. */
export function missed(query) {
  finish();
  tell("portal:search", { query, results: 0, qid: newId() });
}

// Timers end with the page.
addEventListener("pagehide", finish);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") finish();
});

function tell(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

// randomUUID exists on secure pages only.
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
}
