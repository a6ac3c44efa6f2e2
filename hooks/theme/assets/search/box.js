// Makes a search form a combobox when it gets the focus. For styling:
//   form.hf-search > div.hf-results > p.hf-results__status, div.hf-results__notes, div.hf-results__list[role=listbox]
//     > div[role=group] > p.hf-results__kind + a.hf-result[role=option], div.hf-results__help, p.hf-results__keys
import { base, engine, isStale } from "./index.js";
import * as view from "./view.js";
import { clicked, finish, searches, settle } from "./visit.js";

const MOST = 8;
const SETTLED_MS = 800;
const QUOTE_MS = 120;
const NARROW = matchMedia("(max-width: 599px)");
const { make } = view;

let boxes = 0;

/** Show results under a search form while a customer types; Escape returns the focus to `cameFrom.element`. */
export function start(form, cameFrom) {
  const input = form.querySelector("input");
  const popup = build(form, input, `hf-results-${++boxes}`);
  const { list, help, notes, status } = popup;
  const say = view.announcer(popup.said);
  let settling;
  let quoting;
  let shown = { text: "", total: 0 }; // the query of the list
  let asked = ""; // the latest query, whose results may not be here yet

  const options = () => [...list.querySelectorAll("[role=option]")];
  const selected = () => list.querySelector("[aria-selected=true]");

  function select(option) {
    selected()?.setAttribute("aria-selected", "false");
    input.removeAttribute("aria-activedescendant");
    if (!option) return;
    option.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function close() {
    clearTimeout(quoting);
    asked = input.value.trim();
    popup.root.hidden = true;
    form.classList.remove("hf-search--sheet");
    input.setAttribute("aria-expanded", "false");
    select(null);
  }

  function show(groups, line, { above = [], below = [] } = {}) {
    let number = 0;
    list.replaceChildren(
      ...groups.map(([title, members], index) => {
        const label = make("p", "hf-results__kind", { id: `${list.id}-g${index}` }, title);
        const group = make("div", "", { role: "group", "aria-labelledby": label.id });
        // A single kind needs no visible heading.
        label.classList.toggle("hf-visually-hidden", groups.length === 1 && shown.text !== "");
        for (const option of members) {
          for (const [name, value] of Object.entries({ role: "option", id: `${list.id}-${number++}`, "aria-selected": "false", tabindex: "-1" })) {
            option.setAttribute(name, value);
          }
        }
        group.append(label, ...members);
        return group;
      }),
    );
    status.textContent = line;
    status.hidden = !line;
    status.classList.toggle("hf-results__status--none", !groups.length);
    notes.replaceChildren(...view.incidents(), ...above);
    help.replaceChildren(...below);
    list.hidden = popup.keys.hidden = groups.length === 0;
    const closed = popup.root.hidden;
    popup.root.hidden = !(line || groups.length || notes.childElementCount);
    // A phone's keyboard leaves room for results only if the form is at the top.
    if (closed && NARROW.matches) form.scrollIntoView({ block: "start" });
    popup.root.scrollTop = 0;
    input.setAttribute("aria-expanded", String(groups.length > 0));
    input.removeAttribute("aria-activedescendant");
  }

  // Before anything is typed: this visit's searches, and the frequent questions.
  function begin() {
    const groups = [];
    const before = searches().map((text) => {
      const option = view.search(text);
      option.className = "hf-result hf-result--again";
      return option;
    });
    if (before.length) groups.push(["Recent searches", before]);
    // The home page lists the frequent questions itself.
    const often = document.querySelector(".hf-often") ? [] : [...document.querySelector("[data-search-often]").content.querySelectorAll("a")];
    if (often.length) groups.push(["Popular questions", often.map((other) => Object.assign(view.link(other.textContent, other.href), { className: "hf-result" }))]);
    shown = { text: "", total: 0 };
    say("");
    show(groups, "");
  }

  async function update() {
    const text = input.value.trim();
    asked = text;
    clearTimeout(settling);
    clearTimeout(quoting);
    if (!text) return begin();
    try {
      // With the engine loaded, this takes less than a frame.
      const loading = setTimeout(() => text === asked && show([], "Loading search\u2026"), 50);
      const found = await ask(text).finally(() => clearTimeout(loading));
      if (text !== asked || !form.contains(document.activeElement)) return;
      present(text, found);
    } catch (error) {
      console.warn("search:", error);
      if (text === asked) await fail(text);
    }
  }

  function present(text, found) {
    const { results, total, weak, topics } = found;
    const anchors = new Map(results.map((found) => [found, view.result(found)]));
    const groups = view.grouped(results).map(([title, members]) => [title, members.map((found) => anchors.get(found))]);
    const below = [];
    if (total > results.length) below.push(all(text, found));
    if (weak && total) below.push(...view.askUs(text, "hf-button hf-button--quiet"));
    if (!total) below.push(...view.wayOut(text, topics));
    shown = { text, total };
    // The number of results is announced, and visible in the link to all of them.
    show(groups, total && !weak ? "" : view.headline(found, text), { above: view.understood(found, text), below });
    say(total ? `${view.headline({ total, weak: false })}${weak ? ", no close match" : ""}` : status.textContent);
    settling = setTimeout(settle, SETTLED_MS, text, total);
    if (results.length) quoting = setTimeout(quote, QUOTE_MS, text, found, [...anchors.values()]);
  }

  // Sentences come after the titles, since each article's are in a file of their own.
  async function quote(text, { results, quote }, anchors) {
    const quoted = await quote(results, text);
    quoted.forEach((found, rank) => view.quote(anchors[rank], found));
  }

  async function fail(text) {
    const stale = await isStale();
    if (text !== asked) return;
    const again = make("button", "hf-button hf-button--quiet", { type: "button" }, stale ? "Reload the page" : "Try again");
    again.addEventListener("click", () => (stale ? location.assign(view.searchPage(text)) : update()));
    const way = view.link("All articles by topic", `${base()}search/`);
    const line = stale ? "This help centre has been updated since you opened this page." : "Search didn't load.";
    show([], line, { below: [again, ...view.askUs(text, "hf-button hf-button--quiet"), way] });
    say(line);
  }

  function leave(event) {
    event.preventDefault();
    close();
    const { element } = cameFrom;
    if (!element) return;
    cameFrom.element = null;
    if (element.isConnected && element !== document.body) element.focus();
    else input.blur();
  }

  function onKey(event) {
    if (event.isComposing) return;
    const open = !popup.root.hidden;
    const all = options();
    const now = all.indexOf(selected());
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !event.altKey) {
      event.preventDefault();
      if (!open) return update();
      // Past either end comes the input, so that the typed text can be reached again.
      const step = event.key === "ArrowDown" ? 1 : -1;
      const next = now + step < -1 ? all.length - 1 : now + step;
      select(all[next]);
    } else if (event.key === "Enter") {
      if (now < 0 && !input.value.trim()) return;
      event.preventDefault();
      const chosen = now >= 0 && open ? all[now] : null;
      const newTab = event.ctrlKey || event.metaKey;
      if (newTab) {
        if (chosen) choose(chosen);
        else enter();
        window.open(chosen?.href ?? view.searchPage(input.value.trim()), "_blank", "noopener");
      } else if (chosen) chosen.click();
      else form.requestSubmit();
    } else if (event.key === "Escape" && (open || cameFrom.element)) leave(event);
  }

  // Enter ends the search; without results yet, the page of all results counts it.
  function enter() {
    clearTimeout(settling);
    const text = input.value.trim();
    if (text === shown.text) settle(text, shown.total);
    finish();
  }

  function choose(option) {
    clearTimeout(settling);
    if (shown.text) clicked(shown.text, shown.total, options().indexOf(option) + 1, option.pathname);
  }

  input.addEventListener("focus", () => {
    // On /search/ the page already has these results.
    if (popup.root.hidden && input.value.trim() !== (input.dataset.answered ?? null)) update();
  });
  input.addEventListener("input", update);
  input.addEventListener("keydown", onKey);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    enter();
    close();
    input.blur();
    follow(view.searchPage(input.value.trim()));
  });
  form.addEventListener("focusout", (event) => {
    if (form.contains(event.relatedTarget) || !document.hasFocus()) return;
    cameFrom.element = null;
    finish();
    close();
  });
  // A press would move the focus from the input, which would close the list under the pointer.
  popup.root.addEventListener("mousedown", (event) => event.preventDefault());
  popup.root.addEventListener("click", (event) => {
    const anchor = event.target.closest("a");
    if (!anchor) return;
    if (anchor.matches("[role=option]")) choose(anchor);
    else enter();
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const again = anchor.matches(".hf-result--again, .hf-results__note a");
    const here = anchor.pathname === location.pathname && anchor.search;
    if (again || here) {
      event.preventDefault();
      event.stopPropagation();
    }
    if (again) {
      input.value = anchor.textContent;
      return update();
    }
    close();
    input.blur();
    // The list and its links may be gone by now.
    if (here) follow(anchor.href);
  });
  popup.cancel.addEventListener("click", leave);
  // A phone's keyboard covers the page without resizing it.
  visualViewport.addEventListener("resize", () => popup.root.style.setProperty("--hf-seen", `${visualViewport.height}px`));
  // A failure is shown once there is something to search for.
  engine().catch(() => {});
  // Also for text typed before this module loaded.
  if (document.activeElement === input) styled().then(() => document.activeElement === input && update());
}

