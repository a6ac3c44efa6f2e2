// What the page has of each element: an array of elements in, an array of facts out. Runs in the product's page.
(elements) => {
  const squeezed = (text) => (text ?? "").replace(/\s+/g, " ").trim();
  const REGION = "section, article, nav, main, header, footer, aside, form, fieldset, dialog, details, tr, li, [role]";

  // What names a region: its label or heading, never what is in it.
  function heads(region) {
    const ids = (region.getAttribute("aria-labelledby") ?? "").split(/\s+/).filter(Boolean);
    const labels = ids.map((id) => document.getElementById(id)).filter(Boolean);
    return labels.length ? labels : [...region.querySelectorAll(":scope > :is(h1, h2, h3, h4, h5, h6, legend, caption, summary)")].slice(0, 1);
  }

  const title = (region) =>
    squeezed(region.getAttribute("aria-label")) || squeezed(heads(region).map((head) => head.innerText).join(" "));

  function name(element) {
    if (element.hasAttribute("aria-labelledby") || element.hasAttribute("aria-label")) return title(element);
    if (element.labels?.length) return squeezed([...element.labels].map((label) => label.innerText).join(" "));
    if (element.matches("section, form, fieldset, dialog, nav, table")) return title(element);
    if (element.matches("input[type=submit], input[type=button], input[type=reset]")) return squeezed(element.value);
    return squeezed(element.getAttribute("alt") ?? element.innerText) || squeezed(element.title || element.placeholder);
  }

  function region(element) {
    for (let at = element.parentElement?.closest(REGION); at; at = at.parentElement?.closest(REGION)) {
      // A heading is in the region around the one that it names: its own changes with it.
      const isOwn = heads(at).some((head) => head.contains(element) || element.contains(head));
      if (!isOwn && title(at)) return title(at);
    }
    return "";
  }

  // Addresses without their host and their query, in which numbers of a session may be.
  const path = (address) => (address ? new URL(address, document.baseURI).pathname : "");
  return elements.map((element) => ({
    tag: element.localName,
    name: name(element),
    role: element.getAttribute("role") ?? "",
    // With a number in it, a framework made it up.
    id: /\d/.test(element.id) ? "" : element.id,
    testid: element.dataset.testid ?? "",
    field: element.getAttribute("name") ?? "",
    leads: path(element.getAttribute("href")) || path(element.getAttribute("formaction")),
    region: region(element),
  }));
}
