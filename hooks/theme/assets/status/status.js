// The live state on every page: one answer of api/v2/summary.json, shared by the header's dot, the home page's
// sentence, the status page and the banner. Without this module each shows what the build knew.

import { patience } from "../patience.js";
import { keep, last } from "./last.js";

const EVERY_MS = 25_000;
const TIMEOUT_MS = 4_000;
const REPAINT_MS = 5_000;
const WORDS = {
  none: "Operational",
  unknown: "Not confirmed",
  quiet: "Nothing reported",
  maintenance: "Maintenance",
  minor: "Degraded",
  major: "Partial outage",
  critical: "Outage",
};
// The header's and the home page's dot, as portal.css draws it.
const DOTS = { none: "ok", unknown: "unknown", quiet: "unknown", maintenance: "info", minor: "warn", major: "warn", critical: "bad" };
const SOON_MS = 24 * 3600 * 1000;
const UNKNOWN = "Status not confirmed";

const shown = new Map(); // Element -> what paints it.
let good = null; // The last good answer and its time.
let failed = false;
let announced = null;
let timer = 0;
let askedAt = -Infinity;

/** Keep an element current: header link or home sentence (`data-status-sentence` inside), or as `painter` does it. */
export function start(element, painter = paint) {
  if (!shown.size) begin();
  shown.set(element, painter);
  paintOne(element, painter);
}

/** Keep the banner current. */
export function banner(element) {
  start(element, paintBanner);
}

/** The current incidents as {name, impact, status, started_at, components, href, page}; empty without an answer. */
export function incidents() {
  const known = view()?.answer.incidents ?? [];
  const page = `${base()}status/`;
  return known.map(({ name, impact, status, started_at, components, shortlink }) => {
    return { name, impact, status, started_at, components, href: localPath(shortlink), page };
  });
}

function begin() {
  announcer();
  document.addEventListener("visibilitychange", schedule);
  setInterval(paintAll, REPAINT_MS);
  schedule();
}

function schedule() {
  clearTimeout(timer);
  if (document.hidden) return;
  // Jitter, so that the pages that an outage opened do not all ask in the same second.
  const pause = EVERY_MS * (0.8 + Math.random() * 0.4);
  timer = setTimeout(ask, Math.max(0, askedAt + pause - performance.now()));
}

