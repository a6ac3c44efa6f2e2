// What this visit has searched, in the memory of the page only, and who is told: insights/measure.js listens to `portal:search`
// ({query, results, qid}) and `portal:search-click` ({qid, rank, url}).

const SAME_SEARCH_MS = 3000;
const REMEMBERED = 3;

let last = { query: "", qid: "" };
let waiting = null;
let recent = [];

/** The last three searches, newest first. */
export const searches = () => [...recent];

/** Typing has stopped. When it goes on within three seconds ("inv", "invoice"), that is still the same search. */
export function settle(query, results) {
  if (waiting && !query.startsWith(waiting.query)) finish();
  clearTimeout(waiting?.timer);
  waiting = { query, results, timer: setTimeout(finish, SAME_SEARCH_MS) };
}

/** Nothing will be typed on to the last search: count it, unless it was counted before (Enter leads to /search/). */
export function finish() {
  if (!waiting) return;
  const { query, results, timer } = waiting;
  clearTimeout(timer);
  waiting = null;
  if (query === last.query) return;
  known(query);
  tell("portal:search", { query, results, qid: last.qid });
}

/** This search was counted before this page was loaded. */
export function known(query) {
  last = { query, qid: newId() };
  recent = [query, ...recent.filter((other) => other !== query)].slice(0, REMEMBERED);
}

/** A result was chosen: that ends the search, too. */
export function clicked(query, results, rank, url) {
  settle(query, results);
  finish();
  tell("portal:search-click", { qid: last.qid, rank, url });
}

/** What a customer looked for and did not find, in other words than the search: a search without a result. */
export function missed(query) {
  finish();
  tell("portal:search", { query, results: 0, qid: newId() });
}

// A page that goes away takes its timers along.
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
