// The list of keyboard shortcuts that "?" opens.
import { make } from "./view.js";

const KEYS = [
  ["/ or s", "Search"],
  ["Ctrl K or \u2318 K", "Search, even while typing in a field"],
  ["\u2191 \u2193", "Move through the results"],
  ["Enter", "Open the result, or see all results"],
  ["Ctrl Enter or \u2318 Enter", "Open it in a new tab"],
  ["Esc", "Close the search"],
  ["?", "Show this list"],
];

let dialog;

/** Show the list; Escape and the button close it. */
export function show() {
  dialog ??= build();
  if (!dialog.open) dialog.showModal();
}

function build() {
  const box = make("dialog", "hf-keys", { "aria-labelledby": "hf-keys" });
  const list = make("dl");
  for (const [keys, meaning] of KEYS) {
    const term = make("dt");
    // All but "or" are keys.
    for (const part of keys.split(" ")) term.append(part === "or" ? " or " : make("kbd", "", {}, part));
    list.append(term, make("dd", "", {}, meaning));
  }
  const close = make("form", "", { method: "dialog" });
  close.append(make("button", "hf-button hf-button--quiet", {}, "Close"));
  box.append(make("h2", "", { id: "hf-keys" }, "Keyboard shortcuts"), list, close);
  document.body.append(box);
  return box;
}
