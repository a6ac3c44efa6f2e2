// Articles that may answer the question, under its subject; never in the way of sending.

import { engine } from "./search-index.js";
import { make, marked, target } from "./search-view.js";

const WAIT_MS = 300;
const MOST = 3;

export function suggest(form) {
  const { subject, body } = form.elements;
  const panel = form.querySelector("[data-ask-suggest]");
  const said = form.querySelector("[data-ask-said]");
  let timer;
  let asked = "";

  async function update() {
    const text = subject.value.trim();
    asked = text;
    const found = text.length < 3 ? [] : await find(`${text} ${body.value.slice(0, 200)}`).catch(none);
    if (text !== asked) return;
    panel.hidden = found.length === 0;
    panel.querySelector("ul").replaceChildren(...found.map(item));
    said.textContent = found.length ? `${found.length} ${found.length === 1 ? "article" : "articles"} may answer this` : "";
  }

  subject.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(update, WAIT_MS);
  });
}

// Articles only: what changed last month does not answer a question.
async function find(text) {
  const open = await engine();
  const { results } = await open.search(text, { limit: MOST, kinds: ["article"] });
  return open.quote(results, text);
}

// The index did not load: a form without suggestions is still the whole form.
function none(error) {
  console.info("ask: no suggestions", error);
  return [];
}

// A new tab, or the half-written question would be gone; the heading says so.
function item(found) {
  const link = make("a", "", { href: target(found), target: "_blank", rel: "noopener" });
  const sentence = make("span");
  sentence.append(...marked(found));
  link.append(make("b", "", {}, found.title), sentence);
  const line = make("li");
  line.append(link);
  return line;
}
