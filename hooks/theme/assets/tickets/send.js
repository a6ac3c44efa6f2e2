// Sends a ticket form by script, and offers ways out when that fails: nothing typed is ever lost.

import { patience } from "../patience.js";

const TIMEOUT_MS = 15_000; // a help desk that hangs is given up after ten seconds, and then there is an answer
const FILES_TIMEOUT_MS = 120_000; // a few megabytes over a telephone
const UNSURE = "It may have arrived. Trying again does not send it twice.";
const MAILTO_MOST = 2000; // longer ones are cut or refused by email programs

// Forms of which a request has left.
const underway = new WeakSet();

/** Send a form by `send(button)`. Whatever fails before the request leaves, the browser then sends the form by itself, as
    it would without a script; `clean()` is called before. */
export function takeOver(form, clean, send) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.getAttribute("aria-busy") === "true") return;
    const button = pressed(form, event);
    underway.delete(form);
    try {
      await send(button);
    } catch (error) {
      console.warn("ask:", error);
      if (underway.has(form)) lost(form);
      else plain(form, button, clean);
    }
  });
}

// Safari 15 does not tell a submit's button.
function pressed(form, { submitter }) {
  const active = document.activeElement;
  return submitter ?? (active?.form === form && active.type === "submit" ? active : null);
}

function plain(form, button, clean) {
  clean();
  if (button?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value }));
  HTMLFormElement.prototype.submit.call(form);
}

// There was an answer, and this script could not say what it was.
function lost(form) {
  busy(form, false);
  failed(form, { cause: UNSURE, unsure: true }, form.elements.subject?.value ?? form.dataset.subject);
}

/** Send a form unchanged; {next} where to go, {fields} what is wrong in which field, or {cause} why it was not sent, with
    {unsure} when it may have arrived and {way} to a page that helps. */
export async function post(form, button) {
  const files = form.elements.files?.files.length ?? 0;
  const body = new FormData(form);
  // Browsers of 2022 do not know FormData's second argument.
  if (button?.name) body.append(button.name, button.value);
  const signal = patience(files ? FILES_TIMEOUT_MS : TIMEOUT_MS);
  const sending = fetch(form.action, { method: "POST", headers: { Accept: "application/json" }, body, signal });
  underway.add(form);
  try {
    const response = await sending;
    return outcome(response, await json(response), files);
  } catch (error) {
    console.warn("ask:", error);
    if (navigator.onLine === false) return { cause: "You are offline." };
    if (!signal.aborted) return { cause: "We couldn't reach the server." };
    return { cause: UNSURE, unsure: true };
  }
}

function outcome(response, answer, files) {
  const next = answer.location ?? (response.redirected ? response.url : "");
  if (response.ok && next) return { next };
  if (response.status === 422 && answer.fields) return { fields: answer.fields };
  if ((response.status === 413 || response.status === 415) && files) {
    return { fields: { files: "Your files are too large in total. Remove one or make it smaller." }, tooLarge: true };
  }
  if (response.status === 429) return { cause: `${answer.detail ?? "That was a lot at once."} You can try again at ${later(response)}.` };
  if (response.status === 401) return { cause: "You are no longer signed in.", way: true };
  return { cause: answer.detail ?? "The server couldn't accept it." };
}

function later(response) {
  const seconds = Number(response.headers.get("Retry-After")) || 60;
  return new Date(Date.now() + seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

/** The answer's JSON, or {} when a host answered with an HTML page. */
export async function json(response) {
  return response.headers.get("Content-Type")?.includes("json") ? response.json() : {};
}

/** Go to the next page, also when it is this one with another anchor. */
export function go(next) {
  const { pathname, search } = new URL(next, location.href);
  const here = pathname === location.pathname && search === location.search;
  location.assign(next);
  if (here) location.reload();
}

/** Show the panel "Not sent" with its cause, a link that mails the text, and a button that copies it. */
export function failed(form, { cause, unsure, way }, subject) {
  const panel = form.querySelector("[data-ask-failed]");
  panel.querySelector("strong").textContent = `${unsure ? "No answer came." : "Not sent."} Your message is still here.`;
  panel.querySelector("[data-ask-cause]").replaceChildren(cause, ...(way ? signIn() : []));
  const mail = panel.querySelector("[data-ask-mail]");
  if (mail) mail.href = mailto(mail.pathname, subject, text(form));
  panel.hidden = false;
  panel.scrollIntoView({ block: "nearest" });
}

/** Let the customer sign in in another tab, which keeps the text here. */
function signIn() {
  const base = document.querySelector("[data-portal-base]").dataset.portalBase;
  const link = Object.assign(document.createElement("a"), { href: `${base}my/tickets/`, target: "_blank", rel: "noopener", textContent: "Sign in in a new tab" });
  return [" ", link, ", then try again here."];
}

export async function copy(form, button, subject) {
  const { body } = form.elements;
  try {
    await navigator.clipboard.writeText(`${subject}\n\n${text(form)}`);
    button.textContent = "Copied";
  } catch (error) {
    // No permission, or not a secure page: select the text, so that one key press copies it.
    console.info("ask: clipboard", error);
    if (body) {
      body.focus();
      body.select();
    } else getSelection().selectAllChildren(form.querySelector("[data-ask-text]"));
  }
}

/** The typed text, or the text of the previous page that is only shown here. */
const text = (form) => form.elements.body?.value ?? form.querySelector("[data-ask-text]").textContent;

/** Ask before the page is left with unsent text; call `clean()` once it is sent. */
export function guard(form) {
  let dirty = false;
  const ask = (event) => event.preventDefault();
  const set = (is) => {
    if (is !== dirty) (is ? addEventListener : removeEventListener)("beforeunload", ask);
    dirty = is;
  };
  form.addEventListener("input", () => set(Boolean(form.elements.body?.value.trim() || form.elements.files?.files.length)));
  // The browser sends it by itself: the script that would have taken it over did not start to its end.
  document.addEventListener("submit", (event) => event.target === form && !event.defaultPrevented && set(false));
  return () => set(false);
}

export function busy(form, is) {
  form.setAttribute("aria-busy", String(is));
  form.querySelector("[data-ask-busy]").textContent = is ? "Sending…" : "";
}

/** A mailto with subject and body, the body cut so that the whole address stays below 2,000 characters. */
function mailto(address, subject, body) {
  const start = `mailto:${address}?subject=${encodeURIComponent(subject)}&body=`;
  const characters = [...body.replace(/\r?\n/g, "\r\n")]; // characters, since half a surrogate pair cannot be encoded
  while (start.length + encodeURIComponent(characters.join("")).length > MAILTO_MOST) {
    characters.length = Math.floor(characters.length * 0.95);
  }
  return start + encodeURIComponent(characters.join(""));
}
