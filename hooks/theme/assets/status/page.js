// Keeps the status page and an incident's page current from the answer of status/status.js.

import { closing } from "../menu.js";
import { patience } from "../patience.js";
import { paintDays, start as followBars } from "./bars.js";
import { base, localPath, make, put, start as follow } from "./status.js";
import { PHASES, local, period } from "./when.js";

const STATES = {
  operational: ["none", "Operational"],
  unknown: ["unknown", "Not confirmed"],
  under_maintenance: ["maintenance", "Under maintenance"],
  degraded_performance: ["minor", "Degraded performance"],
  partial_outage: ["major", "Partial outage"],
  major_outage: ["critical", "Major outage"],
};
const TIMEOUT_MS = 4_000;
const PAST_MS = 30 * 24 * 3600 * 1000;

/** Start on the page's element: `data-status` is `page` or `incident`. */
export function start(element) {
  for (const time of element.querySelectorAll("time[data-local]")) time.replaceWith(moment(time.dateTime, time.dataset.until));
  for (const bars of element.querySelectorAll(".hf-uptime")) followBars(bars);
  for (const panel of element.querySelectorAll(".hf-subscribe")) closing(panel);
  follow(element, element.dataset.status === "incident" ? paintIncident : paintPage);
}

// A link to an update that is folded away opens it.
addEventListener("hashchange", reveal);

function paintPage(page, now) {
  const band = page.querySelector("[data-status-band]");
  band.dataset.level = now.level;
  put(band.querySelector("[data-status-sentence]"), now.sentence);
  put(band.querySelector("[data-status-age]"), now.age.slice(0, 1).toUpperCase() + now.age.slice(1));
  for (const component of [...now.answer.components, ...(now.answer.unconfirmed ?? [])]) {
    const row = page.querySelector(`[data-component="${CSS.escape(component.id)}"]`);
    if (row) paintComponent(row, component, now.stale);
  }
  paintWorks(page, now.answer);
  const revision = revisionOf(now.answer);
  if (page.dataset.revision !== revision) {
    page.dataset.revision = revision;
    paintEvents(page.querySelector("[data-status-events]"), now.answer);
  }
  paintToday(page, now);
  page.dataset.shown = "";
  // The days change more slowly than a state: with each event, and every five minutes.
  const asked = `${revision} ${Math.floor(now.at / 300_000)}`;
  if (page.dataset.asked !== asked) {
    page.dataset.asked = asked;
    paintPast(page, now);
  }
}

function paintComponent(row, component, stale) {
  const state = stale && component.status === "operational" ? "unknown" : component.status;
  const [level, word] = STATES[state] ?? STATES.unknown;
  const quiet = level === "unknown" && !component.monitored;
  row.querySelector("[data-level]").dataset.level = quiet ? "quiet" : level;
  put(row.querySelector("[data-component-word]"), quiet ? "No reported issues" : word);
}

// What was planned at the build may have begun since, or be over.
function paintWorks(page, answer) {
  for (const place of page.querySelectorAll("[data-work-phase]")) {
    const { id } = place.closest("article");
    const work = answer.scheduled_maintenances.find((one) => one.shortlink.endsWith(`#${id}`));
    put(place, work ? PHASES[work.status] : "Completed");
  }
}

// Written after this page was built: its text is enough until the reader opens the event's own page.
function paintEvents(place, answer) {
  const running = answer.scheduled_maintenances.filter((work) => work.status !== "scheduled");
  // Remove the old ones first, since new ones have the same ids; one that is open again had its text below.
  place.replaceChildren();
  for (const one of answer.incidents) document.getElementById(one.id)?.closest("dd > details")?.parentElement.replaceWith(pastLine(one));
  place.append(...[...answer.incidents, ...running].map(eventCard));
}

