// What the form asks of a customer who is not signed in: an address, and the check against robots while they type it.

import { patience } from "../patience.js";
import { altcha } from "../signin/verify.js";
import { json } from "./send.js";

const TIMEOUT_MS = 10_000;
// Longer than a slow telephone works on the puzzle; after that the next page does it.
const CHECK_MS = 20_000;
const WHO = {
  verify: "We'll email you a link to confirm your address. Your question is sent as soon as you confirm it.",
  off: "We'll ask you to sign in with your account before this is sent. Nothing you typed is lost.",
  open: "We'll reply to your email address. To follow your question here, sign in first.",
  never: "We'll reply to your email address.",
};

/** Fit the form to who is asking; until `known(session)` by what the browser remembers. `needsAddress(button)` tells
    whether sending by this button needs the address, and `check()` waits for the answer to the check. */
export function stranger(form) {
  const field = form.querySelector("[data-ask-email]");
  const account = form.querySelector("[data-ask-account]");
  const send = form.querySelector("[data-ask-send]");
  const { email, files, check } = form.elements;
  const sendIt = send.textContent;
  let way = "signedIn" in document.documentElement.dataset ? "" : "verify";
  let work = null;
  const canSignIn = "signIn" in form.dataset;
  check.value = ""; // a browser may have kept the last answer, which is good once

  function show() {
    // Signed in elsewhere, or no longer: the header's links follow as well.
    if (way) delete document.documentElement.dataset.signedIn;
    field.hidden = !way || way === "off";
    email.disabled = field.hidden;
    email.required = way === "open" || way === "verify";
    files.disabled = Boolean(way);
    files.hidden = files.disabled;
    document.getElementById("files-help").textContent = way ? later() : document.getElementById("files-help").dataset.signedIn;
    send.textContent = { verify: "Confirm email and send", off: "Sign in to send" }[way] ?? sendIt;
    account.hidden = way !== "verify" || !canSignIn;
    files.closest(".hf-field").hidden = Boolean(way) && !canSignIn;
    if (way) form.querySelector("[data-ask-who]").textContent = WHO[way === "open" && !canSignIn ? "never" : way];
  }

  function later() {
    if (way === "open") return "To add files, sign in first.";
    return `For security, we accept files only after you ${way === "off" ? "sign in" : "confirm your email"}. You can add them then.`;
  }

  const begin = () => (work ??= answer(check).catch((error) => console.info("ask: the next page does the check", error)));
  document.getElementById("files-help").dataset.signedIn = document.getElementById("files-help").firstChild.textContent;
  email.addEventListener("focus", () => way === "verify" && begin(), { once: true });
  show();
  return {
    known(session) {
      way = session.signed_in ? "" : session.anonymous;
      show();
      account.hidden ||= session.accounts === false;
    },
    needsAddress: (button) => (way === "verify" && button !== account) || way === "open",
    check: () => (way === "verify" ? Promise.race([begin(), new Promise((done) => setTimeout(done, CHECK_MS))]) : null),
  };
}

async function answer(check) {
  const base = document.querySelector("[data-portal-base]").dataset.portalBase;
  const response = await fetch(`${base}api/verify`, { headers: { Accept: "application/json" }, signal: patience(TIMEOUT_MS) });
  const { check: name, puzzle } = await json(response);
  // Turnstile runs where its vendor's script may: on the next page.
  if (name === "altcha") check.value = await altcha(puzzle);
  if (name === "none") check.value = "none";
}
