// Reads the index file of portal/search/index_file.py: what results show, and lunr's weight of every word in every document.

const VERSION = 7;
const SIGNS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** The index in a file's bytes; throws an Error when the file is incomplete or of another version. */
export function decode(bytes) {
  const end = bytes.indexOf(10);
  const text = (from, to) => new TextDecoder().decode(bytes.subarray(from, to));
  const [name, version, ...sizes] = text(0, Math.min(Math.max(end, 0), 100)).split(" ");
  if (name !== "helpfront-search" || Number(version) !== VERSION) throw new Error("search index: another format");
  const [head, words, numbers] = sizes.map(Number);
  const start = end + 1 + head;
  if (bytes.length !== start + words + numbers) throw new Error("search index: not whole");
  const store = JSON.parse(text(end + 1, start));
  const vocabulary = words ? text(start, start + words).split("\n") : [];
  return { ...store, vocabulary, spelling: (word) => spelling(vocabulary[word], store, word), ...postings(bytes.subarray(start + words), store, vocabulary.length) };
}

// A stem's most frequent word; null when its ending is too rare to be in the file.
function spelling(stem, { endings, written }, word) {
  const ending = endings[SIGNS.indexOf(written[word])];
  return ending ? stem.slice(0, stem.length - ending[0]) + ending[1] : null;
}

// The contexts of portal/search/index_file.py, and the arithmetic of portal/search/coder.py.
const GAP = 0;
const COUNT = 72;
const FIELDS = 112;
const OFTEN = 35;
const SIZE = 256;
// Words in a part.
const PART = 32;
const SPEED = Uint8Array.from([1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 5]);

function decoder(bytes) {
  // A context for each set of fields and class of frequency.
  const odds = new Uint16Array((FIELDS + 16 * 6) * SIZE).fill(1 << 15);
  const seen = new Uint8Array(odds.length);
  let learning = true;
  let at;
  let range;
  let code;

  /** Start reading a part. Probabilities are learnt in the first only. */
  function begin(start) {
    learning = start === 0;
    at = start + 4;
    range = (1 << 30) - 1;
    code = (bytes[start] << 24) | (bytes[start + 1] << 16) | (bytes[start + 2] << 8) | bytes[start + 3];
  }

  // Most of the time until search is ready is spent here, so the state is in local variables, which become registers.
  function number(model) {
    let r = range;
    let c = code;
    let context = model * SIZE + 1;
    let value = 1;
    let place = 0;
    let length = 1;
    let digits = -1; // digits left to read; -1 while the length is read
    while (digits) {
      const now = odds[context];
      const bound = (r >> 12) * (now >> 4);
      const found = c < bound;
      if (found) r = bound;
      else {
        r -= bound;
        c -= bound;
      }
      if (learning) {
        const speed = SPEED[seen[context]];
        const next = now + (found ? (65536 - now) >> speed : -(now >> speed));
        odds[context] = next > 65504 ? 65504 : next < 32 ? 32 : next;
        if (seen[context] < 15) seen[context]++;
      }
      while (r < 1 << 22) {
        r <<= 8;
        c = (c << 8) | bytes[at++];
      }
      if (digits > 0) {
        value = value * 2 + (found ? 1 : 0);
        place = place ? 3 : found ? 2 : 1;
        digits--;
        context = model * SIZE + 32 + length * 4 + place;
      } else if (found) {
        length++;
        context++;
      } else {
        digits = length - 1;
        context = model * SIZE + 32 + length * 4;
      }
    }
    range = r;
    code = c;
    return value - 1;
  }

  function oneOf(count) {
    range = (range / count) | 0;
    const value = Math.min((code / range) | 0, count - 1);
    code -= range * value;
    while (range < 1 << 22) {
      range <<= 8;
      code = (code << 8) | bytes[at++];
    }
    return value;
  }
  return { begin, number, oneOf };
}

