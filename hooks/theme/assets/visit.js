// This visit's articles and searches, in memory only: a reload or a new tab forgets them.

const articles = new Map();
const found = new Map(); // query -> number of results
let query = "";
let unsent = "";

document.addEventListener("portal:search", (event) => {
  query = event.detail?.query ?? query;
  if (!query) return;
  found.delete(query); // so that the newest is last
  found.set(query, Number(event.detail?.results) || 0);
});

/** Note the article on the screen, if any; portal.js calls this after every in-site click. */
export function note() {
  const ended = document.querySelector("[data-portal='insights/feedback'][data-article]");
  const title = document.querySelector(".md-content h1");
  if (!ended || !title) return;
  const id = ended.dataset.article;
  articles.delete(id); // so that the newest is last
  articles.set(id, (title.firstChild?.textContent ?? "").trim());
}

/** The last five articles as [id, title], oldest first. */
export function read() {
  return [...articles].slice(-5);
}

/** Note the query with which a customer came to the form. */
export function looked(words) {
  query = words;
}

/** The last search of this visit, or "". */
export function lastQuery() {
  return query;
}

/** The last five searches as [query, number of results], oldest first. */
export function searches() {
  return [...found].slice(-5);
}

/** Note what a reader wrote about an article and leaves unsent on the way to the contact form. */
export function wrote(words) {
  unsent = words.trim();
}

/** What the reader wrote about an article and did not send, or ""; told once. */
export function takeWords() {
  const words = unsent;
  unsent = "";
  return words;
}
