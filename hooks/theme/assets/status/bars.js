// Ninety days as bars: one tab stop, arrow keys between the days, the day's text below, and the days since the build.

const KEYS = ["op", "deg", "part", "maj", "maint", "unk"];
const WORDS = { none: "Operational", unknown: "No data", maintenance: "Maintenance", minor: "Degraded", major: "Partial outage", critical: "Outage" };
const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
const DAY_MS = 24 * 3600 * 1000;

/** Start on the element around a list of bars. */
export function start(element) {
  const said = element.querySelector("[data-bars-said]");
  const idle = [...said.childNodes];
  const say = (bar) => said.replaceChildren(...(bar ? [bar.textContent] : idle));
  const barOf = (event) => event.target.closest(".hf-bars > li");
  element.addEventListener("keydown", (event) => {
    const bars = [...element.querySelectorAll(".hf-bars > li")];
    const at = bars.indexOf(event.target);
    if (at < 0 || !(event.key in STEPS)) return;
    event.preventDefault();
    const next = bars[Math.min(bars.length - 1, Math.max(0, at + STEPS[event.key]))];
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
  element.addEventListener("focusin", (event) => say(barOf(event)));
  element.addEventListener("pointerover", (event) => say(barOf(event)));
  element.addEventListener("focusout", () => say(null));
  element.addEventListener("pointerleave", () => say(null));
}

/** Paint the days of /api/status/past.json, today as the last bar, and the figure with them. `words` says a day. */
export function paintDays(element, days, component, words) {
  const list = element.querySelector(".hf-bars");
  const today = Object.keys(days).sort().at(-1);
  while (list.lastElementChild.dataset.day < today) addDay(list);
  const seconds = JSON.parse(element.dataset.seconds);
  for (const [day, components] of Object.entries(days)) {
    const one = components[component];
    const bar = list.querySelector(`[data-day="${day}"]`);
    if (!one || !bar) continue;
    // What nobody measured here, the build may know from people.
    if (seconds[day] && one.unk > seconds[day][5] && day !== today) continue;
    seconds[day] = KEYS.map((key) => one[key]);
    paintBar(bar, one, words(day) + (day === today ? ", so far" : ""));
  }
  const share = uptime(element, seconds, today);
  element.querySelector("[data-uptime]").textContent = share ? `${share}% uptime` : "No uptime figure yet";
  const known = share && knownShare(element, seconds, today);
  element.querySelector("[data-uptime-known]").textContent = known ? ` (${known})` : "";
}

function addDay(list) {
  const last = list.lastElementChild;
  const bar = last.cloneNode(true);
  bar.dataset.day = new Date(Date.parse(last.dataset.day) + DAY_MS).toISOString().slice(0, 10);
  bar.dataset.level = "unknown";
  // The tab stop stays on the newest day unless a reader has moved it.
  bar.tabIndex = last.tabIndex;
  last.tabIndex = -1;
  list.append(bar);
  list.firstElementChild.remove();
}

function paintBar(bar, { op, deg, part, maj, maint }, day) {
  const level = maj ? "critical" : part ? "major" : deg ? "minor" : op ? "none" : maint ? "maintenance" : "unknown";
  const minutes = Math.ceil((maj + part + deg) / 60);
  bar.dataset.level = level;
  bar.firstElementChild.textContent = `${day}: ${WORDS[level]}${minutes ? `, ${minutes} min affected` : ""}`;
}

// The same arithmetic as portal/status/uptime.py, in whole thousandths, rounded down; "" when nothing was measured.
function uptime({ dataset }, seconds, today) {
  const first = firstDay(dataset, today);
  const weights = JSON.parse(dataset.weights);
  let measured = 0;
  let down = 0;
  for (const [day, counts] of Object.entries(seconds)) {
    if (day < first || day > today) continue;
    KEYS.forEach((key, place) => {
      if (key === "unk" || (key === "maint" && "leftOut" in dataset)) return;
      measured += counts[place] * 1000;
      down += counts[place] * Math.round((weights[key] ?? 0) * 1000);
    });
  }
  if (!measured) return "";
  const hundredths = Math.floor(((measured - down) * 10_000) / measured);
  return `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, "0")}`;
}

// As portal/status/page.py says it: of the whole days before today.
function knownShare({ dataset }, seconds, today) {
  const first = firstDay(dataset, today);
  const whole = (Date.parse(today) - Date.parse(first)) / 1000;
  let known = 0;
  for (const [day, counts] of Object.entries(seconds)) {
    if (day >= first && day < today) known += counts.slice(0, -1).reduce((sum, count) => sum + count, 0);
  }
  if (whole <= 0 || known * 100 >= whole * 99) return "";
  return `${Math.floor((known * 100) / whole) || "less than 1"}% of the time monitored`;
}

function firstDay({ days, start }, today) {
  const first = new Date(Date.parse(today) - days * DAY_MS).toISOString().slice(0, 10);
  return first > start ? first : start;
}
