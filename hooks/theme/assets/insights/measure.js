// Counts what happens in a visit without identifying the visitor: the visit's id is in a variable, in no cookie and no
// storage, so a reload or a new tab is a new visit. Sends nothing for readers who ask not to be counted (Do Not Track,
// Global Privacy Control) or for robots (navigator.webdriver). There is no switch for tests: they start a browser that
// does not call itself a robot.

let visit = "";
const queue = [];
let view = null; // the page on the screen; null until counting begins
let sequence = 0;
let attentiveSince = null;

// Kinds of pages that are steps of their own in the report.
const OPENED = {
  ask: "ticket_start",
  status: "status_view",
  incident: "status_view",
  changelog: "changelog_view",
  release: "changelog_view",
  billing: "billing_open",
  account: "account_open",
  notfound: "notfound",
};

const KINDS = [
  [/^\/$/, "home"],
  [/^\/search\/$/, "search"],
  [/^\/ask\/$/, "ask"],
  [/^\/status\/$/, "status"],
  [/^\/status\/./, "incident"],
  [/^\/changelog\/$/, "changelog"],
  [/^\/changelog\/./, "release"],
  [/^\/feedback\//, "feedback"],
  [/^\/unavailable\/$/, "unavailable"],
  [/^\/my\/$/, "hub"],
  [/^\/my\/tickets\/$/, "tickets"],
  [/^\/my\/(ticket|ask)\/$/, "ticket"],
  [/^\/my\/billing\/$/, "billing"],
  [/^\/my\/account\/$/, "account"],
];

const SEARCH_ENGINES = /(^|\.)(google|bing|duckduckgo|ecosia|yahoo|baidu|yandex|startpage|qwant|kagi|search\.brave)\.[a-z.]+$/;

// As in portal/insights/events.py: email addresses, long numbers, links with a query, and long tokens, which may be keys.
const PRIVATE = /https?:\/\/\S+\?\S*|[^\s@]+@[^\s@]+|\d{7,}|\+?\d(?:[ ./()-]{0,2}\d){8,}|[\w.=/+~%-]{25,}/gi;
const LONGEST_QUERY = 120;

let base = "/";

/** Count this visit from now on; the element or one around it has `data-portal-base`. */
export function start() {
  if (view || navigator.webdriver || navigator.doNotTrack === "1" || navigator.globalPrivacyControl) return;
  base = document.querySelector("[data-portal-base]").dataset.portalBase;
  // A prerendered page has not been seen yet.
  if (document.prerendering) document.addEventListener("prerenderingchange", begin, { once: true });
  else begin();
}

/** `{visit, view, seq}` for what a form sends itself (insights/feedback.js), or `{}` when not counted. */
export function whereabouts() {
  return view ? { visit, view: view.id, seq: sequence++ } : {};
}

/** A query without what is private, or null when more than half of it was. */
export function redact(text) {
  const query = text.normalize("NFC").toLowerCase().trim().replace(/\s+/g, " ");
  if (!query || query.replace(PRIVATE, "").length * 2 < query.length) return null;
  return query.replace(PRIVATE, "[removed]").slice(0, LONGEST_QUERY);
}

function begin() {
  visit = newId();
  // Material swaps the page without a reload when navigation.instant is on.
  if (window.document$) window.document$.subscribe(enter);
  else enter();
  for (const name of ["focus", "blur"]) addEventListener(name, watch);
  addEventListener("scroll", scrolled, { passive: true });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") leave();
    else watch();
  });
  addEventListener("pagehide", leave);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (link?.origin === location.origin && link.pathname === `${base}ask/`) record("help_open");
  });
  document.addEventListener("portal:search", ({ detail }) => {
    const values = { query_id: queryId(detail.qid), query: redact(detail.query), results: detail.results };
    record(detail.results ? "search" : "search_zero", values);
  });
  document.addEventListener("portal:search-click", ({ detail }) => {
    record("search_click", { query_id: queryId(detail.qid), rank: detail.rank });
  });
  document.addEventListener("portal:suggest", ({ detail }) => record(`suggest_${detail.step}`));
  document.addEventListener("portal:ticket", () => record("ticket_submit"));
}

function enter() {
  const first = !view;
  if (view) engage();
  view = { id: newId(), path: location.pathname.replace(base, "/"), engaged: 0, scroll: 0, sent: null };
  view.kind = kindOf(view.path, first);
  attentiveSince = null;
  watch();
  record("page", { referrer: first ? referrer() : "internal" });
  if (OPENED[view.kind]) record(OPENED[view.kind]);
  scrolled();
}

function leave() {
  engage();
  flush();
}

// Reading time counts only while the page is visible and has the focus.
function watch() {
  const now = performance.now();
  if (attentiveSince !== null) view.engaged += now - attentiveSince;
  attentiveSince = document.visibilityState === "visible" && document.hasFocus() ? now : null;
}

function scrolled() {
  const { scrollHeight, clientHeight } = document.documentElement;
  const seen = Math.min(100, Math.round((100 * (scrollY + clientHeight)) / scrollHeight));
  view.scroll = Math.max(view.scroll, seen);
}

// Sends the totals so far; a view that is left and resumed sends again, and the highest counts.
function engage() {
  watch();
  const { engaged, scroll, sent } = view;
  if (sent && engaged - sent.engaged < 1000 && scroll === sent.scroll) return;
  view.sent = { engaged, scroll };
  record("engage", { engaged_ms: Math.round(engaged), scroll });
}

function record(name, values = {}) {
  const { id, path, kind } = view;
  queue.push({ event_id: newId(), visit, view: id, seq: sequence++, name, path, kind, ...values });
  if (queue.length === 1) queueMicrotask(flush);
}

// By beacon when the page goes away, else by a request with `keepalive`.
function flush() {
  const url = `${base}api/events`;
  while (queue.length) {
    const body = new Blob([JSON.stringify(queue.splice(0, 20))], { type: "application/json" });
    if (document.visibilityState === "hidden" && navigator.sendBeacon(url, body)) continue;
    // A lost count does not concern the reader: it is neither shown nor sent again.
    fetch(url, { method: "POST", body, keepalive: true }).catch(() => {});
  }
}

function kindOf(path, first) {
  const told = document.querySelector("[data-portal-kind]")?.dataset.portalKind;
  if (told) return told;
  if (document.querySelector('[data-portal="insights/feedback"][data-article]')) return "article";
  if (first && performance.getEntriesByType("navigation")[0]?.responseStatus === 404) return "notfound";
  return KINDS.find(([pattern]) => pattern.test(path))?.[1] ?? "other";
}

function referrer() {
  if (!document.referrer) return "none";
  const { origin, hostname } = new URL(document.referrer);
  if (origin === location.origin) return "internal";
  return SEARCH_ENGINES.test(hostname) ? "search_engine" : "other";
}

// The search's query ids as UUIDs, since the collector accepts no other ids.
const queryIds = new Map();
function queryId(qid) {
  if (!queryIds.has(qid)) queryIds.set(qid, newId());
  return queryIds.get(qid);
}

// Available in every current browser on https and on localhost, where alone the portal runs.
function newId() {
  return crypto.randomUUID();
}