async function ask() {
  askedAt = performance.now();
  try {
    const response = await fetch(`${base()}api/v2/summary.json`, {
      headers: { Accept: "application/json" },
      credentials: "omit",
      // Else the browser's own cache repeats an answer for 15 s longer than shared caches.
      cache: "no-cache",
      signal: patience(TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`status answered ${response.status}`);
    const answer = await response.json();
    if (!(answer.status?.indicator in WORDS)) throw new Error("status answered in an unknown shape");
    good = { answer, serverTime: serverTime(response, answer), clock: Date.now(), uptime: performance.now() };
    failed = false;
    keep(good);
  } catch (error) {
    // The last good answer stays, with its age; the next round asks again.
    failed = true;
    good ??= last();
    console.warn("status:", error);
  }
  paintAll();
  schedule();
}

// The server's time: the reader's clock may be wrong by hours, and a shared cache may have kept the answer for a day.
function serverTime(response, answer) {
  // Two servers in a row may both send Date, and fetch joins the values.
  const sent = Date.parse(/^\w+, [^,]+/.exec(response.headers.get("Date"))?.[0]);
  const kept = Number.parseInt(response.headers.get("Age"), 10) || 0;
  // Without Date, the reader's clock is used: a wrong grey is better than a wrong green.
  const now = Number.isNaN(sent) ? Date.now() : sent + kept * 1000;
  return Math.max(now, Date.parse(answer.generated_at));
}

/** The level to show: never green when the last check is older than the answer's `stale_after`. */
function view() {
  if (!good) return null;
  const { answer } = good;
  // performance.now() stops while a laptop sleeps, and Date.now() follows a clock that is set: the larger step counts.
  const passed = Math.max(Date.now() - good.clock, performance.now() - good.uptime, 0);
  const now = good.serverTime + passed;
  const seen = Date.parse(answer.checked_at ?? "");
  const basis = Number.isNaN(seen) ? good.serverTime : seen;
  const age = Math.max(0, now - basis);
  const stale = age > answer.stale_after * 1000;
  const doubtful = stale && !spoken(answer);
  const quiet = answer.status.indicator === "unknown" && !monitored(answer);
  return {
    answer,
    at: now,
    stale,
    level: doubtful ? "unknown" : quiet ? "quiet" : answer.status.indicator,
    sentence: doubtful ? UNKNOWN : answer.status.description,
    age: ageText(age, stale, answer),
  };
}

// Where no check looks at anything, nothing is to be confirmed, and no page speaks of checks.
function monitored({ components, unconfirmed = [] }) {
  return [...components, ...unconfirmed].some((component) => component.monitored);
}

// Incidents stay valid without fresh checks, unless they have no impact, which says nothing about health.
function spoken({ status, incidents }) {
  return status.indicator === "maintenance" || incidents.some((incident) => incident.impact !== "none");
}

function ageText(age, stale, answer) {
  const text = span(age);
  if (!answer.checked_at) return failed ? `as of ${text}` : monitored(answer) ? "no check yet" : "";
  return stale ? `last check ${text}, this may be out of date` : `checked ${text}`;
}

function span(ms) {
  const seconds = Math.round(ms / 1000);
  if (seconds < 10) return "just now";
  // Numbers and units stay in one line.
  if (seconds < 90) return `${seconds}\u00a0s ago`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes}\u00a0min ago` : `${Math.floor(minutes / 60)}\u00a0h ago`;
}

function paintAll() {
  for (const [element, painter] of shown) {
    // An in-site click replaces the page's content; removed elements are forgotten.
    if (element.isConnected) paintOne(element, painter);
    else shown.delete(element);
  }
  announce();
}

function paintOne(element, painter) {
  const now = view();
  if (now) painter(element, now);
  else if (failed) giveUp(element);
}

// Nobody answers and nothing is kept: what the build knew stays, and a page that was checking says so.
function giveUp(element) {
  element.dataset.shown = "";
  if (element.dataset.level !== "unknown" && !element.querySelector('[data-status-band][data-level="unknown"]')) return;
  const word = element.querySelector("[data-status-word]");
  const sentence = element.querySelector("[data-status-sentence]");
  if (word) put(word, WORDS.unknown);
  if (sentence) put(sentence, UNKNOWN);
}

function paint(element, now) {
  element.dataset.level = now.level;
  const dot = element.querySelector(".hf-dot");
  if (dot) dot.className = `hf-dot hf-dot--${DOTS[now.level]}`;
  const word = element.querySelector("[data-status-word]");
  if (word) {
    put(word, WORDS[now.level]);
    element.setAttribute("aria-label", `Status: ${WORDS[now.level]}`);
  }
  const sentence = element.querySelector("[data-status-sentence]");
  if (sentence) put(sentence, [now.sentence, now.age].filter(Boolean).join(" · "));
}

// Most readers come on a good day and never load what paints the banner.
function paintBanner(element, now) {
  const { answer, at } = now;
  const soon = (work) => work.status !== "scheduled" || Date.parse(work.scheduled_for) - at <= SOON_MS;
  const events = [...answer.incidents.filter(({ impact }) => impact !== "none"), ...answer.scheduled_maintenances.filter(soon)];
  const wrong = ["minor", "major", "critical"].includes(now.level);
  if (!events.length && !wrong && !element.childElementCount) return;
  import("./lines.js").then(({ paint }) => paint(element, events, wrong && now.sentence));
}

// Only a change of level is announced; an age that changes every few seconds would interrupt a screen reader.
function announce() {
  const now = view();
  if (!now) return;
  if (announced !== null && announced !== now.level) put(announcer(), `Status: ${now.sentence}`);
  announced = now.level;
}

function announcer() {
  let region = document.querySelector("[data-status-announcer]");
  if (!region) {
    region = make("p", "hf-visually-hidden");
    region.dataset.statusAnnouncer = "";
    region.setAttribute("aria-live", "polite");
    document.body.append(region);
  }
  return region;
}

/** The path of one of the build's public addresses, so that a preview links to its own host. */
export function localPath(address) {
  const url = new URL(address, location.href);
  return url.pathname + url.hash;
}

export function base() {
  return document.querySelector("[data-portal-base]").dataset.portalBase;
}

export function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
