// The live state on every page: one answer of api/v2/summary.json, shared by the header's dot, the home page's
// sentence, the status page and the banner. Without this module each shows what the build knew.

import { keep, last } from "./status-last.js";

const EVERY_MS = 25_000;
const TIMEOUT_MS = 4_000;
const REPAINT_MS = 5_000;
const WORDS = {
  none: "Operational",
  unknown: "Not confirmed",
  maintenance: "Maintenance",
  minor: "Degraded",
  major: "Partial outage",
  critical: "Outage",
};
const STATES = {
  operational: ["none", "Operational"],
  unknown: ["unknown", "Not confirmed"],
  under_maintenance: ["maintenance", "Under maintenance"],
  degraded_performance: ["minor", "Degraded performance"],
  partial_outage: ["major", "Partial outage"],
  major_outage: ["critical", "Major outage"],
};
// The header's and the home page's dot, as portal.css draws it.
const DOTS = { none: "ok", unknown: "unknown", maintenance: "info", minor: "warn", major: "warn", critical: "bad" };
const PHASES = {
  investigating: "Investigating",
  identified: "Cause found",
  monitoring: "Watching the fix",
  scheduled: "Planned",
  in_progress: "In progress",
  verifying: "Checking the result",
};

// With its zone: a maintenance at 07:00 is worth little if the reader cannot tell whose 07:00.
const LOCAL = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" };

const shown = new Set();
let good = null; // The last good answer and when it came.
let failed = false;
let announced = null;
let timer = 0;
let askedAt = -Infinity;

/** Keep an element current: header link, home sentence (`data-status-sentence` inside), or `data-status="page"`. */
export function start(element) {
  if (!shown.size) begin();
  shown.add(element);
  if (element.dataset.status === "page") localTimes(element);
  paint(element);
}

/** What goes wrong now: {name, impact, components, href, page}; empty while nothing is known. */
export function incidents() {
  const known = view()?.answer.incidents ?? [];
  const page = `${base()}status/`;
  return known.map(({ name, impact, components, shortlink }) => ({ name, impact, components, href: localPath(shortlink), page }));
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
  // Jitter, or all the pages that an outage opened would ask in the same second.
  const pause = EVERY_MS * (0.8 + Math.random() * 0.4);
  timer = setTimeout(ask, Math.max(0, askedAt + pause - performance.now()));
}

