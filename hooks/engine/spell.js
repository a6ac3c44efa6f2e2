// Spelling correction: the words of the index that an unknown word may stand for.
import { stem } from "./stem.js";

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const MOST = 3;
const FIRST_LETTER = 0.6;
// Computed once for a lexicon, at its first unknown word.
const memory = new WeakMap();

/** At most three of {number, share, word}, likeliest first: one typo away, else two (then without `word`). */
export function corrections(word, lexicon) {
  if (!memory.has(lexicon)) {
    memory.set(lexicon, { found: new Map(), starts: new Set(lexicon.vocabulary.map((known) => known.slice(0, 3))) });
  }
  const { found, starts } = memory.get(lexicon);
  if (!found.has(word)) found.set(word, word.length < 3 || word.length > 30 || word.includes(".") ? [] : find(word, lexicon, starts));
  return found.get(word);
}

// Typos are undone before stemming: "settigns" and "settings" have different stems.
function find(word, { number, vocabulary }, starts) {
  const found = new Map();
  const put = (meant, share) => {
    // Most candidates begin no known word, and need no stemming.
    if (meant.length > 4 && !starts.has(meant.slice(0, 3))) return;
    const known = number(stem(meant));
    if (known !== undefined && !(found.get(known)?.share >= share)) found.set(known, { number: known, share, word: meant });
  };
  for (let i = 0; i <= word.length; i++) {
    const first = i === 0 ? FIRST_LETTER : 1;
    const [before, letter, after] = [word.slice(0, i), word[i], word.slice(i + 1)];
    for (const other of LETTERS) put(before + other + word.slice(i), first * (other === word[i - 1] || other === letter ? 1 : 0.9));
    if (i === word.length) break;
    put(before + after, first * (letter === word[i - 1] ? 1 : 0.85));
    if (after) put(before + after[0] + letter + after.slice(1), first);
    for (const other of LETTERS) if (other !== letter) put(before + other + after, first * 0.75);
  }
  if (!found.size && word.length > 7) {
    const wrong = stem(word);
    vocabulary.forEach((other, number) => {
      if (other[0] === wrong[0] && Math.abs(other.length - wrong.length) <= 2 && distance(other, wrong) <= 2) {
        found.set(number, { number, share: 0.5, word: null });
      }
    });
  }
  return [...found.values()].sort((one, other) => other.share - one.share || one.number - other.number).slice(0, MOST);
}

/** The number of letters left out, added, replaced, or swapped with the next. */
function distance(one, other) {
  let twoAbove = [];
  let above = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1];
      row[j] = Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) row[j] = Math.min(row[j], twoAbove[j - 2] + 1);
    }
    [twoAbove, above] = [above, row];
  }
  return above[other.length];
}
