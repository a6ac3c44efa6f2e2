// The results on /search/: the same engine as the box in the header, in a list that has an address.
import { clicked, content, counted, link, make, settle, wayOut } from "./search-box.js";
import { query, words } from "./search-engine.js";

/** Fill the container of /search/ with everything that the address's `q` finds. */
export async function start(container) {
  const text = (new URLSearchParams(location.search).get("q") ?? "").trim();
  for (const input of document.querySelectorAll(".hf-page input[name=q]")) input.value = text;
  container.replaceChildren();
  if (!words(text).length) return;
  const status = make("p", "hf-results__status", { role: "status" }, "Loading search\u2026");
  container.append(status);
  try {
    const results = await query(text, Infinity);
    status.textContent = results.length ? `${counted(results.length)} for \u201c${text}\u201d` : `Nothing found for \u201c${text}\u201d.`;
    const list = make("ol", "hf-results__page");
    results.forEach((found, rank) => {
      const item = make("li");
      const anchor = content(link("", found.url), found);
      anchor.addEventListener("click", () => clicked(text, results.length, rank + 1, anchor));
      item.append(anchor);
      list.append(item);
    });
    container.append(list);
    if (!results.length) container.append(...(await wayOut(text)));
    settle(text, results.length);
  } catch {
    status.textContent = "Search did not load. Reload the page, or find your question in the list below.";
  }
}
