// The words and stems of a text; portal/search/words.py makes exactly the same ones (a test compares them).

const APOSTROPHES = /['\u2018\u2019\u02bb\u02bc]/g;
const ELIDED = /([\p{L}\p{N}])['\u2019\u02bc]([\p{L}\p{N}]{3,})/gu;
const UNSEEN = /[\u00ad\u200c\u200d\u2060]/g;
// Letters that Unicode does not take apart, as people write them who do not have them on their keyboard.
const OTHER_LETTERS =
  "ßss æae œoe þth ðd øo đd ħh ıi ĸk łl ŋn ŧt ƀb ƈc ƒf ƙk ƚl ƥp ƭt ƴy ƶz ǝe ǥg ȼc ɇe ɉj ɍr ɏy ɑa ɓb ɔo ɖd ɗd əe ɛe " +
  "ɠg ɡg ɣg ɨi ɩi ɫl ɲn ɵo ʈt ʉu ʊu ʋv ʒz ⱥa ⱦt";
const FOLDED = new Map(OTHER_LETTERS.split(" ").map((pair) => [pair[0], pair.slice(1)]));
const FOLDS = new RegExp(`[${[...FOLDED.keys()].join("")}]`, "g");
const DOTTED = /([0-9]+(?:\.[0-9]+)*)([a-z]*)/g;
const DOT = "\ue000";
// Written without spaces (or with many endings, as Korean): pairs of neighbouring letters stand for words.
const UNSPACED =
  "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\u{20000}-\u{3ffff}";
const RUN = new RegExp(`[${UNSPACED}]+|[^${UNSPACED}]+`, "gu");
const HAS_UNSPACED = new RegExp(`[${UNSPACED}]`, "u");
const ASCII = /^[\0-\x7f]*$/;

/** Lower-case words of letters and digits, without accents; a dotted number follows its parts. */
export function words(text) {
  text = text.replace(ELIDED, "$1$2 $2").replace(APOSTROPHES, "");
  if (ASCII.test(text)) return text.toLowerCase().replace(DOTTED, wholeAfterParts).match(/[0-9]+(?:\.[0-9]+)+|[a-z0-9]+/g) ?? [];
  const plain = text.replace(UNSEEN, "").normalize("NFKD").toLowerCase().normalize("NFKD").toLowerCase().replace(/\p{M}/gu, "");
  const folded = plain.replaceAll("\u03c2", "\u03c3").replace(FOLDS, (letter) => FOLDED.get(letter)).replaceAll(DOT, " ");
  const dotted = folded.replace(DOTTED, (...match) => wholeAfterParts(...match).replaceAll(".", DOT));
  const found = dotted.replace(/[^\p{L}\p{N}\ue000]+/gu, " ").normalize("NFC").split(" ").filter(Boolean);
  return found.flatMap((word) => (HAS_UNSPACED.test(word) ? pairs(word) : word.replaceAll(DOT, ".")));
}

function wholeAfterParts(found, number, letters) {
  return number.includes(".") ? `${number.replaceAll(".", " ")}${letters} ${number} ` : found;
}

/** Whether a word is of a script without spaces, in which two letters are as good as a word. */
export const isUnspaced = (word) => HAS_UNSPACED.test(word);

function pairs(word) {
  return word.match(RUN).flatMap((run) => {
    const letters = [...run];
    return letters.length === 1 || !HAS_UNSPACED.test(letters[0]) ? run : letters.slice(1).map((letter, at) => letters[at] + letter);
  });
}

const C = "[^aeiou][^aeiouy]*";
const V = "[aeiouy][aeiou]*";
const MORE_THAN_0 = new RegExp(`^(?:${C})?${V}${C}`);
const EXACTLY_1 = new RegExp(`^(?:${C})?${V}${C}(?:${V})?$`);
const MORE_THAN_1 = new RegExp(`^(?:${C})?${V}${C}${V}${C}`);
const VOWEL = new RegExp(`^(?:${C})?[aeiouy]`);
const SHORT_END = new RegExp(`^${C}[aeiouy][^aeiouwxy]$`);
const table = (text) => Object.fromEntries(text.split(" ").map((pair) => pair.split(":")));
const STEP_2 = table(
  "ational:ate tional:tion enci:ence anci:ance izer:ize bli:ble alli:al entli:ent eli:e ousli:ous ization:ize ation:ate ator:ate " +
    "alism:al iveness:ive fulness:ful ousness:ous aliti:al iviti:ive biliti:ble logi:log",
);
const STEP_3 = table("icate:ic ative: alize:al iciti:ic ical:ic ful: ness:");
const ends = (names) => new RegExp(`^(.+?)(${names})$`);
const ENDS_2 = ends(Object.keys(STEP_2).join("|"));
const ENDS_3 = ends(Object.keys(STEP_3).join("|"));
const ENDS_4 = ends("al|ance|ence|er|ic|able|ible|ant|ement|ment|ent|ou|ism|ate|iti|ous|ive|ize");
// No look behind: browsers of 2022 do not have it.
const ENDS_ION = /^(.+[st])ion$/;

const known = new Map();

/** An English word without its ending; other words are returned unchanged. */
export function stem(word) {
  let found = known.get(word);
  if (found === undefined) {
    if (known.size > 50000) known.clear();
    known.set(word, (found = /^[a-z]{3,40}$/.test(word) ? porter(word) : word));
  }
  return found;
}

function porter(word) {
  // A y at the beginning is a consonant; as a capital, no rule takes it for a vowel.
  if (word[0] === "y") word = "Y" + word.slice(1);
  word = step1(word);
  let match = ENDS_2.exec(word);
  if (match && MORE_THAN_0.test(match[1])) word = match[1] + STEP_2[match[2]];
  match = ENDS_3.exec(word);
  if (match && MORE_THAN_0.test(match[1])) word = match[1] + STEP_3[match[2]];
  match = ENDS_4.exec(word) ?? ENDS_ION.exec(word);
  if (match && MORE_THAN_1.test(match[1])) word = match[1];
  return step5(word).toLowerCase();
}

function step1(word) {
  if (/(ss|i)es$/.test(word)) word = word.slice(0, -2);
  else if (/[^s]s$/.test(word)) word = word.slice(0, -1);
  if (word.endsWith("eed")) {
    if (MORE_THAN_0.test(word.slice(0, -3))) word = word.slice(0, -1);
  } else if (/(ed|ing)$/.test(word)) {
    const rest = word.slice(0, word.endsWith("ed") ? -2 : -3);
    if (VOWEL.test(rest)) word = repaired(rest);
  }
  return /..y$/.test(word) && !"aeiou".includes(word.at(-2)) ? word.slice(0, -1) + "i" : word;
}

function repaired(rest) {
  if (/(at|bl|iz)$/.test(rest) || SHORT_END.test(rest)) return rest + "e";
  return /([^aeiouylsz])\1$/.test(rest) ? rest.slice(0, -1) : rest;
}

function step5(word) {
  if (word.endsWith("e")) {
    const rest = word.slice(0, -1);
    if (MORE_THAN_1.test(rest) || (EXACTLY_1.test(rest) && !SHORT_END.test(rest))) word = rest;
  }
  return word.endsWith("ll") && MORE_THAN_1.test(word) ? word.slice(0, -1) : word;
}