function eventCard(event) {
  const card = make("section", "hf-card hf-event");
  name(card, event.id);
  card.dataset.level = event.impact;
  const link = make("a", "", event.name);
  link.href = localPath(event.shortlink);
  const heading = make("h2");
  heading.append(link);
  const list = make("ol", "hf-timeline");
  list.append(...event.incident_updates.map(updateItem));
  const affected = make("p", "hf-muted");
  const names = event.components.map((component) => component.name).join(", ");
  const planned = event.impact === "maintenance";
  affected.append(names ? `${names} · ` : "", planned ? moment(event.scheduled_for, event.scheduled_until) : "since ");
  if (!planned) affected.append(moment(event.started_at));
  card.append(heading, affected, ...nextUpdate(event), list);
  return card;
}

function updateItem(update) {
  const item = make("li");
  name(item, update.id);
  const head = make("p", "hf-timeline__head");
  head.append(make("strong", "", PHASES[update.status] ?? update.status), " ", moment(update.display_at));
  if (update.updated_at !== update.display_at) {
    const edited = make("span", "hf-muted", "edited ");
    edited.append(moment(update.updated_at));
    head.append(" ", edited);
  }
  item.append(head, ...update.body.split(/\n{2,}/).map((part) => make("p", "", part)));
  return item;
}

// Set the id that links use, unless the page already has it.
function name(element, id) {
  if (!document.getElementById(id)) element.id = id;
}

function nextUpdate(event) {
  if (!event.next_update_by) return [];
  const line = make("p", "", "Next update by ");
  line.dataset.incidentNext = "";
  line.append(moment(event.next_update_by));
  return [line];
}

// Today's row is the first one and names what is open, so that it never says "No incidents" under a red sentence.
function paintToday(page, now) {
  const days = page.querySelector("[data-status-days]");
  const today = dayOf(now.at);
  if (days.firstElementChild.dataset.last < today) days.prepend(dayRow(today));
  const row = days.firstElementChild;
  if (row.dataset.first !== today) return; // the reader's clock is behind the build's
  put(row.querySelector("dt"), `${inWords(today)}, so far`);
  for (const incident of now.answer.incidents) {
    const line = page.querySelector(`[data-status-event="${CSS.escape(incident.id)}"]`)?.closest("dd") ?? pastLine(incident);
    if (line.parentElement !== row) addTo(row, line);
    row.querySelector("dt").after(line); // above what is over
    put(line.querySelector("span.hf-muted"), PHASES[incident.status] ?? incident.status);
  }
  const quiet = row.querySelector("[data-status-quiet]");
  if (!quiet) return;
  const wrong = ["minor", "major", "critical"].includes(now.level);
  put(quiet, wrong ? "No incident reported yet" : now.level === "unknown" ? "Not confirmed" : "No incidents");
}

// What no build knows yet: incidents that are over, and the days since.
async function paintPast(page, now) {
  const answer = await read("api/status/past.json");
  if (!answer) return;
  paintSince(page, now, answer.incidents);
  for (const place of page.querySelectorAll(".hf-uptime")) {
    paintDays(place, answer.days, place.closest("[data-component]").dataset.component, inWords);
  }
}

function paintSince(page, now, incidents) {
  const days = page.querySelector("[data-status-days]");
  for (const incident of incidents) {
    if (!incident.resolved_at || now.at - Date.parse(incident.started_at) > PAST_MS) continue;
    const known = page.querySelector(`[data-status-event="${CSS.escape(incident.id)}"]`)?.closest("dd");
    const line = known ?? pastLine(incident);
    if (!known) addTo(rowOf(days, dayOf(incident.started_at)), line);
    const minutes = Math.floor((Date.parse(incident.resolved_at) - Date.parse(incident.started_at)) / 60_000);
    put(line.querySelector("span.hf-muted"), `${PHASES[incident.status]} · ${duration(minutes)}`);
    if (incident.shortlink.includes("#")) unfold(line, incident);
  }
}

// No build has a page for it yet: its text is here, and its links open it.
function unfold(line, incident) {
  let details = line.querySelector("details");
  const first = !details;
  if (first) {
    details = make("details", "hf-told");
    const title = make("span", "", incident.name);
    title.dataset.statusEvent = incident.id;
    const summary = make("summary");
    summary.append(title, " ", line.querySelector("span.hf-muted"));
    details.append(summary, make("ol", "hf-timeline"));
    line.replaceChildren(details);
  }
  const list = details.querySelector("ol");
  list.replaceChildren(); // before the new ones, which have the same ids
  list.append(...incident.incident_updates.map(updateItem));
  name(details, incident.id);
  if (first) reveal();
}

