// Turns a question into clauses: for each of its words the matching words of the index, each with how well it matches.
import { corrections } from "./spell.js";
import { isUnspaced, stem, words } from "./stem.js";

const MOST_LETTERS = 2000;
const MOST_WORDS = 40;
// In words: a longer synonym finds others, but is not found itself.
const LONGEST_PHRASE = 4;
const LONGEST_JOINED = 30;
// Too frequent to be in the index, and yet half of a word: login, inbox, turnoff.
const PARTICLES = new Set(["in", "on", "off"]);
// Each figure was chosen on questions of real customers; decision 20 has what it is worth.
const SYNONYM = 0.3;
const HALF_TYPED = 0.5;
const CORRECTED = 0.8;
// Two letters begin too many words: what else they begin is offered by titles only, after the texts that have them.
const BEGINNING = 0.1;
const POLITE = 0.5;
// Stems that are frequent in questions and rare in articles, so that their rarity means nothing.
const POLITE_WORDS = new Set(
  "want need way help pleas try tri know anyon someon possibl question thing seem someth anyth instead still keep".split(" "),
);
// Endings of a half-typed word: "setti" is on the way from "set" to "settings".
const BEGUN = /^(e|i|in|ing|s|a|at|ati|atio|ation|io|ion|m|me|men|ment|n|ne|nes|l|ly|al|er|or|ed|d|t|ti|g|gi|gin|ging|tin|ting|nin|ning|pin|ping)$/;

/** Words to look up in an index, from the index as decode.js gives it. */
export function lexicon({ vocabulary, stop, synonyms, near, spelling, weigh, starts, docs }) {
  // By halves: a map of all words takes longer to make than any visit looks words up.
  const number = (word) => {
    const found = place(vocabulary, word);
    return vocabulary[found] === word ? found : undefined;
  };
  // Whether any document has both words.
  const together = (one, other) => {
    weigh(one);
    weigh(other);
    const there = new Set(docs.subarray(starts[one], starts[one + 1]));
    return docs.subarray(starts[other], starts[other + 1]).some((document) => there.has(document));
  };
  const lists = { groups: once(() => grouped(synonyms)), pairs: once(() => paired(near)) };
  return { vocabulary, number, together, ...lists, spelling, stop: new Set(stop.split(" ")) };
}

// Made at the first question, which alone needs it.
function once(make) {
  let made;
  return () => (made ??= make());
}

// Phrase -> the synonym groups that it is in.
function grouped(synonyms) {
  const found = new Map();
  for (const line of synonyms.split("\n")) {
    const group = line.split(",");
    for (const phrase of group) {
      const known = found.get(phrase);
      if (known) known.push(group);
      else found.set(phrase, [group]);
    }
  }
  return found;
}

// Word -> related words, in both directions.
function paired(near) {
  const found = new Map();
  const put = (one, other) => (found.has(one) ? found.get(one).push(other) : found.set(one, [other]));
  let first = 0;
  for (let i = 0; i < near.length; i += 2) {
    first += near[i];
    put(first, first + near[i + 1]);
    put(first + near[i + 1], first);
  }
  return found;
}

/**
 * The clauses of a question: {word, words: Map(number -> share), alike: Map(number -> share of a synonym), apart, factor, half}.
 * `apart` has the two halves of a joined word, [[number, number], ...], which count where a text has both; `part` says that the
 * word is a part of a dotted number.
 * `corrected` of a clause is the word that was probably meant; `half` says that its word may go on.
 */
export function clauses(text, lexicon) {
  const raw = words(text.slice(0, MOST_LETTERS)).slice(0, MOST_WORDS);
  const open = /[\p{L}\p{M}\p{N}]$/u.test(text);
  const stems = raw.map(stem);
  const parts = partsOfNumbers(raw);
  const found = [];
  raw.forEach((word, place) => {
    const half = open && place === raw.length - 1;
    if (lexicon.stop.has(word) && !(half && raw.length === 1)) return;
    const factor = POLITE_WORDS.has(stems[place]) ? POLITE : 1;
    const clause = { word, place, half, words: new Map(), alike: new Map(), apart: [], factor, part: parts.has(place) };
    const known = lexicon.number(stems[place]);
    if (known !== undefined) clause.words.set(known, 1);
    if (half) continued(clause, known, lexicon);
    if (known === undefined) parted(clause, lexicon);
    found.push(clause);
  });
  joined(found, raw, lexicon);
  for (const clause of found) if (!clause.words.size && !clause.apart.length) spelled(clause, lexicon);
  synonyms(found, stems, raw, lexicon);
  return found;
}

// Where the parts of dotted numbers are, which each number follows.
function partsOfNumbers(raw) {
  const places = new Set();
  raw.forEach((word, place) => {
    if (word.includes(".")) word.split(".").forEach((_, back) => places.add(place - 1 - back));
  });
  return places;
}

/** Whether a word is too short to say what was meant by it. */
export const isShort = (word) => word.length < 3 && !isUnspaced(word);

