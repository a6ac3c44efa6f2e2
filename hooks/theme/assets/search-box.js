// The popup of a search form, once a customer has turned to it. For styling:
//   form.hf-search > div.hf-results > p.hf-results__status, div.hf-results__list[role=listbox] > a.hf-result[role=option]
//   > b + span.hf-result__topic + span.hf-result__text, and div.hf-results__help when there is nothing or it did not load.
import { MOST, base, load, query, words } from "./search-engine.js";

const SETTLED_MS = 800;
const SAME_SEARCH_MS = 3000;

let boxes = 0;
let last = { query: "", qid: "", time: 0, results: -1 };

/** Show results under a search form while a customer types. */
export function start(form) {
  const input = form.querySelector("input[type=search]");
  const id = `hf-results-${++boxes}`;
  const popup = make("div", "hf-results", { hidden: true });
  const status = make("p", "hf-results__status", { role: "status" });
  const list = make("div", "hf-results__list", { id, role: "listbox", "aria-label": "Results" });
  const help = make("div", "hf-results__help");
  popup.append(status, list, help);
  form.append(popup);
  set(input, { "aria-controls": id });

  let timer;
  let asked = "";
  let count = 0;

  const options = () => [...list.children];
  const selected = () => list.querySelector("[aria-selected=true]");

  function select(option) {
    options().forEach((other) => other.setAttribute("aria-selected", String(other === option)));
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }

  function close() {
    popup.hidden = true;
    input.setAttribute("aria-expanded", "false");
    select(null);
  }

  function show(results, total) {
    list.replaceChildren(...results.map((found, rank) => option(found, rank, `${id}-${rank}`)));
    help.replaceChildren();
    list.hidden = results.length === 0;
    popup.hidden = false;
    input.setAttribute("aria-expanded", String(results.length > 0));
    input.removeAttribute("aria-activedescendant");
    if (total > results.length) help.append(link(`All ${total} results`, searchPage(asked)));
  }

  async function update() {
    const text = input.value.trim();
    asked = text;
    if (!words(text).length) return close();
    try {
      if (!list.childElementCount) status.textContent = "Loading search\u2026";
      const results = await query(text, Infinity);
      if (text !== asked) return;
      count = results.length;
      show(results.slice(0, MOST), count);
      status.textContent = count ? counted(count) : `Nothing found for \u201c${text}\u201d.`;
      if (!count) help.append(...(await wayOut(text)));
      clearTimeout(timer);
      timer = setTimeout(() => settle(text, count), SETTLED_MS);
    } catch {
      // The form still leads to a page that lists everything without the index.
      if (text !== asked) return;
      show([], 0);
      status.textContent = "Search did not load.";
      help.append(link("See all questions by topic", `${base()}search/`));
    }
  }

  input.addEventListener("focus", () => {
    if (input.value.trim()) update();
  });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    update();
  });
  input.addEventListener("keydown", (event) => {
    const all = options();
    const now = all.indexOf(selected());
    if (event.isComposing) return;
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && all.length && !popup.hidden) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      const next = now + step < -1 ? all.length - 1 : now + step;
      select(all[next] ?? null);
    } else if (event.key === "Enter" && now >= 0 && !popup.hidden) {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) window.open(all[now].href);
      else all[now].click();
    } else if (event.key === "Escape" && !popup.hidden) {
      event.preventDefault();
      close();
    }
  });
  // The page with all results counts this search.
  form.addEventListener("submit", () => clearTimeout(timer));
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) close();
  });
  // A press would take the focus from the input, and with it the list from under the pointer.
  popup.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const chosen = event.target.closest("[role=option]");
    if (!chosen) return;
    clearTimeout(timer);
    clicked(asked, count, options().indexOf(chosen) + 1, chosen);
    close();
  });
  help.addEventListener("click", close);
  // A failure is told when there is something to search for.
  load().catch(() => {});
  // What was typed before this was loaded.
  if (input.value.trim() && document.activeElement === input) update();
}

function option(found, rank, id) {
  const anchor = content(link("", found.url), found);
  set(anchor, { id, role: "option", "aria-selected": "false", tabindex: "-1" });
  return anchor;
}

/** The words of a result, in its link. */
export function content(anchor, found) {
  anchor.className = "hf-result";
  anchor.append(make("b", "", {}, found.title));
  if (found.topic) anchor.append(make("span", "hf-result__topic", {}, found.topic));
  if (found.description) anchor.append(make("span", "hf-result__text", {}, found.description));
  return anchor;
}

/** Tell who measures of a search that is over; typing on within a moment is still the same search. */
export function settle(text, results) {
  const time = Date.now();
  if (text === last.query && results === last.results) return;
  const same = last.query && text.startsWith(last.query) && time - last.time < SAME_SEARCH_MS;
  last = { query: text, qid: same ? last.qid : newId(), time, results };
  tell("portal:search", { query: text, results, qid: last.qid });
}

/** A result was chosen: that ends the search, too. */
export function clicked(text, results, rank, anchor) {
  settle(text, results);
  tell("portal:search-click", { qid: last.qid, rank, url: anchor.pathname });
}

function tell(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

// randomUUID exists on secure pages only.
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
}

/** What to do when nothing is found: ask, or look through the topics. */
export async function wayOut(text) {
  const { topics } = await load();
  const parts = [];
  // A portal without tickets has no link to the form, so there is none to offer here.
  if ([...document.links].some((other) => other.pathname === `${base()}ask/`)) {
    parts.push(make("a", "hf-button", { href: `${base()}ask/?q=${encodeURIComponent(text.slice(0, 120))}` }, "Ask us"));
  }
  const list = make("ul", "hf-results__topics");
  for (const [title, url] of topics) {
    const item = make("li");
    item.append(link(title, base() + url));
    list.append(item);
  }
  return [...parts, list];
}

export const counted = (count) => `${count} ${count === 1 ? "result" : "results"}`;
const searchPage = (text) => `${base()}search/?q=${encodeURIComponent(text)}`;

export function link(text, href) {
  return make("a", "", { href }, text);
}

export function make(tag, className = "", attributes = {}, text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text;
  return set(element, attributes);
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "boolean") element[name] = value;
    else element.setAttribute(name, value);
  }
  return element;
}
