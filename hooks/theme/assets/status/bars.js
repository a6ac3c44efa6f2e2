// Ninety days as bars: one tab stop, arrow keys between the days, and the day's text below.

/** Start on the element around a list of bars. */
export function start(element) {
  const bars = [...element.querySelectorAll(".hf-bars > li")];
  const said = element.querySelector("[data-bars-said]");
  const say = (bar) => {
    said.textContent = bar ? bar.textContent : "";
  };
  const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
  element.addEventListener("keydown", (event) => {
    const at = bars.indexOf(event.target);
    if (at < 0 || !(event.key in STEPS)) return;
    event.preventDefault();
    const next = bars[Math.min(bars.length - 1, Math.max(0, at + STEPS[event.key]))];
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
  for (const bar of bars) {
    bar.addEventListener("focus", () => say(bar));
    bar.addEventListener("pointerenter", () => say(bar));
    bar.addEventListener("blur", () => say(null));
  }
  element.addEventListener("pointerleave", () => say(null));
}