function continued(clause, known, { vocabulary, number }) {
  const { word, words } = clause;
  const share = isShort(word) ? BEGINNING : HALF_TYPED;
  // Of a text without spaces the index has pairs of letters, and a single one may be the second of its pair.
  if (isUnspaced(word) && [...word].length === 1) {
    vocabulary.forEach((other, i) => i !== known && other.includes(word) && words.set(i, share));
    return;
  }
  const start = word.length > 2 ? word.replace(/y$/, "") : word;
  for (let i = place(vocabulary, start); i < vocabulary.length && vocabulary[i].startsWith(start); i++) {
    if (i !== known) words.set(i, share);
  }
  for (let end = word.length - 1; !words.size && end >= 3; end--) {
    const found = number(word.slice(0, end));
    if (found !== undefined && BEGUN.test(word.slice(end))) words.set(found, HALF_TYPED);
  }
}

/** The position of a word in a sorted list, or where it would be inserted. */
function place(vocabulary, word) {
  let low = 0;
  let high = vocabulary.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (vocabulary[middle] < word) low = middle + 1;
    else high = middle;
  }
  return low;
}

// "checkout" and "iso27001" also ask for texts that write them as two words, of which one may be too frequent ("log in").
function parted(clause, { number, stop, together }) {
  const { word, words } = clause;
  if (isUnspaced(word) || word.includes(".") || word.length > LONGEST_JOINED) return;
  for (let at = 1; at < word.length; at++) {
    const halves = [word.slice(0, at), word.slice(at)];
    if (!isLikely(...halves)) continue;
    const [one, other] = halves.map((half) => (stop.has(half) ? undefined : number(stem(half))));
    if (one !== undefined && other !== undefined) {
      if (together(one, other)) clause.apart.push([one, other]);
    } else {
      const rest = PARTICLES.has(halves[1]) ? one : PARTICLES.has(halves[0]) ? other : undefined;
      if (rest !== undefined && word.length > 4) words.set(rest, CORRECTED);
    }
  }
}

// Two numbers are never one. A single letter is a word before others (e-mail) or beside a number (usb 3).
function isLikely(one, other) {
  const [number, next] = [/\d$/.test(one), /^\d/.test(other)];
  return number || next ? number !== next : other.length > 1 && (one.length > 1 || other.length > 2);
}

// "book mark" and "e-mail" also ask for bookmark and email.
function joined(found, raw, { number }) {
  const at = new Map(found.map((clause) => [clause.place, clause]));
  for (let i = 0; i + 1 < raw.length; i++) {
    const whole = isLikely(raw[i], raw[i + 1]) ? number(stem(raw[i] + raw[i + 1])) : undefined;
    const clause = at.get(i) ?? at.get(i + 1);
    if (whole !== undefined && clause) clause.words.set(whole, 1);
  }
}

function spelled(clause, lexicon) {
  // A word with synonyms is correctly spelt, although no article has it.
  const [best, ...others] = lexicon.groups().has(stem(clause.word)) ? [] : corrections(clause.word, lexicon);
  if (!best) return;
  clause.corrected = likely(clause.word, best) ? written(best, lexicon) : null;
  clause.guessed = true;
  for (const { number, share } of [best, ...others]) clause.words.set(number, share * CORRECTED);
}

// Short words are often other words by one letter, and typos in the first letter are rare: search these, but do not announce a correction.
const likely = (typed, { word, share }) => word && word.length > 3 && word[0] === typed[0] && (share > 0.8 || word.length > 5);

// Whether the word itself or a plain form of it is in a text: "newely" has the stem of "new", but is no word.
function written({ word, number }, { spelling }) {
  const known = spelling(number);
  const bare = (form) => form.replace(/(?:s|es|d|ed|ing)$/, "");
  const same = known && [word, bare(word)].some((form) => form === known || form === bare(known));
  return same && (!word.endsWith("e") || known.startsWith(word)) ? word : null;
}

function synonyms(found, stems, raw, { number, groups, pairs, stop, vocabulary }) {
  const at = new Map(found.map((clause) => [clause.place, clause]));
  const asked = new Set(stems);
  const put = (clause, known, share) => {
    if (known === undefined || clause.words.has(known) || asked.has(vocabulary[known])) return;
    clause.alike.set(known, Math.max(clause.alike.get(known) ?? 0, share));
  };
  const add = (clause, phrase) => {
    for (const other of groups().get(phrase)?.flat() ?? []) {
      if (other === phrase) continue;
      const parts = other.split(" ").filter((part) => !stop.has(part));
      for (const part of parts) put(clause, number(part), SYNONYM / parts.length);
    }
    for (const other of pairs().get(number(phrase)) ?? []) put(clause, other, SYNONYM);
  };
  for (let i = 0; i < stems.length; i++) {
    if (stop.has(raw[i])) continue;
    for (let size = 1; size <= LONGEST_PHRASE && i + size <= stems.length; size++) add(at.get(i), stems.slice(i, i + size).join(" "));
    const clause = at.get(i);
    if (clause.guessed && !clause.alike.size) add(clause, vocabulary[clause.words.keys().next().value]);
  }
}
