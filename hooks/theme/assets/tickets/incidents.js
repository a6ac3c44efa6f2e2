// Every open incident above the form's subject, whatever is typed: the build's first, then the live ones.

import { incidents, make, start as keepCurrent } from "../status/status.js";

/** Keep the section current; without an answer it shows what the build knew. */
export function showIncidents(section) {
  keepCurrent(section, () => paint(section));
}

function paint(section) {
  const open = incidents().filter((one) => one.impact !== "none");
  const key = JSON.stringify(open);
  if (section.dataset.shown === key) return;
  section.dataset.shown = key;
  section.hidden = open.length === 0;
  section.replaceChildren(...open.map(line));
}

function line(incident) {
  const notice = make("p", "hf-notice hf-notice--warn");
  notice.dataset.level = incident.impact;
  // In a new tab, so that what was typed stays.
  const more = Object.assign(make("a", "", "See updates"), { href: incident.href, target: "_blank", rel: "noopener" });
  // As ask.html has it, so that nothing moves.
  notice.append(make("b", "", incident.name), " ", more);
  return notice;
}
