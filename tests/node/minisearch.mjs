// MiniSearch as it comes, and as well as we can tune it: our words, stems and stop words, fuzzy .2, prefix on the last word.
import { readFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";
import MiniSearch from "minisearch";
import { stem, words } from "../../hooks/engine/stem.js";

const { documents, queries } = JSON.parse(readFileSync(0, "utf8"));
const fields = ["title", "questions", "headings", "text"];
const stop = new Set(
  ("a able about across after all almost also am among an and any are as at be because been but by can cannot could dear did do does either " +
    "else ever every for from get got had has have he her hers him his how however i if in into is it its just least let like likely may me " +
    "might most must my neither no nor not of off often on only or other our own rather said say says she should since so some than that the " +
    "their them then there these they this tis to too twas us wants was we were what when where which while who whom why will with would yet " +
    "you your").split(" "),
);
const configurations = {
  minisearch: [{}, {}],
  minisearch_tuned: [
    { tokenize: words, processTerm: (word) => (stop.has(word) ? null : stem(word)) },
    { boost: { title: 5, questions: 5, headings: 2 }, fuzzy: 0.2, prefix: (_, place, terms) => place === terms.length - 1 },
  ],
};
const found = {};
for (const [name, [options, searchOptions]] of Object.entries(configurations)) {
  const engine = new MiniSearch({ fields, searchOptions, ...options });
  engine.addAll(documents);
  const index = JSON.stringify(engine);
  found[name] = { found: {}, bytes: { raw: Buffer.byteLength(index), gzip: gzipSync(index).length, brotli: brotliCompressSync(index).length } };
  for (const [variant, texts] of Object.entries(queries)) {
    found[name].found[variant] = texts.map((text) => engine.search(text).slice(0, 10).map(({ id }) => id));
  }
}
console.log(JSON.stringify(found));
