// Signing in by mail: the check that keeps robots out, done while the customer types an address.

import { hint } from "./address-hint.js";

const TURNSTILE = "https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit";
const ANSWERS = { altcha, turnstile, none: async () => "none" };

export function start(form) {
  const { check, email } = form.elements;
  hint(email);
  let work = null;
  // Not before the customer acts: a page that is only looked at costs nobody's battery and asks nobody else.
  const begin = () => (work ??= ANSWERS[form.dataset.check](form));
  form.addEventListener("focusin", () => begin().catch(() => (work = null)), { once: true });
  form.addEventListener("submit", async (event) => {
    if (check.value) return;
    event.preventDefault();
    if (form.getAttribute("aria-busy") === "true") return;
    busy(form, true);
    try {
      check.value = await begin();
      form.submit();
    } catch (error) {
      console.warn("verify:", error);
      work = null;
      form.querySelector("[data-verify-failed]").hidden = false;
      busy(form, false);
    }
  });
  // The back button shows the page as it was left.
  window.addEventListener("pageshow", (event) => event.persisted && busy(form, false));
}

function busy(form, on) {
  form.setAttribute("aria-busy", String(on));
  form.querySelector("[data-verify-busy]").textContent = on ? "Checking that you are not a robot. This takes a few seconds." : "";
  if (on) form.querySelector("[data-verify-failed]").hidden = true;
}

/** Proof of work in a worker; about a second. */
function altcha(form) {
  const challenge = JSON.parse(form.dataset.puzzle);
  const worker = new Worker(new URL("./verify-work.js", import.meta.url));
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data: solution }) => resolve(btoa(JSON.stringify({ challenge, solution })));
    worker.onerror = () => reject(new Error("the puzzle could not be worked on"));
    worker.postMessage(challenge.parameters);
  }).finally(() => worker.terminate());
}

function turnstile(form) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = TURNSTILE;
    script.onerror = () => reject(new Error("Turnstile did not load"));
    script.onload = () =>
      window.turnstile.render(form.querySelector("[data-verify-widget]"), {
        sitekey: form.dataset.puzzle,
        action: "verify",
        "response-field": false,
        callback: resolve,
        "error-callback": () => reject(new Error("Turnstile did not answer")),
      });
    document.head.append(script);
  });
}