// The browser looks for a link's target when the page loads, before the target is here.
function reveal() {
  const target = document.getElementById(location.hash.slice(1));
  const details = target?.closest(".hf-told");
  if (!details || details.open) return;
  details.open = true;
  target.scrollIntoView();
}

/** The row of a day, which is made when the build had none. */
function rowOf(days, day) {
  const rows = [...days.children];
  const next = rows.find((row) => row.dataset.first <= day);
  if (next?.dataset.first === day && next.dataset.last === day) return next;
  const row = dayRow(day);
  // The day may lie in a run of quiet ones, which then was not quite.
  if (next && next.dataset.last >= day) put(next.querySelector("[data-status-quiet]"), "No other incidents");
  if (next) next.before(row);
  else days.append(row);
  return row;
}

function dayRow(day) {
  const row = make("div");
  row.dataset.first = row.dataset.last = day;
  const quiet = make("dd", "hf-muted", "No incidents");
  quiet.dataset.statusQuiet = "";
  row.append(make("dt", "", inWords(day)), quiet);
  return row;
}

function addTo(row, line) {
  row.querySelector("[data-status-quiet]")?.remove();
  row.append(line);
}

function pastLine(incident) {
  const line = make("dd");
  const link = make("a", "", incident.name);
  link.href = localPath(incident.shortlink);
  link.dataset.statusEvent = incident.id;
  line.append(link, " ", make("span", "hf-muted"));
  return line;
}

// The page has the build's text; newer updates and the end are added on top.
async function paintIncident(page, now) {
  const id = page.dataset.incident;
  const open = page.querySelector("[data-incident-open]");
  let event = now.answer.incidents.find((incident) => incident.id === id);
  if (!event && open) event = (await read("api/v2/incidents.json"))?.incidents.find((incident) => incident.id === id);
  page.dataset.shown = "";
  const revision = event && `${event.status}:${event.incident_updates.length}`;
  if (!event || page.dataset.revision === revision) return;
  page.dataset.revision = revision;
  const list = page.querySelector(".hf-timeline");
  const known = new Set([...list.children].map((item) => item.id));
  list.prepend(...event.incident_updates.filter((update) => !known.has(update.id)).map(updateItem));
  const phase = page.querySelector("[data-incident-phase]");
  put(phase, PHASES[event.status] ?? event.status);
  phase.parentElement.dataset.level = event.resolved_at ? "over" : event.impact;
  page.querySelector("[data-incident-next]")?.remove();
  list.before(...nextUpdate(event));
  if (event.resolved_at && open) {
    open.replaceChildren(", resolved ", moment(event.resolved_at));
    delete open.dataset.incidentOpen;
  }
}

/** A public answer of the functions; null without one. */
async function read(path) {
  try {
    const response = await fetch(`${base()}${path}`, {
      headers: { Accept: "application/json" },
      credentials: "omit",
      signal: patience(TIMEOUT_MS),
    });
    return response.ok ? await response.json() : null;
  } catch (error) {
    console.info("status:", error);
    return null;
  }
}

function revisionOf(answer) {
  const events = [...answer.incidents, ...answer.scheduled_maintenances];
  return events.map((event) => `${event.id}:${event.status}:${event.incident_updates.length}`).join(" ");
}

function dayOf(time) {
  return new Date(time).toISOString().slice(0, 10);
}

function inWords(day) {
  return local(day, "UTC").split(",")[0];
}

function duration(minutes) {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  const parts = [hours && count(hours, "hour"), (rest || !hours) && count(rest, "minute")];
  return parts.filter(Boolean).join(" ");
}

function count(number, unit) {
  return `${number} ${unit}${number === 1 ? "" : "s"}`;
}

function moment(iso, until) {
  const time = make("time", "", until ? period(iso, until) : local(iso));
  time.dateTime = iso;
  time.title = until ? period(iso, until, "UTC") : local(iso, "UTC");
  return time;
}
