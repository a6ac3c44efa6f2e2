// Articles that may answer the question, under its subject; never in the way of sending.

import { query } from "./search.js";

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
    const found = text.length < 3 ? [] : await query(`${text} ${body.value.slice(0, 200)}`, MOST).catch(none);
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

// The index did not load: a form without suggestions is still the whole form.
function none(error) {
  console.info("ask: no suggestions", error);
  return [];
}

// A new tab, or the half-written question would be gone; the heading says so.
function item({ title, url, description }) {
  const link = document.createElement("a");
  Object.assign(link, { href: url, target: "_blank", rel: "noopener" });
  const bold = document.createElement("b");
  bold.textContent = title;
  const rest = document.createElement("span");
  rest.textContent = description;
  link.append(bold, rest);
  const line = document.createElement("li");
  line.append(link);
  return line;
}
