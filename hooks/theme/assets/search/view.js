// How results look, in the box of every page and on /search/. Whatever comes from an article is set as text. For styling:
//   a.hf-result > b + span.hf-result__topic + span.hf-result__text (month, b.hf-result__section, words, mark)
import { base } from "./index.js";
import { looked } from "../visit.js";

const KINDS = { job: "Do it now", article: "Articles", change: "What changed", status: "Status" };
const LONGEST_QUERY = 120;

/** Results in their groups as [title, results]: what a customer can do at once, then each kind from its best result on. */
export function grouped(results) {
  const groups = new Map(results.some((found) => found.kind === "job") ? [["job", []]] : []);
  for (const found of results) groups.set(found.kind, [...(groups.get(found.kind) ?? []), found]);
  return [...groups].map(([kind, members]) => [KINDS[kind], members]);
}

/** A link to a result, at its best section. */
export function result(found) {
  const anchor = make("a", `hf-result hf-result--${found.kind}`, { href: target(found) });
  anchor.append(make("b", "", {}, found.title));
  if (found.topic) anchor.append(make("span", "hf-result__topic", {}, found.topic));
  const text = make("span", "hf-result__text");
  anchor.append(text);
  quote(anchor, found);
  return anchor;
}

/** Put a result's month, section and sentence, with the searched words marked, into its link. */
export function quote(anchor, found) {
  const text = anchor.querySelector(".hf-result__text");
  const parts = marked(found);
  if (found.section && found.kind === "article") parts.unshift(make("span", "hf-result__section", {}, found.section.title), " ");
  if (found.updated && parts.length) parts.unshift(`${found.updated} \u00b7 `);
  text.replaceChildren(...parts);
  text.hidden = !parts.length;
  anchor.href = target(found);
}

/** The address of a result: its best section, but an article whose title says it is read from its beginning. */
export function target({ url, title, section, sentence, ranges }) {
  const named = ranges.some(([start, end]) => title.toLowerCase().includes(sentence.slice(start, end).toLowerCase()));
  return section?.anchor && !named ? `${url}#${section.anchor}` : url;
}

/** The sentence of a result, its searched words in <mark>; nothing for a result without one. */
export function marked({ sentence, ranges }) {
  const parts = [];
  let end = 0;
  for (const [from, to] of ranges) {
    parts.push(sentence.slice(end, from), make("mark", "", {}, sentence.slice(from, to)));
    end = to;
  }
  return [...parts, sentence.slice(end)].filter(Boolean);
}

/** What was not searched as it was typed, if anything: the words as they were understood, or those that are nowhere. */
export function understood({ corrected, dropped, total }) {
  const lines = [];
  if (!total) return lines;
  if (corrected) {
    const line = make("p", "hf-results__note", {}, "Did you mean ");
    line.append(search(corrected), "?");
    lines.push(line);
  }
  if (dropped.length) {
    const words = dropped.slice(0, 3).map(quoted).join(" or ");
    lines.push(make("p", "hf-results__note", {}, `Nothing here has ${words}. These are the results without.`));
  }
  return lines;
}

/** The incidents of the banner, which status/status.js keeps current on every page; empty while all is well. */
export function incidents() {
  const banner = document.querySelector('[data-portal="status/banner"]');
  if (!banner || banner.hidden) return [];
  return [...banner.querySelectorAll("a")].map((other) => {
    const line = make("p", "hf-results__incident");
    line.dataset.level = banner.dataset.level;
    line.append(make("span", "hf-dot", { "aria-hidden": "true" }), link(other.textContent, other.href));
    return line;
  });
}

// "All" first; a kind of which there is nothing has no tab, unless it is the one that is shown.
const TABS = [["", "All"], ["article", "Articles"], ["change", "Changes"], ["status", "Status"]];

/** Whether an address may ask for this kind alone. */
export const isTab = (kind) => TABS.some(([known]) => known === kind);

/** Links to the results of each kind on /search/, with their numbers. */
export function tabs(text, counts, shown) {
  const nav = make("nav", "hf-results__tabs", { "aria-label": "Kinds of results" });
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  for (const [kind, word] of TABS) {
    const total = (kind ? counts[kind] : all) ?? 0;
    if (!total && kind !== shown) continue;
    const tab = link(word, searchPage(text, kind));
    tab.append(make("span", "", {}, ` ${total}`));
    if (kind === shown) tab.setAttribute("aria-current", "page");
    nav.append(tab);
  }
  return nav;
}

/** What to do when nothing is found, or only what is close: another spelling, the topics, and asking us. */
export function wayOut(text, topics) {
  const parts = askUs(text);
  if (topics.length) {
    const list = make("ul", "hf-results__topics", { "aria-label": "Topics" });
    for (const { title, url } of topics) {
      const item = make("li");
      item.append(link(title, url));
      list.append(item);
    }
    parts.push(list);
  }
  return parts;
}

/** The way to the form, which then knows what was searched (not from its address, which anyone could have written); a
    portal without tickets has no link to it, and gets none here. */
export function askUs(text, className = "hf-button") {
  if (![...document.links].some((other) => other.pathname === `${base()}ask/`)) return [];
  const way = make("a", className, { href: `${base()}ask/` }, "Ask us");
  way.addEventListener("click", () => looked(short(text)));
  return [way];
}

// A search within one kind says nothing about the others.
const NONE = { change: "No change has", status: "No incident has" };
const WORDLESS = {
  common: (text) => `${text} alone is too common a word to search for. Add another one.`,
  signs: (text) => `${text} has no word or number to search for.`,
};

/** The sentence over the results. */
export function headline({ total, weak, wordless }, text, kind) {
  if (!total && wordless) return WORDLESS[wordless](quoted(short(text)));
  if (!total) return `${NONE[kind] ?? "No article has"} ${quoted(short(text))}.`;
  return weak ? "Closest we have" : `${total} ${total === 1 ? "result" : "results"}`;
}

/** A link that searches for other words. */
export const search = (text) => link(text, searchPage(text));

/** The address of all results. */
export const searchPage = (text, kind) => `${base()}search/?q=${encodeURIComponent(short(text))}${kind ? `&kind=${kind}` : ""}`;

/** A query that fits into an address and on a screen, without half a character at its end. */
export const short = (text) => text.slice(0, LONGEST_QUERY).replace(/[\ud800-\udbff]$/, "");

export const quoted = (text) => `\u201c${text}\u201d`;

export function link(text, href) {
  return make("a", "", { href }, text);
}

/** An element; a boolean among the attributes sets the property. */
export function make(tag, className = "", attributes = {}, text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "boolean") element[name] = value;
    else element.setAttribute(name, value);
  }
  return element;
}

/** Say something to a screen reader once it has been true for 400 ms, so that it is not said for every letter. */
export function announcer(region) {
  let timer;
  return (text) => {
    clearTimeout(timer);
    timer = setTimeout(() => (region.textContent = text), 400);
  };
}
