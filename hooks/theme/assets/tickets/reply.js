// The reply form under a ticket, and the page before a kept message is sent: files as rows, and no failure loses the text.

import { files } from "./files.js";
import { busy, copy, failed, go, guard, post, takeOver } from "./send.js";

export function start(form) {
  const chosen = files(form);
  const clean = guard(form);
  const copying = form.querySelector("[data-ask-copy]");
  copying.addEventListener("click", () => copy(form, copying, form.dataset.subject));
  takeOver(form, clean, (button) => send(form, button, chosen, clean));
}

async function send(form, button, chosen, clean) {
  form.querySelector("[data-ask-failed]").hidden = true;
  show(form, chosen.wrong() ? { files: chosen.wrong() } : {});
  if (chosen.wrong()) return;
  busy(form, true);
  const { next, fields, tooLarge, ...failure } = await post(form, button);
  busy(form, false);
  if (next) {
    clean();
    go(next);
  } else if (fields) {
    if (fields.files) chosen.fault(fields.files, tooLarge);
    show(form, fields);
  } else {
    failed(form, failure, form.dataset.subject);
  }
}

function show(form, wrong) {
  for (const name of ["body", "files"]) {
    const field = form.elements[name];
    if (!field) continue;
    document.getElementById(`${name}-error`)?.remove();
    field.toggleAttribute("aria-invalid", false);
    if (!wrong[name]) continue;
    const error = Object.assign(document.createElement("p"), { id: `${name}-error`, className: "hf-error", textContent: wrong[name] });
    error.setAttribute("role", "alert");
    field.after(error);
    field.setAttribute("aria-invalid", "true");
    field.focus();
  }
}
