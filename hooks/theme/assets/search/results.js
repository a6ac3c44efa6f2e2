// The results on /search/: the same engine as the box in the header, in a list that has an address (?q= and &kind=).
import { base, engine, isStale } from "./index.js";
import * as view from "./view.js";
import { clicked, finish, known, missed, settle } from "./visit.js";
import { whereabouts } from "../insights/measure.js";

const PAGE = 20;
const { make } = view;

const title = document.title;
let shown = null;

/** Fill the container of /search/ with what the address asks for. */
export function start(container) {
  // A reload, a step back and a search from one of our own pages are already counted.
  const [landing] = performance.getEntriesByType("navigation");
  const before = landing?.name === location.href && (landing.type !== "navigate" || document.referrer.startsWith(location.origin));
  if (!shown) listen();
  shown = container;
  if (before) known(asked().text);
  render(container);
}

// Material follows links to other pages without a reload, but not links to another query of the same page.
function listen() {
  document.addEventListener(
    "click",
    (event) => {
      const anchor = event.target.closest?.("a[href]");
      if (!anchor || !shown.isConnected || event.ctrlKey || event.metaKey || event.shiftKey) return;
      // The box handles the links in its own list.
      if (anchor.origin !== location.origin || anchor.pathname !== location.pathname || !anchor.search || anchor.closest(".hf-search")) return;
      event.preventDefault();
      event.stopPropagation();
      history.pushState(null, "", anchor.href);
      render(shown, true);
    },
    { capture: true },
  );
  addEventListener("popstate", () => {
    if (shown.isConnected && location.pathname === `${base()}search/`) render(shown);
  });
}

function asked() {
  const values = new URLSearchParams(location.search);
  const kind = values.get("kind") ?? "";
  return { text: view.short((values.get("q") ?? "").trim()), kind: view.isTab(kind) ? kind : "" };
}

async function render(container, again = false) {
  const { text, kind } = asked();
  for (const input of document.querySelectorAll(".hf-page .hf-search input")) {
    input.value = text;
    input.dataset.answered = text;
  }
  container.replaceChildren();
  document.title = text ? `${text} - ${title}` : title;
  if (!text) return show(container);
  const heading = make("h2", "hf-results__title", {}, "Loading search\u2026");
  const said = make("p", "hf-visually-hidden", { role: "status" });
  const place = make("div");
  container.append(heading, said, place);
  const say = view.announcer(said);
  try {
    const open = await engine();
    const found = await open.search(text, { limit: PAGE, kinds: kind ? [kind] : undefined });
    if (!place.isConnected) return;
    heading.textContent = found.total ? `${view.headline(found)} for ${view.quoted(text)}` : view.headline(found, text, kind);
    place.append(...view.incidents());
    if (found.total || kind) place.append(view.tabs(text, found.counts, kind));
    place.append(...view.understood(found, text));
    if (found.total) results(place, open, text, kind, found);
    else place.append(...nothing(text, open.topics));
    if (found.total) place.append(...stillStuck(text, found.weak));
    settle(text, found.total);
    finish();
    say(heading.textContent);
    if (again) container.scrollIntoView({ block: "nearest" });
  } catch (error) {
    console.warn("search:", error);
    const stale = await isStale();
    heading.textContent = stale ? "This help centre has been updated since you opened this page." : "Search didn't load.";
    const retry = make("button", "hf-button", { type: "button" }, stale ? "Reload the page" : "Try again");
    retry.addEventListener("click", () => (stale ? location.reload() : render(container)));
    const line = make("p", "hf-results__ways");
    line.append(retry, ...view.askUs(text, "hf-button hf-button--quiet"));
    place.replaceChildren(make("p", "", {}, "You can find every article in the list below."), line);
    say(heading.textContent);
  } finally {
    show(container);
  }
}

// What stands below the results waits for them, so that they do not push it away.
function show(container) {
  container.dataset.shown = "";
}

// One list of all kinds, best first, except that jobs come before pages to read.
function results(place, open, text, kind, first) {
  const list = make("ol", "hf-results__page");
  const more = make("button", "hf-button hf-button--quiet", { type: "button" });
  place.append(list, more);
  const total = first.total;

  function add({ results }) {
    const anchors = results.map(view.result);
    const jobsFirst = results.map((found, number) => [found.kind !== "job", anchors[number]]).sort(([one], [other]) => one - other);
    for (const [, anchor] of jobsFirst) {
      const rank = list.childElementCount + 1;
      anchor.addEventListener("click", () => clicked(text, total, rank, anchor.pathname));
      const item = make("li");
      item.append(anchor);
      list.append(item);
    }
    const left = total - list.childElementCount;
    more.hidden = left <= 0;
    more.textContent = `Show ${Math.min(PAGE, left)} more`;
    open.quote(results, text).then((quoted) => quoted.forEach((found, number) => view.quote(anchors[number], found)));
    return jobsFirst[0]?.[1];
  }

  add(first);
  more.addEventListener("click", async () => {
    const seen = list.childElementCount;
    const { results } = await open.search(text, { limit: seen + PAGE, kinds: kind ? [kind] : undefined });
    add({ results: results.slice(seen) })?.focus();
  });
}

// After good results it is an offer, after weak ones the likely next step.
function stillStuck(text, weak) {
  const ways = view.askUs(text, weak ? "hf-button" : "hf-button hf-button--quiet");
  if (!ways.length) return [];
  const box = make("section", "hf-results__stuck");
  box.append(make("p", "", {}, "Can't find it? We'll include your search."), ...ways);
  return [box];
}

// What helps most comes first: other words, another place to look, a person, and telling the writers.
function nothing(text, topics) {
  const [button, ...rest] = view.wayOut(text, topics);
  const ask = make("section", "hf-results__stuck");
  if (button?.matches(".hf-button")) ask.append(make("p", "", {}, "Still need help? We'll include your search."), button);
  else rest.unshift(button);
  return [make("p", "hf-muted", {}, "Try different words, or browse by topic:"), ...rest.filter(Boolean), ask, ...missing()];
}

// The answer is counted with the searches without a result, so readers who are not counted are not asked.
function missing() {
  if (!("visit" in whereabouts())) return [];
  const form = make("form", "hf-field hf-results__missing");
  const input = make("input", "", { id: "hf-missing", maxlength: "120", required: true, autocomplete: "off", "aria-describedby": "hf-missing-help" });
  const help = make("p", "hf-help", { id: "hf-missing-help" }, "This goes to the people who write our articles. They can't reply, so don't include personal details.");
  form.append(make("label", "", { for: "hf-missing" }, "What were you looking for?"), help, input, make("button", "hf-button hf-button--quiet", {}, "Send feedback"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    missed(input.value.trim());
    const thanks = make("p", "hf-notice hf-notice--ok", { role: "status", tabindex: "-1" }, "Thanks for your feedback.");
    form.replaceWith(thanks);
    thanks.focus();
  });
  return [form];
}
