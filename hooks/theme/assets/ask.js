// The ticket form: counts, suggests, shows what goes along, and sends without ever losing the text.

import { addAccount, fillContext } from "./ask-context.js";
import { suggest } from "./ask-suggest.js";

const TIMEOUT_MS = 10_000;
const FILES_TIMEOUT_MS = 120_000; // a few megabytes over a telephone
const MAILTO_MOST = 2000; // longer ones are cut or refused by mail programs

export function start(form) {
  form.elements.key.value = newKey();
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "seconds" }));
  form.dataset.openedAt = String(performance.now());
  form.noValidate = true; // the same checks, said in one place and in our words
  fillContext(form);
  suggest(form);
  count(form);
  sayWho(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.getAttribute("aria-busy") !== "true") send(form, event.submitter);
  });
  form.querySelector("[data-ask-copy]").addEventListener("click", (event) => copy(form, event.currentTarget));
}

async function send(form, button) {
  const wrong = mistakes(form);
  showMistakes(form, wrong);
  if (Object.keys(wrong).length) return;
  busy(form, true);
  form.elements.seconds.value = String(Math.round((performance.now() - Number(form.dataset.openedAt)) / 1000));
  try {
    const response = await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new FormData(form, button),
      signal: AbortSignal.timeout(form.elements.files.files.length ? FILES_TIMEOUT_MS : TIMEOUT_MS),
    });
    await answered(form, response);
  } catch (error) {
    console.warn("ask:", error);
    failed(form, "We could not reach the server.");
  } finally {
    busy(form, false);
  }
}

async function answered(form, response) {
  const answer = await json(response);
  const next = answer.location ?? (response.redirected ? response.url : "");
  if (response.ok && next) {
    document.dispatchEvent(new CustomEvent("portal:ticket"));
    location.assign(next);
  } else if (response.status === 422 && answer.fields) {
    showMistakes(form, answer.fields);
  } else {
    failed(form, answer.detail ?? "The server did not take it.");
  }
}

/** The answer's JSON, or {} when a host put an HTML page in its place. */
async function json(response) {
  return response.headers.get("Content-Type")?.includes("json") ? response.json() : {};
}

function mistakes(form) {
  const { topic, subject, body } = form.elements;
  const wrong = {};
  if (!topic.value) wrong.topic = "Choose a topic.";
  if (subject.value.trim().length < subject.minLength) wrong.subject = `Write your question in ${subject.minLength} to ${subject.maxLength} characters.`;
  if (body.value.trim().length < body.minLength) wrong.body = `Tell us a little more: at least ${body.minLength} characters.`;
  return wrong;
}

function showMistakes(form, wrong) {
  const summary = form.querySelector("[data-ask-faults]");
  form.querySelector("[data-ask-failed]").hidden = true;
  const list = document.createElement("ul");
  for (const name of ["topic", "subject", "body"]) mark(form.elements[name], wrong[name]);
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
  heading.textContent = "Not sent yet. Your text is still here.";
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

function failed(form, cause) {
  const panel = form.querySelector("[data-ask-failed]");
  panel.querySelector("[data-ask-cause]").textContent = cause;
  const mail = panel.querySelector("[data-ask-mail]");
  if (mail) mail.href = mailto(form.dataset.email, form.elements.subject.value, form.elements.body.value);
  panel.hidden = false;
  panel.scrollIntoView({ block: "nearest" });
}

/** A mailto with subject and body, the body cut so that the whole address stays below 2,000 characters. */
function mailto(address, subject, body) {
  const start = `mailto:${address}?subject=${encodeURIComponent(subject)}&body=`;
  const characters = [...body.replace(/\r?\n/g, "\r\n")]; // not code units: half a character cannot be encoded
  while (start.length + encodeURIComponent(characters.join("")).length > MAILTO_MOST) {
    characters.length = Math.floor(characters.length * 0.95);
  }
  return start + encodeURIComponent(characters.join(""));
}

async function copy(form, button) {
  const { subject, body } = form.elements;
  try {
    await navigator.clipboard.writeText(`${subject.value}\n\n${body.value}`);
    button.textContent = "Copied";
  } catch (error) {
    // No permission, or not a secure page: select it, so that one key press copies it.
    console.info("ask: clipboard", error);
    body.focus();
    body.select();
  }
}

function busy(form, is) {
  form.setAttribute("aria-busy", String(is));
  form.querySelector("[data-ask-busy]").textContent = is ? "Sending…" : "";
}

function count(form) {
  const { body } = form.elements;
  const said = form.querySelector("[data-ask-count]");
  const show = () => {
    const length = body.value.trim().length;
    if (length < body.minLength) said.textContent = length ? `${body.minLength - length} more characters` : `At least ${body.minLength} characters`;
    else said.textContent = `${length.toLocaleString("en")} of ${body.maxLength.toLocaleString("en")} characters`;
  };
  body.addEventListener("input", show);
  show();
}

async function sayWho(form) {
  const base = document.querySelector("[data-portal-base]").dataset.portalBase;
  try {
    const response = await fetch(`${base}api/session`, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const session = await json(response);
    if (response.ok && session.signed_in) {
      form.querySelector("[data-ask-who]").textContent = `Sent as ${session.name || session.email} (${session.email}). We answer to this address.`;
      form.querySelector("[data-ask-stranger]").hidden = true;
      addAccount(form);
    }
  } catch (error) {
    console.info("ask: who is signed in is not known, so the form says what happens otherwise", error);
  }
}

/** One per page, so that a second press or a retry is the same ticket; randomUUID exists on secure pages only. */
function newKey() {
  return crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
