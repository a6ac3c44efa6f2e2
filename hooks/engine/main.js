// The search engine on the index of hooks/search.py. All of it is synchronous, except open() and quote().
//
// const engine = await open(indexUrl)          rejects with an Error when the index does not load, is not whole or of another version
// engine.search(query, {limit, kinds}) -> {results, total, counts, weak, corrected, dropped, wordless, begun}
//   results: [{id, url, title, kind, topic, score, close, section: {title, anchor} | null, sentence, ranges: [[start, end], ...]}], best first; close: it has enough of what was asked to be offered unasked
//   counts: how many there are of each kind; weak: even the best may not be what was meant; corrected: the query as it was
//   probably meant, or null; dropped: words that nothing has; wordless: why nothing could be looked for, "common" when all words
//   are too frequent to be in the index, "signs" when there is none, or null; begun: whether one or two letters, which no text has as a word, found titles. kind is article, change, job or status. The section is null, and of large portals the sentence "", until it is quoted:
// await engine.quote(results, query)           the same results with the section and the sentence that answer best; a small file each, never rejects
// engine.topics -> [{title, url}]; engine.article(id) -> its title, or null
import { decode } from "./decode.js";
import { clauses, isShort, lexicon } from "./query.js";
import { marks, quoted } from "./quote.js";
import { words } from "./stem.js";

const KINDS = ["article", "change", "job", "status"];
// Large weights of a clause are damped: a document with three times the weight is not three times as relevant.
const SATURATION = 5;
// A best result that covers less than this share of the query is "the closest we have".
const WEAK = 0.4;
// A result with less than this share of the best score only shares a word with the question.
const FAR = 0.25;
// A job (Download an invoice) or a past incident is offered only when the query asks for little else.
const BESIDE = new Set(["job", "status"]);
const ENOUGH = 0.6;

/** Load an index; `loading` is its response when it was requested together with this module. */
export async function open(indexUrl, loading = fetch(indexUrl)) {
  const response = await loading;
  if (!response.ok) throw new Error(`search index: ${response.status}`);
  return engine(decode(new Uint8Array(await response.arrayBuffer())), indexUrl);
}

/** The engine of a decoded index; `indexUrl` ends in assets/search.<hash>.txt and tells where the site begins. */
export function engine(index, indexUrl) {
  const base = indexUrl.slice(0, indexUrl.lastIndexOf("assets/"));
  const terms = lexicon(index);
  const ask = (query) => clauses(query, terms).map((clause) => ({ ...clause, rarity: rarityOf(clause, index) }));

  function search(query, { limit = 8, kinds } = {}) {
    const asked = ask(query);
    const short = asked.length === 1 && asked[0].half && isShort(asked[0].word);
    const { scores, hits } = rank(index, asked, short);
    const all = asked.reduce((sum, clause) => sum + clause.rarity, 0);
    const counts = Object.fromEntries(KINDS.map((kind) => [kind, 0]));
    const order = [];
    if (!scores.some(Boolean)) byTitle(query, scores);
    const scored = [...scores.keys()].filter((document) => scores[document]);
    const apt = scored.filter((document) => !BESIDE.has(KINDS[index.kinds[document]]) || hits[document] >= ENOUGH * all);
    const candidates = apt.length ? apt : scored;
    const least = FAR * Math.max(...candidates.map((document) => scores[document]));
    for (const document of candidates) {
      // A text that has all of the words is never left out, however little it is about them.
      if (scores[document] < least && hits[document] < all) continue;
      const kind = KINDS[index.kinds[document]];
      counts[kind]++;
      if (!kinds || kinds.includes(kind)) order.push(document);
    }
    order.sort((one, other) => scores[other] - scores[one] || one - other);
    const best = order.find((document) => BESIDE.has(KINDS[index.kinds[document]])) ?? order[0];
    return {
      results: order.slice(0, limit).map((document) => ({ ...result(document, scores[document], asked), close: hits[document] >= WEAK * all })),
      total: order.length,
      counts,
      weak: order.length > 0 && (all === 0 || hits[best] < WEAK * all),
      corrected: order.length ? corrected(query, asked) : null,
      dropped: order.length ? asked.filter((clause) => isNowhere(clause) && !terms.stop.has(clause.word)).map((clause) => clause.word) : [],
      wordless: candidates.length ? null : wordless(query),
      begun: short && ![...asked[0].words.values()].includes(1),
    };
  }

  function wordless(query) {
    const typed = words(query);
    if (!typed.length) return "signs";
    return typed.every((word) => terms.stop.has(word)) ? "common" : null;
  }

  // "how to" or "what is this" has no word that tells one text from another, but it may be how titles begin.
  function byTitle(query, scores) {
    const typed = words(query.slice(0, 200));
    if (!typed.every((word) => terms.stop.has(word))) return;
    index.titles.forEach((title, document) => {
      const there = new Set(words(title));
      scores[document] = typed.filter((word) => there.has(word)).length;
    });
  }

  function result(document, score, asked) {
    const sentence = index.summaries[document] ?? "";
    return {
      id: index.urls[document].replace(/\/$/, ""),
      url: base + index.urls[document],
      title: index.titles[document],
      kind: KINDS[index.kinds[document]],
      topic: index.names[index.topics[document]],
      score,
      section: null,
      sentence,
      ranges: marks(sentence, shares(asked), index.vocabulary),
      document,
    };
  }

  async function quote(results, query) {
    const asked = ask(query);
    return Promise.all(
      results.map(async (result) => {
        const texts = await textsOf(result.document);
        if (!texts) return result;
        const weights = new Map([...shares(asked)].map(([number, share]) => [number, share * index.rarity(number)]));
        return { ...result, ...quoted(texts, weights, index.vocabulary) };
      }),
    );
  }

  // After a deploy the texts of an older index are gone; the results are then returned unchanged.
  const files = new Map();
  function textsOf(document) {
    if (KINDS[index.kinds[document]] === "job" || !index.texts) return null;
    if (!files.has(document)) {
      const file = fetch(`${base}${index.texts}${document}.json`).then((response) => (response.ok ? response.json() : null));
      files.set(
        document,
        file.catch(() => (files.delete(document), null)),
      );
    }
    return files.get(document);
  }

  const article = (id) => index.titles[index.urls.indexOf(`${id}/`)] ?? null;
  return { search, quote, article, topics: index.groups.map(([title, url]) => ({ title, url: base + url })) };
}

