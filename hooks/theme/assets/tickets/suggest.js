// Articles that are suggested while a question is typed, and open in place.

import { patience } from "../patience.js";
import { engine } from "../search/index.js";
import { make, marked, target } from "../search/view.js";

const WAIT_MS = 300;
const MOST = 3;

/** Suggest under the form's subject; `solved` is called when an article answered the question. */
export function suggest(form, solved) {
  const { topic, subject, body } = form.elements;
  const panel = form.querySelector("[data-ask-suggest]");
  const list = panel.querySelector("ul");
  const said = form.querySelector("[data-ask-said]");
  const stays = panel.querySelector("[data-ask-kept]");
  const declined = new Set();
  let timer;
  let turn = 0;

  async function update() {
    const text = `${subject.value.trim()} ${body.value.slice(0, 200)}`.trim();
    const mine = ++turn;
    stays.hidden = !body.value.trim();
    const little = subject.value.trim().length < 3;
    // A topic that is not routine gets no suggestions.
    const straight = topic.selectedOptions[0].hasAttribute("data-straight");
    const found = little || straight ? [] : await find(subject.value, text).catch(none);
    if (mine !== turn) return;
    show(found.filter((one) => !declined.has(one.url)).slice(0, MOST));
  }

  function show(found) {
    // An open article is being read and stays, whatever its new rank.
    const open = [...list.children].filter((line) => line.querySelector("details")?.open);
    const kept = new Set(open.map((line) => line.dataset.url));
    const lines = found.filter((one) => !kept.has(one.url)).map((one) => article(one, decline, give));
    const before = list.childElementCount;
    list.replaceChildren(...open, ...lines.slice(0, Math.max(0, MOST - open.length)));
    const count = list.childElementCount;
    panel.hidden = count === 0;
    if (!before && count) tell("show");
    said.textContent = count ? `${count} ${count === 1 ? "article" : "articles"} might help` : "";
  }

  function decline(found, line) {
    declined.add(found.url);
    line.remove();
    panel.hidden = list.childElementCount === 0;
    body.focus();
  }

  function give() {
    tell("solved");
    solved();
  }

  for (const field of [topic, subject, body]) {
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(update, WAIT_MS);
    });
  }
  // Typed before this was loaded, or kept by the browser.
  update();
}

// Articles only: changelog entries do not answer questions. What only shares a word with subject and text helps nobody.
async function find(subject, text) {
  const open = await engine();
  const look = async (query) => (await open.search(query, { limit: 2 * MOST, kinds: ["article"] })).results;
  const close = new Set((await look(subject)).filter((one) => one.close).map((one) => one.url));
  const results = (await look(text)).filter((one) => one.close || close.has(one.url));
  return open.quote(results, text);
}

// The index did not load: the form works without suggestions.
function none(error) {
  console.info("ask: no suggestions", error);
  return [];
}

function article(found, decline, give) {
  const line = make("li");
  line.dataset.url = found.url;
  const details = make("details");
  const summary = make("summary");
  const sentence = make("span");
  sentence.append(...marked(found));
  summary.append(make("b", "", {}, found.title), sentence);
  details.append(summary);
  details.addEventListener("toggle", () => open(details, found, line, decline, give), { once: true });
  line.append(details);
  return line;
}

async function open(details, found, line, decline, give) {
  tell("click");
  const place = make("div", "hf-suggest__text", { "aria-live": "polite" }, "One moment…");
  details.append(place);
  const whole = make("a", "", { href: target(found), target: "_blank", rel: "noopener" }, "Open the article in a new tab");
  try {
    place.replaceChildren(...(await section(found)));
  } catch (error) {
    console.info("ask: the article is not shown in place", error);
    place.replaceChildren(make("p", "", {}, "We couldn't show it here."));
  }
  const ways = make("p");
  ways.append(whole);
  details.append(ways, question(found, line, decline, give));
}

/** The best section, or the article's beginning, as HTML of the built site. */
async function section(found) {
  const url = new URL(found.url, location.href);
  const response = await fetch(url, { signal: patience(10_000) });
  if (!response.ok) throw new Error(`${url.pathname} answered ${response.status}`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const anchor = target(found).split("#")[1];
  const begin = (anchor && page.getElementById(decodeURIComponent(anchor))) || page.querySelector("main h1");
  const parts = [];
  for (let part = begin?.nextElementSibling; part && !/^H[12]$/.test(part.tagName); part = part.nextElementSibling) {
    if (!part.matches("form, nav, [data-portal], .hf-meta, .hf-muted")) parts.push(foreign(part, url));
  }
  if (!parts.length) throw new Error(`${url.pathname} has no such section`);
  return parts;
}

// Remove ids, which would be duplicates, and make addresses absolute.
function foreign(part, url) {
  const copy = document.importNode(part, true);
  for (const one of [copy, ...copy.querySelectorAll("*")]) {
    one.removeAttribute("id");
    for (const name of ["href", "src"]) {
      if (one.hasAttribute(name)) one.setAttribute(name, new URL(one.getAttribute(name), url).href);
    }
    if (one.tagName === "A") Object.assign(one, { target: "_blank", rel: "noopener" });
  }
  return copy;
}

function question(found, line, decline, give) {
  const place = make("div", "hf-suggest__question", { role: "group", "aria-label": "Did this answer your question?" });
  const ask = (text, ...buttons) => {
    place.replaceChildren(make("p", "", {}, text), ...buttons);
    return buttons[0];
  };
  const first = () =>
    ask(
      "Did this answer your question?",
      button("Yes, don't send my message", () => sure().focus()),
      button("No, keep writing", () => decline(found, line)),
    );
  const sure = () => ask("Discard your message?", button("Discard message", give), button("Keep message", () => first().focus()));
  first();
  return place;
}

function button(text, press) {
  const made = make("button", "hf-button hf-button--quiet", { type: "button" }, text);
  made.addEventListener("click", press);
  return made;
}

function tell(step) {
  document.dispatchEvent(new CustomEvent("portal:suggest", { detail: { step } }));
}
