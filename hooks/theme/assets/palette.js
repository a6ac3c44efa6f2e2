// Light or dark: the system's choice until the reader presses the button. Material's own toggle is not used: it stores a
// value on the first visit, which then overrides a system that changes at dusk.

const KEY = "portal.palette"; // the header's inline script reads it before the first paint
const dark = matchMedia("(prefers-color-scheme: dark)");

export function start(button) {
  button.hidden = false;
  paint(document.body.dataset.mdColorScheme);
  button.addEventListener("click", () => {
    const scheme = document.body.dataset.mdColorScheme === "slate" ? "default" : "slate";
    paint(scheme);
    store(scheme);
  });
  dark.addEventListener("change", () => {
    if (!stored()) paint(dark.matches ? "slate" : "default");
  });
}

// The wide header and the narrow menu each have a button.
function paint(scheme) {
  document.body.dataset.mdColorScheme = scheme;
  for (const button of document.querySelectorAll("[data-portal='palette']")) {
    button.setAttribute("aria-pressed", String(scheme === "slate"));
  }
}

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage is switched off: the choice lasts until the next full page load
  }
}

function store(scheme) {
  try {
    localStorage.setItem(KEY, scheme);
  } catch (error) {
    console.info("palette: the choice cannot be kept", error);
  }
}
