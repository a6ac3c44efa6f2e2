// The search engine: an index over the words of all articles and changes (hooks/search.py), fetched once and on demand.

export const MOST = 8;

let loading;

/** The articles and changes that share a word with `text`, best first; rejects when the index cannot be loaded. */
export async function query(text, limit = MOST) {
  const index = await load();
  return find(index, text).slice(0, limit);
}

/** Fetch the index once; after a failure the next call tries again. */
export function load() {
  loading ??= fetch(indexUrl())
    .then((response) => {
      if (!response.ok) throw new Error(`search index: ${response.status}`);
      return response.json();
    })
    .then((index) => ({ ...index, words: index.words ? index.words.split(" ") : [] }))
    .catch((error) => {
      loading = undefined;
      throw error;
    });
  return loading;
}

/** The same words as portal/search.py makes of a text. */
export function words(text) {
  const plain = text.replace(/['\u2019\u02bc]/g, "").toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
  return plain.match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Every document that has any of the words; the last word may be half-typed, unless it is too short to tell. */
export function find(index, text) {
  const asked = [...new Set(words(text))];
  const scores = new Map();
  asked.forEach((word, position) => {
    const best = new Map();
    for (const [number, share] of alike(index.words, word, position === asked.length - 1 && (asked.length === 1 || word.length > 2))) {
      const postings = index.postings[number];
      for (let i = 0; i < postings.length; i += 2) {
        best.set(postings[i], Math.max(best.get(postings[i]) ?? 0, postings[i + 1] * share));
      }
    }
    for (const [document, score] of best) scores.set(document, (scores.get(document) ?? 0) + score);
  });
  return [...scores]
    .sort((one, other) => other[1] - one[1] || one[0] - other[0])
    .map(([number, score]) => result(index.documents[number], score));
}

// Words of one stem share their beginning ("invoices", "invoice", "invoiced"): no stemmer has to agree with the build's.
function alike(vocabulary, word, halfTyped) {
  const found = [];
  const start = word.slice(0, word.length < 4 ? word.length : 4);
  for (let i = place(vocabulary, start); i < vocabulary.length && vocabulary[i].startsWith(start); i++) {
    const other = vocabulary[i];
    if (other === word) found.push([i, 1]);
    else if (halfTyped && other.startsWith(word)) found.push([i, 0.6]);
    else if (sameStem(word, other)) found.push([i, 0.5]);
  }
  return found;
}

function sameStem(one, other) {
  let shared = 0;
  while (shared < one.length && one[shared] === other[shared]) shared++;
  const longest = Math.max(one.length, other.length);
  return shared >= 4 && longest - shared <= 3 && shared >= longest * 0.6 && Math.min(one.length, other.length) - shared <= 1;
}

function place(vocabulary, start) {
  let low = 0;
  let high = vocabulary.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (vocabulary[middle] < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

function result([title, url, topic, description, kind], score) {
  return { title, url: base() + url, topic, description, kind, score };
}

/** Where the site begins, e.g. "/help/". */
export const base = () => document.querySelector("[data-portal-base]").dataset.portalBase;
const indexUrl = () => document.querySelector("[data-portal=search][data-index]").dataset.index;
