// The ticket form: counts characters, suggests articles, shows the context, and sends without ever losing the text.

import { hint } from "../address-hint.js";
import { patience } from "../patience.js";
import { addAccount, fillContext } from "./context.js";
import { files } from "./files.js";
import { showIncidents } from "./incidents.js";
import { busy, copy, failed, go, guard, json, post, takeOver } from "./send.js";
import { stranger } from "./stranger.js";
import { suggest } from "./suggest.js";

const TIMEOUT_MS = 10_000;

export function start(form) {
  form.elements.key.value = newKey();
  form.dataset.openedAt = String(performance.now());
  const chosen = files(form);
  const clean = guard(form);
  const problems = form.querySelector("[data-ask-incidents]"); // none without a status page
  if (problems) showIncidents(problems);
  fillContext(form);
  suggest(form, () => {
    clean();
    answered(form);
  });
  count(form);
  hint(form.elements.email);
  const asks = stranger(form);
  sayWho(form, asks);
  const copying = form.querySelector("[data-ask-copy]");
  copying.addEventListener("click", () => copy(form, copying, form.elements.subject.value));
  // Last: a form that did not get here is sent by the browser, and checked by it.
  takeOver(form, clean, (button) => send(form, button, chosen, clean, asks));
  form.noValidate = true; // the same checks, said in one place and in our words
}

/** An article answered the question: nothing is sent or kept. */
function answered(form) {
  const done = document.createElement("div");
  done.className = "hf-notice hf-notice--ok";
  done.tabIndex = -1;
  done.innerHTML = "<p><strong>Glad it helped.</strong> Nothing was sent. <a>Back to the help centre</a></p>";
  done.querySelector("a").href = document.querySelector("[data-portal-base]").dataset.portalBase;
  form.replaceWith(done);
  done.focus();
}

async function send(form, button, chosen, clean, asks) {
  const wrong = mistakes(form, chosen, asks.needsAddress(button));
  showMistakes(form, wrong);
  if (Object.keys(wrong).length) return;
  busy(form, true);
  if (asks.needsAddress(button)) await asks.check();
  form.elements.seconds.value = String(Math.ceil((performance.now() - Number(form.dataset.openedAt)) / 1000));
  const { next, fields, tooLarge, ...failure } = await post(form, button);
  busy(form, false);
  if (next) {
    clean();
    document.dispatchEvent(new CustomEvent("portal:ticket"));
    go(next);
  } else if (fields) {
    if (fields.files) chosen.fault(fields.files, tooLarge);
    showMistakes(form, fields);
  } else {
    failed(form, failure, form.elements.subject.value);
  }
}

function mistakes(form, chosen, address) {
  const { topic, subject, body, email } = form.elements;
  const wrong = {};
  if (!topic.value) wrong.topic = "Choose a topic.";
  if (subject.value.trim().length < subject.minLength) wrong.subject = `Write your question in ${subject.minLength} to ${subject.maxLength} characters.`;
  if (body.value.trim().length < body.minLength) wrong.body = `Tell us a little more: at least ${body.minLength} characters.`;
  if (chosen.wrong()) wrong.files = chosen.wrong();
  if (address && !(email.value.trim() && email.validity.valid)) wrong.email = "Enter your full email address, like ada@example.com.";
  return wrong;
}

function showMistakes(form, wrong) {
  const summary = form.querySelector("[data-ask-faults]");
  form.querySelector("[data-ask-failed]").hidden = true;
  const list = document.createElement("ul");
  for (const name of ["topic", "subject", "body", "files", "email"]) mark(form.elements[name], wrong[name]);
  for (const [name, sentence] of Object.entries(wrong)) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = `#${name}`;
    link.textContent = sentence;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      form.elements[name].focus();
    });
    item.append(link);
    list.append(item);
  }
  summary.hidden = list.childElementCount === 0;
  const heading = document.createElement("strong");
  heading.textContent = "Not sent yet. Your message is still here.";
  summary.replaceChildren(heading, list);
  if (!summary.hidden) summary.focus();
}

function mark(field, sentence) {
  const id = `${field.name}-error`;
  document.getElementById(id)?.remove();
  const others = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((other) => other && other !== id);
  field.toggleAttribute("aria-invalid", false);
  if (sentence) {
    const error = document.createElement("p");
    error.id = id;
    error.className = "hf-error";
    error.textContent = sentence;
    field.after(error);
    field.setAttribute("aria-invalid", "true");
    others.push(id);
  }
  if (others.length) field.setAttribute("aria-describedby", others.join(" "));
  else field.removeAttribute("aria-describedby");
}

function count(form) {
  const { body } = form.elements;
  const said = form.querySelector("[data-ask-count]");
  const show = () => {
    const length = body.value.trim().length;
    const missing = body.minLength - length;
    if (missing > 0) said.textContent = length ? `${missing} more ${missing === 1 ? "character" : "characters"}` : `At least ${body.minLength} characters`;
    else said.textContent = `${length.toLocaleString("en")} of ${body.maxLength.toLocaleString("en")} characters`;
  };
  body.addEventListener("input", show);
  show();
}

async function sayWho(form, asks) {
  const base = document.querySelector("[data-portal-base]").dataset.portalBase;
  try {
    const response = await fetch(`${base}api/session`, { headers: { Accept: "application/json" }, signal: patience(TIMEOUT_MS) });
    const session = await json(response);
    if (!response.ok) return;
    asks.known(session);
    if (session.signed_in) {
      const name = session.name ? `${session.name} (${session.email})` : session.email;
      form.querySelector("[data-ask-who]").textContent = `You're signed in as ${name}. We'll reply to this address.`;
      addAccount(form, session.told);
    }
  } catch (error) {
    console.info("ask: who is signed in is not known, so the form says what happens otherwise", error);
  }
}

/** One key per page, so that a second press or a retry is the same ticket; randomUUID exists on secure pages only. */
function newKey() {
  return crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
