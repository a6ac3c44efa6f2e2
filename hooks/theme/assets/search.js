// The search form of every page. What makes it a combobox, and the index, are loaded when a customer turns to it.

/** The articles and changes that share a word with `text`, best first; rejects when the index cannot be loaded. */
export async function query(text, limit = 8) {
  const engine = await import("./search-engine.js");
  return engine.query(text, limit);
}

/** Without this, and until it is needed, the form leads to /search/. */
export function start(form) {
  const input = form.querySelector("input[type=search]");
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-autocomplete", "list");
  let woken = false;
  const wake = async () => {
    if (woken) return;
    woken = true;
    const box = await import("./search-box.js");
    box.start(form);
  };
  form.addEventListener("pointerenter", wake);
  form.addEventListener("focusin", wake);
  if (document.activeElement === input) wake();
  if (form.querySelector("kbd")) shortcuts();
}

// A writer may switch the keys off, and then the header does not show one. Material's pages change without a reload, so they are
// taken once and find the box of the page that is shown.
let listening = false;
function shortcuts() {
  if (listening) return;
  listening = true;
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
    const wanted = ((event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey) || (event.key === "s" && plain)) && !typing;
    const chord = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
    if (!wanted && !chord) return;
    const inputs = [...document.querySelectorAll('[data-portal="search"] input[type=search]')];
    const input = inputs.find((candidate) => candidate.offsetParent !== null);
    if (!input) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
}
