// Starts the component ./part/name.js of each element with data-portal="part/name", once, also after an in-site click.

import { note } from "./visit.js";

const started = new WeakSet();

async function startOne(element) {
  started.add(element);
  const component = await import(`./${element.dataset.portal}.js`);
  component.start(element);
  element.dataset.started = "";
}

// After an in-site click a page's style sheet arrives later than the page, which is hidden until then.
function untilStyled() {
  const missing = [...document.querySelectorAll("head link[rel=stylesheet]")].filter((link) => !link.sheet);
  const content = document.getElementById("content");
  if (!missing.length || !content) return;
  content.style.visibility = "hidden";
  const arrivals = missing.map((link) => new Promise((done) => (link.onload = link.onerror = done)));
  Promise.all(arrivals).then(() => (content.style.visibility = ""));
}

function startAll() {
  untilStyled();
  note();
  for (const element of document.querySelectorAll("[data-portal]")) {
    if (!started.has(element)) startOne(element);
  }
}

// Material swaps the page without a reload when navigation.instant is on.
window.document$ ? window.document$.subscribe(startAll) : startAll();
