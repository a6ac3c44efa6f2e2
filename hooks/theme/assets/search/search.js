// The search form of every page. Only the shortcuts and the narrow header's magnifier are here; the combobox
// (search/box.js) and the index are loaded when the form gets the focus.

// What had the focus before a shortcut or the magnifier moved it here; Escape returns it.
const cameFrom = { element: null };

/** Start a search form; until then it leads to /search/. */
export function start(form) {
  const input = form.querySelector("input");
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-autocomplete", "list");
  let woken = false;
  const wake = async () => {
    if (woken) return;
    woken = true;
    // The box shows a failure, once there is something to search for.
    import("./index.js").then(({ engine }) => engine()).catch(() => {});
    try {
      (await import("./box.js")).start(form, cameFrom);
    } catch (error) {
      woken = false; // the next focus tries again; until then Enter leads to /search/
      throw error;
    }
  };
  form.addEventListener("pointerenter", wake);
  form.addEventListener("focusin", wake);
  if (document.activeElement === input) wake();
  if (form.matches(".hf-search--header")) header(form);
}

// Once only: Material swaps pages without a reload and keeps the header.
function header(form) {
  const find = document.querySelector(".hf-header__find");
  find.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    // Material would follow the link even after preventDefault().
    event.preventDefault();
    event.stopPropagation();
    turnTo(form, find);
  });
  // When a writer switches shortcuts off, the header shows no key.
  if (form.querySelector("kbd")) document.addEventListener("keydown", (event) => onKey(event, form));
}

function onKey(event, form) {
  const command = event.ctrlKey || event.metaKey;
  const chord = command && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
  // "/" and "?" need the shift key on some keyboards, and not on others.
  const plain = !command && !event.altKey && (["/", "?"].includes(event.key) || (event.key === "s" && !event.shiftKey));
  if (!chord && (!plain || event.target.closest?.("input, textarea, select, dialog, [contenteditable]"))) return;
  event.preventDefault();
  if (event.key === "?") return import("./keys.js").then((keys) => keys.show());
  const inputs = [...document.querySelectorAll('[data-portal="search/search"] input')];
  const seen = inputs.find((input) => input.getClientRects().length);
  turnTo(seen?.form ?? form, document.activeElement);
}

// Where the header has no room for the form, it covers the top of the screen.
function turnTo(form, from) {
  const input = form.querySelector("input");
  if (!input.getClientRects().length) form.classList.add("hf-search--sheet");
  if (!form.contains(from)) cameFrom.element = from;
  input.focus();
  input.select();
}