async function ask() {
  askedAt = performance.now();
  try {
    const response = await fetch(`${base()}api/v2/summary.json`, {
      headers: { Accept: "application/json" },
      credentials: "omit",
      // Or the browser's own cache answers for 15 s more what shared caches may answer.
      cache: "no-cache",
      signal: AbortSignal.timeout(TIMEOUT_MS),
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

// The answer's own clock: a reader's may be wrong by hours, and a shared cache may have kept the answer for a day.
function serverTime(response, answer) {
  const sent = Date.parse(response.headers.get("Date") ?? "") || 0;
  const kept = Number(response.headers.get("Age")) || 0;
  return Math.max(sent + kept * 1000, Date.parse(answer.generated_at));
}

/** What may be said now: never green from a check that is older than the answer's `stale_after`. */
function view() {
  if (!good) return null;
  const { answer } = good;
  // A laptop that slept stops performance.now(), and a clock that is set stops Date.now(): the larger step counts.
  const passed = Math.max(Date.now() - good.clock, performance.now() - good.uptime, 0);
  const now = good.serverTime + passed;
  const seen = Date.parse(answer.checked_at ?? "");
  const basis = Number.isNaN(seen) ? good.serverTime : seen;
  const age = Math.max(0, now - basis);
  const stale = age > answer.stale_after * 1000;
  const level = stale && !spoken(answer) ? "unknown" : answer.status.indicator;
  return {
    answer,
    stale,
    level,
    sentence: level === answer.status.indicator ? answer.status.description : "Status not confirmed",
    age: ageText(age, stale, Number.isNaN(seen)),
  };
}

// What people have said stays true while nobody can check; an incident without impact says nothing of health.
function spoken({ status, incidents }) {
  return status.indicator === "maintenance" || incidents.some((incident) => incident.impact !== "none");
}

function ageText(age, stale, unchecked) {
  const text = span(age);
  if (unchecked) return failed ? `as of ${text} ago` : "no check yet";
  return stale ? `last check ${text} ago` : `checked ${text} ago`;
}

function span(ms) {
  const seconds = Math.round(ms / 1000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}

function paintAll() {
  for (const element of shown) {
    // An in-site click replaces the page's content; what left the page is let go.
    if (element.isConnected) paint(element);
    else shown.delete(element);
  }
  announce();
}

function paint(element) {
  const now = view();
  if (!now) return;
  if (element.dataset.portal === "incident-banner") return paintBanner(element, now);
  if (element.dataset.status === "page") return paintPage(element, now);
  element.dataset.level = now.level;
  const dot = element.querySelector(".hf-dot");
  if (dot) dot.className = `hf-dot hf-dot--${DOTS[now.level]}`;
  const word = element.querySelector("[data-status-word]");
  if (word) {
    put(word, WORDS[now.level]);
    element.setAttribute("aria-label", `Status: ${WORDS[now.level]}`);
  }
  const sentence = element.querySelector("[data-status-sentence]");
  if (sentence) put(sentence, `${now.sentence} · ${now.age}`);
}

function paintPage(page, now) {
  const band = page.querySelector("[data-status-band]");
  band.dataset.level = now.level;
  put(band.querySelector("[data-status-sentence]"), now.sentence);
  put(band.querySelector("[data-status-age]"), now.age[0].toUpperCase() + now.age.slice(1));
  for (const component of now.answer.components) {
    const row = page.querySelector(`[data-component="${CSS.escape(component.id)}"]`);
    if (row) paintComponent(row, component, now.stale);
  }
  const revision = revisionOf(now.answer);
  if (page.dataset.revision !== revision) {
    page.dataset.revision = revision;
    paintEvents(page.querySelector("[data-status-events]"), now.answer);
  }
}

function paintComponent(row, component, stale) {
  const state = stale && component.status === "operational" ? "unknown" : component.status;
  const [level, word] = STATES[state] ?? STATES.unknown;
  row.querySelector("[data-level]").dataset.level = level;
  put(row.querySelector("[data-component-word]"), level === "unknown" && !component.monitored ? "No monitor" : word);
}

// Written after this page was built: its text is enough until the reader opens the event's own page.
function paintEvents(place, answer) {
  const running = answer.scheduled_maintenances.filter((work) => work.status !== "scheduled");
  place.replaceChildren(...[...answer.incidents, ...running].map(eventCard));
}

function eventCard(event) {
  const card = make("section", "hf-card hf-event");
  card.id = event.id;
  card.dataset.level = event.impact;
  const link = make("a", "", event.name);
  link.href = localPath(event.shortlink);
  const heading = make("h2");
  heading.append(link);
  const updates = event.incident_updates.map((update) => {
    const item = make("li");
    const head = make("p", "hf-timeline__head");
    head.append(make("strong", "", PHASES[update.status] ?? update.status), " ", moment(update.display_at));
    item.append(head, make("p", "", update.body));
    return item;
  });
  const list = make("ol", "hf-timeline");
  list.append(...updates);
  const affected = make("p", "hf-muted", event.components.map((component) => component.name).join(", "));
  card.append(heading, affected, list);
  return card;
}

function paintBanner(banner, now) {
  const running = now.answer.scheduled_maintenances.filter((work) => work.status !== "scheduled");
  const lines = [...now.answer.incidents.filter((incident) => incident.impact !== "none"), ...running].map((event) => ({
    title: event.name,
    href: localPath(event.shortlink),
    more: event.impact === "maintenance" ? "Maintenance in progress" : "Follow the incident",
    level: event.impact,
  }));
  if (!lines.length && ["minor", "major", "critical"].includes(now.level)) {
    lines.push({ title: now.sentence, href: `${base()}status/`, more: "See the status page", level: now.level });
  }
  const key = JSON.stringify(lines);
  if (banner.dataset.shown === key) return;
  banner.dataset.shown = key;
  banner.setAttribute("role", "region");
  banner.setAttribute("aria-label", "Current incidents");
  banner.dataset.level = lines[0]?.level ?? "none";
  banner.hidden = lines.length === 0;
  banner.replaceChildren(
    ...lines.map((line) => {
      const link = make("a");
      link.href = line.href;
      link.append(make("b", "", line.title));
      const row = make("p");
      row.append(link, " ", make("span", "", line.more));
      return row;
    }),
  );
}

// Only a change of level is spoken; an age that counts up every few seconds would never let a reader finish.
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

function revisionOf(answer) {
  const events = [...answer.incidents, ...answer.scheduled_maintenances];
  return events.map((event) => `${event.id}:${event.status}:${event.incident_updates.length}`).join(" ");
}

function localTimes(element) {
  for (const time of element.querySelectorAll("time[data-local]")) time.replaceWith(moment(time.dateTime));
}

function moment(iso) {
  const time = make("time", "", new Date(iso).toLocaleString([], LOCAL));
  time.dateTime = iso;
  time.title = `${iso.slice(0, 16).replace("T", " ")} UTC`;
  return time;
}

// The build knows the public address; a preview elsewhere keeps to its own host.
function localPath(address) {
  const url = new URL(address, location.href);
  return url.pathname + url.hash;
}

function base() {
  return document.querySelector("[data-portal-base]").dataset.portalBase;
}

function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
