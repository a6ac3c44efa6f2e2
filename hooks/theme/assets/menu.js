// Closes the header's menu, a plain <details>, as menus close, and fills it for a signed-in customer.

/** Close the menu as menus close, and fill it. */
export function start(menu) {
  closing(menu);
  // The header's script has read the hint of a session; the page comes first.
  if (!("signedIn" in document.documentElement.dataset)) return;
  const fill = () => import("./signin/own.js").then((own) => own.start(menu));
  if (document.readyState === "complete") fill();
  else addEventListener("load", fill);
}

/** Close a <details> on Escape, on a press outside, and after a choice (an in-site click does not reload the header). */
export function closing(menu) {
  const close = () => {
    menu.open = false;
  };
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    close();
    menu.querySelector("summary").focus();
  });
  menu.addEventListener("click", (event) => {
    if (event.target.closest("a")) close();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!menu.contains(event.target)) close();
  });
}