async function ask(text) {
  await styled();
  const open = await engine();
  const found = await open.search(view.short(text), { limit: MOST });
  const { topics } = open;
  if (!found.begun) return { ...found, topics, quote: (results, query) => open.quote(results, query) };
  // Found by their titles, which their sentences say nothing about.
  const results = found.results.map((result) => ({ ...result, sentence: "", ranges: [] }));
  return { ...found, results, topics, quote: async (results) => results };
}

/** The links to all results, and to those of one kind. */
function all(text, { total, counts }) {
  const ways = view.tabs(text, counts);
  ways.firstElementChild.textContent = `All ${total} results`;
  return ways;
}

function build(form, input, id) {
  // It scrolls, and a keyboard can scroll it only when it can have the focus.
  const root = make("div", "hf-results", { hidden: true, role: "group", "aria-label": "Search results", tabindex: "0" });
  const parts = {
    root,
    status: make("p", "hf-results__status"),
    notes: make("div", "hf-results__notes"),
    list: make("div", "hf-results__list", { id, role: "listbox", "aria-label": "Results" }),
    help: make("div", "hf-results__help"),
    keys: make("p", "hf-results__keys", { "aria-hidden": "true" }),
    said: make("p", "hf-visually-hidden", { role: "status" }),
    cancel: make("button", "hf-search__cancel", { type: "button" }, "Cancel"),
  };
  for (const [key, meaning] of [["\u2191\u2193", "select"], ["Enter", "open"], ["Esc", "close"]]) {
    const pair = make("span", "", {}, ` ${meaning}`);
    pair.prepend(make("kbd", "", {}, key));
    parts.keys.append(pair);
  }
  root.append(parts.status, parts.notes, parts.list, parts.help, parts.keys);
  form.append(parts.cancel, root, parts.said);
  input.setAttribute("aria-controls", id);
  return parts;
}

// In the header, which Material keeps, and not in the head, which it replaces with each page.
let sheet;
function styled() {
  sheet ??= new Promise((done) => {
    const link = make("link", "", { rel: "stylesheet", href: new URL("results.css", import.meta.url).href });
    link.onload = link.onerror = done;
    document.querySelector("[data-portal-base]").append(link);
  });
  return sheet;
}

// By a link, since Material follows links without a reload, which keeps this visit's searches.
function follow(href) {
  const anchor = view.link("", href);
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
}
