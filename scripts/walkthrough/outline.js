// The visible elements within one, each with its text and its style, without those that are hidden in the picture:
// [[tag, text, style], ...]. No positions and no sizes, which belong to the browser's fonts.
(root) => {
  const CONTROL = "input, select, textarea, button, img, svg, video, canvas, hr, summary";
  const round = (value) => value.replace(/\d+\.\d+/g, (number) => String(Math.round(Number(number) * 10) / 10));
  const clear = (colour) => /^rgba\(.*, 0\)$|^transparent$/.test(colour);

  function text(element) {
    if (element.matches("input, textarea, select")) {
      const typed = element.type === "password" ? "" : element.selectedOptions?.[0]?.text ?? element.value;
      return element.matches("[type=checkbox], [type=radio]") ? String(element.checked) : typed || element.placeholder || "";
    }
    if (element.localName === "img") return (element.currentSrc || element.src).split("/").pop();
    if (element.localName === "svg") return [...element.querySelectorAll("[d]")].map((path) => path.getAttribute("d").slice(0, 40)).join(" ");
    return [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data).join(" ");
  }

  function behind(element) {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!clear(colour)) return colour;
    }
    return "none";
  }

  function style(element) {
    const its = getComputedStyle(element);
    const line = its.borderTopWidth === "0px" && its.borderBottomWidth === "0px"
      ? "" : `border ${its.borderTopWidth} ${its.borderBottomWidth} ${its.borderTopStyle} ${its.borderBottomColor}`;
    return round([
      its.color, "on", behind(element), its.fontSize, its.fontWeight, its.fontStyle, its.fontFamily.split(",")[0],
      its.textTransform, its.textDecorationLine, its.textAlign, line, "radius", its.borderTopLeftRadius,
      "padding", its.padding, "shadow", its.boxShadow, its.display, its.flexDirection, its.opacity,
    ].join(" "));
  }

  function isShown(element) {
    if (element.closest("[data-walk-mask], head, script, style, template, noscript")) return false;
    if (element.parentElement?.closest("svg")) return false;
    return element.getClientRects().length > 0 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  }

  function isOfNote(element) {
    const its = getComputedStyle(element);
    return element.matches(CONTROL) || !clear(its.backgroundColor) || its.borderBottomWidth !== "0px" || its.boxShadow !== "none";
  }

  const found = [];
  for (const element of [root, ...root.querySelectorAll("*")]) {
    if (!isShown(element)) continue;
    const words = text(element).replace(/\s+/g, " ").trim();
    if (words || isOfNote(element)) found.push([element.localName, words, style(element)]);
  }
  return found;
}
