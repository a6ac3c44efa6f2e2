// The search form of every page. Here is only what must be there before a customer turns to it: the keys, and the narrow
// header's magnifier. What makes it a combobox (search/box.js), and the index, are loaded then.

// Where the keyboard was when it was sent here by a key or the magnifier, so that Escape can send it back.
const cameFrom = { element: null };

/** Without this, and until it is needed, the form leads to /search/. */
export function start(form) {
  const input = form.querySelector("input");
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-autocomplete", "list");
  let woken = false;
  const wake = async () => {
    if (woken) return;
    woken = true;
    // Its failure is told by the box, once there is something to search for.
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

// Material's pages change without a reload and keep the header, so this is done once.
function header(form) {
  const find = document.querySelector(".hf-header__find");
  find.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    // Material would follow the link whatever becomes of the press here.
    event.preventDefault();
    event.stopPropagation();
    turnTo(form, find);
  });
  // A writer may switch the keys off, and then the header does not show one.
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
