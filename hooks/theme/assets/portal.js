// Starts the component of every element with data-portal="name" from ./name.js, once, also after an in-site click.

import { note } from "./visit.js";

const started = new WeakSet();

async function startOne(element) {
  started.add(element);
  const component = await import(`./${element.dataset.portal}.js`);
  component.start(element);
}

function startAll() {
  note();
  for (const element of document.querySelectorAll("[data-portal]")) {
    if (!started.has(element)) startOne(element);
  }
}

// Material swaps the page without a reload when navigation.instant is on.
window.document$ ? window.document$.subscribe(startAll) : startAll();
