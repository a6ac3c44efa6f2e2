// Sign-in by mail: the check against robots, done while the customer types an address.

import { hint } from "../address-hint.js";

const TURNSTILE = "https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit";
const ANSWERS = { altcha: (form) => altcha(form.dataset.puzzle), turnstile, none: async () => "none" };
const LATE_MS = 30_000;
const LATE = new Error("no answer in time");

export function start(form) {
  const { check, email } = form.elements;
  hint(email);
  check.value = ""; // a browser may have kept the last answer, which is good once
  let work = null;
  // Not before the customer acts, so that a page that is only viewed costs no battery and calls no third party.
  const begin = () => (work ??= ANSWERS[form.dataset.check](form));
  form.addEventListener("focusin", () => begin().catch(() => (work = null)), { once: true });
  form.addEventListener("submit", async (event) => {
    if (check.value) return;
    event.preventDefault();
    if (form.getAttribute("aria-busy") === "true") return;
    busy(form, true);
    try {
      check.value = await Promise.race([begin(), late()]);
      await send(form);
    } catch (error) {
      console.warn("verify:", error);
      // A slow puzzle goes on and is ready at the next press; a vendor that did not answer is asked again.
      if (error !== LATE || form.dataset.check !== "altcha") work = null;
      form.querySelector("[data-verify-failed]").hidden = false;
      busy(form, false);
    }
  });
  // The back button restores the page in its old state.
  window.addEventListener("pageshow", (event) => event.persisted && busy(form, false));
  // The form may have been sent before this script loaded.
  if ("early" in form.dataset) form.requestSubmit();
}

/** Send the form. A page that is itself the answer to a form is replaced in the history: on going back to it, a browser
    would ask whether to send that form again. */
async function send(form) {
  const answer = location.pathname === new URL(form.action).pathname;
  const response = answer ? await fetch(form.action, { method: "POST", body: new FormData(form) }) : null;
  if (response?.redirected) location.replace(response.url);
  else form.submit();
}

function busy(form, on) {
  form.setAttribute("aria-busy", String(on));
  form.querySelector("[data-verify-busy]").textContent = on ? "Checking that you aren't a robot. This takes a few seconds." : "";
  if (on) form.querySelector("[data-verify-failed]").hidden = true;
}

function late() {
  return new Promise((_, reject) => setTimeout(reject, LATE_MS, LATE));
}

/** Proof of work in a worker; about a second. */
export function altcha(puzzle) {
  const challenge = JSON.parse(puzzle);
  const worker = new Worker(new URL("./work.js", import.meta.url));
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data: solution }) => resolve(btoa(JSON.stringify({ challenge, solution })));
    worker.onerror = () => reject(new Error("the puzzle could not be worked on"));
    worker.postMessage(challenge.parameters);
  }).finally(() => worker.terminate());
}

let widget = null;

/** Cloudflare's own script, as its documentation has it: one widget at a time, and a new one for each try. */
async function turnstile(form) {
  if (!window.turnstile) await load(TURNSTILE);
  if (widget !== null) window.turnstile.remove(widget);
  return new Promise((resolve, reject) => {
    widget = window.turnstile.render(form.querySelector("[data-verify-widget]"), {
      sitekey: form.dataset.puzzle,
      action: "verify",
      "response-field": false,
      retry: "never", // the next press is
      callback: resolve,
      "error-callback": (code) => {
        reject(new Error(`Turnstile: ${code}`));
        return true; // otherwise their script logs it as well
      },
    });
  });
}

function load(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${address} did not load`));
    document.head.append(script);
  });
}
