// Reads the index file of portal/search_file.py: what results show, and every word with lunr's weight in every document.

const VERSION = 5;

/** The index in a file's bytes; throws an Error when it is not whole or of another version. */
export function decode(bytes) {
  const end = bytes.indexOf(10);
  const text = (from, to) => new TextDecoder().decode(bytes.subarray(from, to));
  const [name, version, ...sizes] = text(0, Math.min(Math.max(end, 0), 100)).split(" ");
  if (name !== "helpfront-search" || Number(version) !== VERSION) throw new Error("search index: another format");
  const [head, words, numbers] = sizes.map(Number);
  const start = end + 1 + head;
  if (bytes.length !== start + words + numbers) throw new Error("search index: not whole");
  const store = JSON.parse(text(end + 1, start));
  const vocabulary = frontDecoded(text(start, start + words));
  return { ...store, vocabulary, ...postings(unpacked(text(start + words)), store, vocabulary.length) };
}

function frontDecoded(text) {
  let before = "";
  return text ? text.split("\n").map((part) => (before = before.slice(0, parseInt(part[0], 36)) + part.slice(1))) : [];
}

function unpacked(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

// The models of portal/search_file.py, and the arithmetic of portal/search_coder.py.
const FREQUENCY = 0;
const GAP = 8;
const COUNT = 80;
const FIELDS = 120;
const SIZE = 256;
const SPEED = Uint8Array.from([1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 5]);

function decoder(bytes) {
  const odds = new Uint16Array((FIELDS + 4) * SIZE).fill(1 << 15);
  const seen = new Uint8Array(odds.length);
  let at = 4;
  let range = (1 << 30) - 1;
  let code = 0;
  for (let i = 0; i < 4; i++) code = (code << 8) | bytes[i];

  function bit(context) {
    const now = odds[context];
    const speed = SPEED[seen[context]];
    const bound = (range >> 12) * (now >> 4);
    const found = code < bound;
    if (found) {
      range = bound;
      const more = now + ((65536 - now) >> speed);
      odds[context] = more > 65504 ? 65504 : more;
    } else {
      range -= bound;
      code -= bound;
      const less = now - (now >> speed);
      odds[context] = less < 32 ? 32 : less;
    }
    if (seen[context] < 15) seen[context]++;
    while (range < 1 << 22) {
      range <<= 8;
      code = (code << 8) | bytes[at++];
    }
    return found ? 1 : 0;
  }

  function number(model) {
    const context = model * SIZE;
    let length = 1;
    while (bit(context + length)) length++;
    let value = 1;
    let place = 0;
    for (let digit = length - 2; digit >= 0; digit--) {
      const found = bit(context + 32 + length * 4 + place);
      value = value * 2 + found;
      place = place ? 3 : 1 + found;
    }
    return value - 1;
  }
  return { bit, number };
}

const bits = (value) => 32 - Math.clz32(value);
const halves = (value) => bits(value) * 2 + (value > 1 ? (value >> (bits(value) - 2)) & 1 : 0);

function postings(bytes, { titles, weights, postings: most }, words) {
  const size = titles.length;
  const fields = weights[2].length;
  const { bit, number } = decoder(bytes);
  const lengths = new Uint32Array(size * fields);
  for (let i = 0; i < lengths.length; i++) lengths[i] = number(COUNT + 30 + (i % fields));
  const starts = new Uint32Array(words + 1);
  const docs = new Uint32Array(most);
  const counts = new Uint32Array(most * fields);
  let at = 0;
  let before = 0;
  for (let word = 0; word < words; word++) {
    let left = number(FREQUENCY + Math.min(before, 3)) + 1;
    before = bits(left);
    starts[word + 1] = starts[word] + left;
    let last = -1;
    let used = 0;
    for (; left > 0; left--, at++) {
      last += number(GAP + halves(Math.floor((2 * (size - last - 1)) / left))) + 1;
      docs[at] = last;
      let now = 0;
      for (let field = 0; field < fields; field++) {
        const known = field === fields - 1 && !now;
        const context = ((field * 8 + now) * 2 + ((used >> field) & 1)) * 8 + Math.min(before, 5);
        if (known || bit(FIELDS * SIZE + context)) now |= 1 << field;
      }
      used = now;
      const length = 4 + Math.min(bits(lengths[(last + 1) * fields - 1] + 1), 12);
      for (let field = 0; field < fields; field++) {
        if ((now >> field) & 1) counts[at * fields + field] = number(COUNT + (field === fields - 1 ? length : field)) + 1;
      }
    }
  }
  return { starts, docs, counts, ...weighing(weights, size, lengths, starts, docs, counts) };
}

// lunr's BM25, rounded as lunr rounds: the same ranking as the index that it built. A word is weighed when it is first asked for.
function weighing([k1, b, boosts], documents, lengths, starts, docs, counts) {
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

  /** Fill in a word's impacts; returns what turns them from lunr's measure of rarity, which counts fields, into `rarity`. */
  function weigh(word) {
    if (corrections[word]) return corrections[word];
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
