// Changes one page as a product's release might: what happens to the element marked data-target=at. The page is a copy
// without scripts.
([kind, at]) => {
  const target = document.querySelector(`[data-target="${at}"]`);
  const main = document.querySelector("main");
  const texts = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) if (walker.currentNode.data.trim()) found.push(walker.currentNode);
    return found;
  };
  // The element in whose text the name is: its label, its heading, or itself.
  const named = () => target.labels?.[0] ?? (target.matches("section") ? target.querySelector("h2") : target);
  const whole = () => target.closest("label") ?? (target.matches("h1, h2, h3") ? target.closest("li") ?? target : target);
  const rename = (node) => { node.data = ` ${"Neu: " + node.data.trim().split("").reverse().join("")} `; };

  ({
    rename: () => texts(named()).forEach((node, place) => { node.data = place ? "" : "Something quite different"; }),
    delete: () => {
      const parts = [...(target.labels ?? []), whole()];
      for (const part of parts) part.remove();
    },
    duplicate: () => {
      const label = target.labels?.[0];
      const copy = whole().cloneNode(true);
      copy.removeAttribute("id");
      whole().after(copy);
      if (label && label !== whole()) copy.setAttribute("aria-label", label.innerText.replace(/\s+/g, " ").trim());
    },
    restyle: () => {
      for (const element of main.querySelectorAll("*")) element.style.cssText += ";color:#7a1fa2;padding:3px;font-size:15px;border-radius:2px";
    },
    wrap: () => {
      const around = document.createElement("div");
      target.replaceWith(around);
      around.append(target);
    },
    reorder: () => {
      for (const parent of main.querySelectorAll("article, ul, dl, form, section, p, fieldset, tbody")) {
        parent.append(...[...parent.childNodes].filter((node) => node.nodeType === 1).reverse());
      }
    },
    translate: () => {
      texts(document.body).forEach(rename);
      for (const element of document.querySelectorAll("[aria-label]")) element.setAttribute("aria-label", "Neu: " + element.ariaLabel);
    },
    numbers: () => texts(main).forEach((node) => { node.data = node.data.replace(/\d+/g, (n) => String(Number(n) + 7)); }),
  })[kind]();
  for (const element of document.querySelectorAll("[data-target]")) element.removeAttribute("data-target");
}