const bits = (value) => 32 - Math.clz32(value);
const halves = (value) => bits(value) * 2 + (value > 1 ? (value >> (bits(value) - 2)) & 1 : 0);

function postings(bytes, { titles, weights, lengths, often, learned, parts }, words) {
  const size = titles.length;
  const fields = weights[2].length;
  const text = 1 << (fields - 1);
  const { begin, number, oneOf } = decoder(bytes);
  const starts = new Int32Array(words + 1);
  for (let word = 0; word < words; word++) starts[word + 1] = starts[word] + often.charCodeAt(word) - OFTEN;
  const docs = new Int32Array(starts[words]);
  const counts = new Int32Array(docs.length * fields);

  function gap(room, left) {
    if (left === 1) return oneOf(room);
    const digits = Math.max(bits(Math.floor(room / left)) - 1, 0);
    return (number(GAP + halves(Math.floor((2 * room) / left))) << digits) | oneOf(1 << digits);
  }

  function read(word) {
    const end = starts[word + 1];
    const frequent = Math.min(bits(end - starts[word]), 5);
    let last = -1;
    let now = text;
    for (let at = starts[word]; at < end; at++) {
      last += gap(size - last - 1, end - at) + 1;
      docs[at] = last;
      now = number(FIELDS + now * 6 + frequent) ^ text;
      const length = 4 + Math.min(bits(lengths[(last + 1) * fields - 1] + 1), 12);
      for (let field = 0; field < fields; field++) {
        if ((now >> field) & 1) counts[at * fields + field] = number(COUNT + (field === fields - 1 ? length : field)) + 1;
      }
    }
  }

  begin(0);
  for (let word = 0; word < learned; word++) read(word);
  let sum = 0;
  const waiting = parts.map((length) => (sum += length) - length);

  /** Make sure that a word's postings are decoded; most are decoded on first use. */
  function need(word) {
    const part = word < learned ? 0 : 1 + Math.floor((word - learned) / PART);
    if (!part || waiting[part] === null) return;
    begin(waiting[part]);
    waiting[part] = null;
    const first = learned + (part - 1) * PART;
    for (let other = first; other < Math.min(first + PART, words); other++) read(other);
  }

  return { starts, docs, counts, ...weighing(weights, size, lengths, starts, docs, counts, need) };
}

// lunr's BM25, rounded as lunr rounds, for the same ranking as lunr's own index. A word is weighed on first use.
function weighing([k1, b, boosts], documents, lengths, starts, docs, counts, need) {
  const fields = boosts.length;
  const mean = boosts.map((_, field) => {
    let sum = 0;
    for (let i = field; i < lengths.length; i += fields) sum += lengths[i];
    return sum / documents;
  });
  const impacts = new Float64Array(docs.length);
  const corrections = new Float64Array(starts.length);
  const idf = (times) => Math.log(1 + Math.abs((documents - times + 0.5) / (times + 0.5)));

  function score(i, field, rare) {
    const count = counts[i * fields + field];
    const norm = k1 * (1 - b + b * (lengths[docs[i] * fields + field] / mean[field]));
    return Math.round(((rare * ((k1 + 1) * count)) / (norm + count)) * boosts[field] * 1000) / 1000;
  }

  /** Fill in a word's impacts; returns the factor from lunr's measure of rarity, which counts fields, to `rarity`. */
  function weigh(word) {
    if (corrections[word]) return corrections[word];
    need(word);
    let used = 0;
    for (let i = starts[word] * fields; i < starts[word + 1] * fields; i++) used += counts[i] > 0;
    for (let i = starts[word]; i < starts[word + 1]; i++) {
      for (let field = 0; field < fields; field++) if (counts[i * fields + field]) impacts[i] += score(i, field, idf(used));
    }
    return (corrections[word] = rarity(word) / idf(used));
  }

  const rarity = (word) => idf(starts[word + 1] - starts[word]);
  return { impacts, weigh, rarity, unknown: idf(0) };
}