/** Every document's score, and how much of what was asked for it has. */
function rank(index, asked, short) {
  const { starts, docs, impacts, counts } = index;
  const fields = index.weights[2].length;
  const scores = new Float64Array(index.titles.length);
  const hits = new Float64Array(scores.length);
  const best = new Float64Array(scores.length);
  const alike = new Float64Array(scores.length);
  const exact = new Float64Array(scores.length);
  const each = (number, share, take) => {
    const factor = share * index.weigh(number);
    const onlyTitles = short && share < 1;
    for (let i = starts[number]; i < starts[number + 1]; i++) if (!onlyTitles || counts[i * fields]) take(docs[i], impacts[i] * factor);
  };
  for (const clause of asked) {
    best.fill(0);
    alike.fill(0);
    exact.fill(0);
    // When only longer words match a half-typed one, the best of them counts in full.
    const full = clause.guessed ? 1 : Math.max(...clause.words.values());
    for (const [number, share] of clause.words) {
      each(number, share, (document, score) => {
        best[document] = Math.max(best[document], score);
        exact[document] = Math.max(exact[document], share / full);
      });
    }
    for (const [one, other] of clause.apart) {
      const there = new Map();
      each(one, 1, (document, score) => there.set(document, score));
      each(other, 1, (document, score) => {
        if (!there.has(document)) return;
        best[document] = Math.max(best[document], (there.get(document) + score) / 2);
        exact[document] = 1;
      });
    }
    for (const [number, share] of clause.alike) each(number, share, (document, score) => (alike[document] += score));
    for (let document = 0; document < scores.length; document++) {
      const score = best[document] + alike[document];
      if (!score) continue;
      scores[document] += Math.log(1 + score / SATURATION) * clause.factor;
      hits[document] += clause.rarity * Math.max(exact[document], 0.5);
    }
  }
  return { scores, hits };
}

/** A clause's share of the query: larger for a rarer word. */
function rarityOf(clause, index) {
  const numbers = [clause.apart.flat(), [...clause.words.keys()], [...clause.alike.keys()]].find((found) => found.length);
  const rare = numbers ? Math.max(...numbers.map((number) => index.rarity(number))) : index.unknown;
  return rare * clause.factor;
}

// A part of a dotted number is looked for, but it was not typed as a word.
const isNowhere = ({ words, alike, apart, part }) => !words.size && !alike.size && !apart.length && !part;

/** The words that count as found, each with its share. */
function shares(asked) {
  const found = new Map();
  for (const clause of asked) {
    const halves = clause.apart.flat().map((number) => [number, 1]);
    for (const [number, share] of [...clause.alike, ...halves, ...clause.words]) found.set(number, Math.max(found.get(number) ?? 0, share));
  }
  return found;
}

function corrected(query, asked) {
  const wrong = new Map(asked.filter((clause) => clause.corrected).map((clause) => [clause.word, clause.corrected]));
  if (!wrong.size) return null;
  const text = query.replace(/[\p{L}\p{M}\p{N}'\u2019\u02bc]+/gu, (word) => wrong.get(words(word)[0]) ?? word);
  return text === query ? null : text;
}
