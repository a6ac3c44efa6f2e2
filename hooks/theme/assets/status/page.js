// Keeps the status page and an incident's page current from the answer of status/status.js.

import { patience } from "../patience.js";
import { base, local, localPath, make, put, start as follow } from "./status.js";

const STATES = {
  operational: ["none", "Operational"],
  unknown: ["unknown", "Not confirmed"],
  under_maintenance: ["maintenance", "Under maintenance"],
  degraded_performance: ["minor", "Degraded performance"],
  partial_outage: ["major", "Partial outage"],
  major_outage: ["critical", "Major outage"],
};
const PHASES = {
  investigating: "Investigating",
  identified: "Cause found",
  monitoring: "Watching the fix",
  resolved: "Resolved",
  postmortem: "Looking back",
  scheduled: "Planned",
  in_progress: "In progress",
  verifying: "Checking the result",
};
const TIMEOUT_MS = 4_000;
const PAST_MS = 30 * 24 * 3600 * 1000;

/** Start on the page's element: `data-status` is `page` or `incident`. */
export function start(element) {
  for (const time of element.querySelectorAll("time[data-local]")) time.replaceWith(moment(time.dateTime));
  follow(element, element.dataset.status === "incident" ? paintIncident : paintPage);
}

function paintPage(page, now) {
  const band = page.querySelector("[data-status-band]");
  band.dataset.level = now.level;
  put(band.querySelector("[data-status-sentence]"), now.sentence);
  put(band.querySelector("[data-status-age]"), now.age[0].toUpperCase() + now.age.slice(1));
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
  if (page.dataset.asked !== revision) {
    page.dataset.asked = revision;
    paintSince(page, now);
  }
}

function paintComponent(row, component, stale) {
  const state = stale && component.status === "operational" ? "unknown" : component.status;
  const [level, word] = STATES[state] ?? STATES.unknown;
  row.querySelector("[data-level]").dataset.level = level;
  put(row.querySelector("[data-component-word]"), level === "unknown" && !component.monitored ? "No monitor" : word);
}

// What was planned at the build may have begun since, or be over.
function paintWorks(page, answer) {
  for (const place of page.querySelectorAll("[data-work-phase]")) {
    const { id } = place.closest("article");
    const work = answer.scheduled_maintenances.find((one) => one.shortlink.endsWith(`#${id}`));
    put(place, work ? PHASES[work.status] : "Over");
  }
}

// Written after this page was built: its text is enough until the reader opens the event's own page.
function paintEvents(place, answer) {
  const running = answer.scheduled_maintenances.filter((work) => work.status !== "scheduled");
  // Remove the old ones first, since new ones have the same ids.
  place.replaceChildren();
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
  const end = event.impact === "maintenance" ? [" to ", moment(event.scheduled_until)] : [];
  const names = event.components.map((component) => component.name).join(", ");
  affected.append(end.length ? "" : "Since ", moment(event.started_at), ...end, names ? ` · ${names}` : "");
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

// What began and ended since the build would be missing among the past days.
async function paintSince(page, now) {
  const answer = await all();
  if (!answer) return;
  const place = page.querySelector("[data-status-since]");
  const missing = [];
  for (const incident of answer.incidents) {
    const link = page.querySelector(`[data-status-event="${CSS.escape(incident.id)}"]`);
    const recent = now.at - Date.parse(incident.started_at) <= PAST_MS;
    if (!link && incident.resolved_at && recent) missing.push(incident);
    // An incident that was open at the build may be over, too.
    const open = link?.parentElement.querySelector("[data-event-open]");
    if (open && incident.resolved_at) open.replaceChildren("Resolved, ", moment(incident.resolved_at));
  }
  place.replaceChildren();
  place.append(
    ...missing.map((incident) => {
      const row = make("li");
      const times = make("span", "hf-muted");
      times.append(moment(incident.started_at), " to ", moment(incident.resolved_at));
      name(row, incident.id);
      row.append(make("b", "", incident.name), times, make("span", "", incident.incident_updates[0]?.body ?? ""));
      return row;
    }),
  );
}

// The page has the build's text; newer updates and the end are added on top.
async function paintIncident(page, now) {
  const id = page.dataset.incident;
  const open = page.querySelector("[data-incident-open]");
  let event = now.answer.incidents.find((incident) => incident.id === id);
  if (!event && open) event = (await all())?.incidents.find((incident) => incident.id === id);
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
    open.replaceChildren(" to ", moment(event.resolved_at));
    delete open.dataset.incidentOpen;
  }
}

/** The newest incidents, including those that are over; null without an answer. */
async function all() {
  try {
    const response = await fetch(`${base()}api/v2/incidents.json`, {
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

function moment(iso) {
  const time = make("time", "", local(iso));
  time.dateTime = iso;
  time.title = `${iso.slice(0, 16).replace("T", " ")} UTC`;
  return time;
}
