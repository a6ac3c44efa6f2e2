// Picks the section and the sentence of an article that match the query best, and the ranges of the matching words.
import { stem, words } from "./stem.js";

const LONGEST = 200;
// A match in the heading counts more: the whole section is about it.
const HEADING = 1.5;
const WORD = /[0-9]+(?:\.[0-9]+)+|[\p{L}\p{M}\p{N}'\u2019\u02bc]+/gu;
// Without spaces there are no words to mark, only the pairs of letters that were found.
// What has no full stop is a label or a cell of a table, which says less than the description.
const WHOLE = /[.!?\u2026\u3002\uff01\uff1f]["')\u2019\u201d]?$/u;
const ASCII = /^[\0-\x7f]*$/;

/** [[start, end], ...] of the words of a text whose stems are in `found` (a Map by number in the vocabulary). */
export function marks(text, found, vocabulary) {
  if (!text || !found.size) return [];
  const wanted = new Set([...found.keys()].map((number) => vocabulary[number]));
  const ranges = [];
  let before = null;
  for (const { 0: word, index } of text.matchAll(WORD)) {
    const parts = words(word);
    const end = index + word.length;
    if (ASCII.test(word) || parts.length < 2) {
      const joined = before && /^[\s-]+$/.test(text.slice(before.end, index)) && wanted.has(stem(before.word + parts[0]));
      if (joined && ranges.at(-1)?.[1] !== before.end) ranges.push([before.start, before.end]);
      if (joined || parts.some((part) => wanted.has(stem(part)))) ranges.push([index, end]);
      before = parts.length === 1 ? { word: parts[0], start: index, end } : null;
    } else ranges.push(...pairs(word, index, parts, wanted));
  }
  return ranges;
}

function pairs(word, start, parts, wanted) {
  const ranges = [];
  for (const part of parts.filter((part) => wanted.has(stem(part)))) {
    const at = word.toLowerCase().indexOf(part);
    const last = ranges.at(-1);
    if (at < 0) continue;
    if (last && last[1] >= start + at) last[1] = Math.max(last[1], start + at + part.length);
    else ranges.push([start + at, start + at + part.length]);
  }
  return ranges;
}

/** {section, sentence, ranges, updated} from an article's summary, month and sections; `weights` by number in the vocabulary. */
export function quoted([summary, updated, ...sections], weights, vocabulary) {
  const value = new Map([...weights].map(([number, weight]) => [vocabulary[number], weight]));
  const points = (text) => [...new Set(stems(text))].reduce((sum, word) => sum + (value.get(word) ?? 0), 0);
  let best = { points: 0, section: ["", "", ""] };
  for (const section of sections) {
    const [title, , text] = section;
    const found = points(text) + HEADING * points(title);
    if (found > best.points) best = { points: found, section };
  }
  const [title, anchor, text] = best.section;
  let said = { points: 0, text: summary };
  for (const part of sentences(text)) {
    const found = points(part);
    if (found > said.points && (WHOLE.test(part) || !summary)) said = { points: found, text: part };
  }
  const sentence = short(said.text, weights, vocabulary);
  return { section: title && anchor ? { title, anchor } : null, sentence, ranges: marks(sentence, weights, vocabulary), updated };
}

// Also those that a text writes as two: "set up" answers `setup`.
function stems(text) {
  const found = words(text);
  return [...found.map(stem), ...found.slice(1).map((word, before) => stem(found[before] + word))];
}

const sentences = (text) => text.match(/.+?(?:[.!?\u2026]+["')\u2019\u201d]?(?=\s|$)|[\u3002\uff01\uff1f]|$)/gsu)?.map((sentence) => sentence.trim()) ?? [];

/** Cut a long sentence so that it begins a few words before the first match. */
function short(text, weights, vocabulary) {
  if (text.length <= LONGEST) return text;
  const [first] = marks(text, weights, vocabulary);
  const from = first && first[0] > LONGEST / 2 ? text.indexOf(" ", first[0] - 40) + 1 : 0;
  const part = text.slice(from, from + LONGEST);
  const end = from + LONGEST < text.length ? Math.max(part.lastIndexOf(" "), LONGEST / 2) : part.length;
  return (from ? "\u2026 " : "") + part.slice(0, end) + (end < part.length || from + end < text.length ? " \u2026" : "");
}
