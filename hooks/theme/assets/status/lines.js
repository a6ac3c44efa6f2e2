// The banner's lines, loaded when there is something to say. The build's lines keep their places and change their words;
// what came later lies over the page's end, since nothing that somebody is reading may move.

import { base, localPath, make, put } from "./status.js";
import { PHASES, local, period } from "./when.js";

let dismissed = null; // The lines that the reader hid.

/** Show incidents and maintenance of the summary; `wrong` is the page's sentence when a fault has no incident yet. */
export function paint(element, events, wrong) {
  const lines = events.map((event) => ({
    id: event.id,
    title: event.name,
    href: localPath(event.shortlink),
    more: said(event),
    level: event.impact,
    updates: event.incident_updates.length,
  }));
  if (!lines.length && wrong) lines.push({ id: "", title: wrong, href: `${base()}status/`, more: "", level: "major" });
  const key = JSON.stringify(lines);
  if (element.dataset.shown === key) return;
  element.dataset.shown = key;
  element.dataset.level = lines[0]?.level ?? "none";
  element.hidden = key === dismissed;
  if (element.hidden) return;
  const built = [...element.querySelectorAll("p[data-event]")];
  for (const row of built) {
    const line = lines.find(({ id }) => id === row.dataset.event);
    put(row.querySelector("span"), line?.more ?? "Resolved");
  }
  // The status page itself tells it above everything else.
  const told = document.querySelector('[data-status="page"]');
  const late = told ? [] : lines.filter(({ id }) => !built.some((row) => row.dataset.event === id));
  element.querySelector(".hf-banner__late")?.remove();
  if (late.length) {
    const part = make("div", "hf-banner__late");
    part.append(...late.map(lateRow));
    element.append(part);
    // The page's end stays above it, however many lines it has.
    new ResizeObserver(() => document.documentElement.style.setProperty("--hf-late", `${part.offsetHeight}px`)).observe(part);
  }
  element.hidden = !element.firstElementChild;
  if (!element.hidden && !element.querySelector("button")) element.lastElementChild.append(hideButton(element));
}

function hideButton(element) {
  const hide = make("button", "hf-banner__hide", "Hide");
  hide.type = "button";
  hide.setAttribute("aria-label", "Hide until something changes");
  hide.addEventListener("click", () => {
    dismissed = element.dataset.shown;
    element.hidden = true;
    element.replaceChildren();
  });
  return hide;
}

function lateRow({ title, more, href }) {
  const row = make("p");
  const link = make("a", "", "See updates");
  link.href = href;
  link.setAttribute("aria-label", `See updates: ${title}`);
  row.append(make("b", "", title), " ", make("span", "", more), " ", link);
  return row;
}

/** Which components, since when (or when), and the phase; the build says the same (portal/status/page.py). */
export function said(event) {
  const planned = event.impact === "maintenance";
  const since = event.started_at && `since ${local(event.started_at, "UTC")}`;
  const when = planned ? period(event.scheduled_for, event.scheduled_until, "UTC") : since;
  const names = event.components.map((component) => component.name).join(", ");
  return [names, when, PHASES[event.status]].filter(Boolean).join(" \u00b7 ");
}
