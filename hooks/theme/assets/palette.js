// Light or dark: the system's until the reader presses the button. Material's own toggle stores a value on first
// sight, which pins a system that changes at dusk, so it is not used.

const KEY = "portal.palette"; // the header's inline script reads it before the first paint
const dark = matchMedia("(prefers-color-scheme: dark)");

export function start(button) {
  button.hidden = false;
  paint(button, document.body.dataset.mdColorScheme);
  button.addEventListener("click", () => {
    const scheme = document.body.dataset.mdColorScheme === "slate" ? "default" : "slate";
    paint(button, scheme);
    store(scheme);
  });
  dark.addEventListener("change", () => {
    if (!stored()) paint(button, dark.matches ? "slate" : "default");
  });
}

function paint(button, scheme) {
  document.body.dataset.mdColorScheme = scheme;
  button.setAttribute("aria-pressed", String(scheme === "slate"));
}

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage is switched off in this browser: the choice lasts until the next full page load
  }
}

function store(scheme) {
  try {
    localStorage.setItem(KEY, scheme);
  } catch (error) {
    console.info("palette: the choice cannot be kept", error);
  }
}
