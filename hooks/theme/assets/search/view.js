// Renders results in the box of every page and on /search/. All content of articles is set as text. For styling:
//   a.hf-result > b + span.hf-result__topic + span.hf-result__text (month, b.hf-result__section, words, mark)
import { base } from "./index.js";
import { looked } from "../visit.js";

const KINDS = { job: "Quick links", article: "Articles", change: "What changed", status: "Status" };
const LONGEST_QUERY = 120;

/** Results as [title, results] groups: jobs first, then the kinds in the order of their best results. */
export function grouped(results) {
  const groups = new Map(results.some((found) => found.kind === "job") ? [["job", []]] : []);
  for (const found of results) groups.set(found.kind, [...(groups.get(found.kind) ?? []), found]);
  return [...groups].map(([kind, members]) => [KINDS[kind], members]);
}

/** A link to the best section of a result. */
export function result(found) {
  const anchor = make("a", `hf-result hf-result--${found.kind}`, { href: target(found) });
  anchor.append(make("b", "", {}, found.title));
  if (found.topic) anchor.append(make("span", "hf-result__topic", {}, found.topic));
  const text = make("span", "hf-result__text");
  anchor.append(text);
  quote(anchor, found);
  return anchor;
}

/** Fill a result's link with its month, section and sentence, with the matching words marked. */
export function quote(anchor, found) {
  const text = anchor.querySelector(".hf-result__text");
  const parts = marked(found);
  if (found.section && found.kind === "article") parts.unshift(make("span", "hf-result__section", {}, found.section.title), " ");
  if (found.updated && parts.length) parts.unshift(`${found.updated} \u00b7 `);
  text.replaceChildren(...parts);
  text.hidden = !parts.length;
  anchor.href = target(found);
}

/** The address of a result's best section, or of the whole article when its title already matches. */
export function target({ url, title, section, sentence, ranges }) {
  const named = ranges.some(([start, end]) => title.toLowerCase().includes(sentence.slice(start, end).toLowerCase()));
  return section?.anchor && !named ? `${url}#${section.anchor}` : url;
}

/** The sentence of a result with matches in <mark>; nothing for a result without one. */
export function marked({ sentence, ranges }) {
  const parts = [];
  let end = 0;
  for (const [from, to] of ranges) {
    parts.push(sentence.slice(end, from), make("mark", "", {}, sentence.slice(from, to)));
    end = to;
  }
  return [...parts, sentence.slice(end)].filter(Boolean);
}

/** Notes on a query whose words were corrected or left out; nothing when it was searched as typed. */
export function understood({ corrected, dropped, total }, text) {
  const lines = [];
  if (!total) return lines;
  if (corrected) {
    const line = make("p", "hf-results__note", {}, "Did you mean ");
    line.append(search(corrected), "?");
    lines.push(line);
  }
  if (dropped.length) {
    const words = dropped.slice(0, 3).map(quoted).join(" or ");
    const kept = text.split(/\s+/).filter((word) => !dropped.some((missing) => word.toLowerCase().includes(missing)));
    const shown = kept.length ? ` Showing results for ${quoted(kept.join(" "))}.` : "";
    lines.push(make("p", "hf-results__note", {}, `No results for ${words}.${shown}`));
  }
  return lines;
}

/** The incidents in the banner, which status/status.js keeps current on every page; empty while all is well. */
export function incidents() {
  const banner = document.querySelector('[data-portal="status/banner"]');
  if (!banner || banner.hidden) return [];
  return [...banner.querySelectorAll("p")].map((row) => {
    const other = row.querySelector("a");
    const line = make("p", "hf-results__incident");
    line.dataset.level = banner.dataset.level;
    line.append(make("span", "hf-dot", { "aria-hidden": "true" }), link(row.querySelector("b").textContent, other.href));
    return line;
  });
}

// "All" first; a kind without results has no tab, unless it is selected.
const TABS = [["", "All"], ["article", "Articles"], ["change", "Changes"], ["status", "Status"]];

/** Whether this is a kind that the address may select. */
export const isTab = (kind) => TABS.some(([known]) => known === kind);

/** Links to the results of each kind on /search/, with their counts. */
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

/** Help for a search with no or only weak results: another spelling, the topics, and support. */
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

/** The link to the ticket form, which gets the query from memory and not from its address, which anyone could write;
    nothing in a portal without tickets, whose pages have no link to the form. */
export function askUs(text, className = "hf-button") {
  if (![...document.links].some((other) => other.pathname === `${base()}ask/`)) return [];
  const way = make("a", className, { href: `${base()}ask/` }, "Contact support");
  way.addEventListener("click", () => looked(short(text)));
  return [way];
}

// A search within one kind says nothing about the others.
const NONE = { change: "No changes found for", status: "No incidents found for" };
const WORDLESS = {
  common: (text) => `${text} is too common a word to search for by itself. Add another word.`,
  signs: (text) => `${text} has no words or numbers to search for.`,
};

/** The sentence over the results. */
export function headline({ total, weak, wordless }, text, kind) {
  if (!total && wordless) return WORDLESS[wordless](quoted(short(text)));
  if (!total) return `${NONE[kind] ?? "No results for"} ${quoted(short(text))}`;
  return weak ? "Closest matches" : `${total} ${total === 1 ? "result" : "results"}`;
}

/** A link that searches for other words. */
export const search = (text) => link(text, searchPage(text));

/** The address of the page of all results. */
export const searchPage = (text, kind) => `${base()}search/?q=${encodeURIComponent(short(text))}${kind ? `&kind=${kind}` : ""}`;

/** A query that fits into an address and on a screen, without half a character at its end. */
export const short = (text) => text.slice(0, LONGEST_QUERY).replace(/[\ud800-\udbff]$/, "");

export const quoted = (text) => `\u201c${text}\u201d`;

export function link(text, href) {
  return make("a", "", { href }, text);
}

/** Make an element; a boolean attribute value sets the property. */
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

/** Announce a text to screen readers when it has not changed for 400 ms, so that not every letter is announced. */
export function announcer(region) {
  let timer;
  return (text) => {
    clearTimeout(timer);
    timer = setTimeout(() => (region.textContent = text), 400);
  };
}
