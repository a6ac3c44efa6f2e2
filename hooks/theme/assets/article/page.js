// An article: headings whose link is copied, pictures that a click enlarges, and links with their addresses in print.

function say(region, words) {
  region.textContent = "";
  requestAnimationFrame(() => (region.textContent = words));
}

function copies(article) {
  const links = article.querySelectorAll(".headerlink");
  if (!links.length || !navigator.clipboard) return;
  const region = document.createElement("p");
  region.className = "hf-copied";
  region.setAttribute("role", "status");
  article.append(region);
  for (const link of links) {
    const heading = link.parentElement.textContent.replace("¶", "").trim();
    link.title = "Copy the link to this section";
    link.setAttribute("aria-label", `Copy the link to "${heading}"`);
    link.addEventListener("click", async (event) => {
      // Material loads the page again when its hash changes, and with it what is said here.
      event.preventDefault();
      event.stopPropagation();
      history.replaceState(history.state, "", link.hash);
      link.parentElement.scrollIntoView();
      try {
        await navigator.clipboard.writeText(link.href);
        say(region, `Link to "${heading}" copied`);
      } catch (error) {
        // The browser may refuse; the address bar has the link all the same.
        say(region, "The link is in the address bar");
      }
    });
  }
}

function enlarged(article) {
  const shots = article.querySelectorAll(".hf-shot");
  if (!shots.length) return;
  const dialog = document.createElement("dialog");
  dialog.className = "hf-large";
  dialog.innerHTML = '<form method="dialog"><button class="hf-button hf-button--quiet">Close</button></form><img alt="">';
  article.append(dialog);
  const image = dialog.querySelector("img");
  dialog.addEventListener("click", (event) => event.target.closest("form") || dialog.close());
  for (const shot of shots) {
    shot.addEventListener("click", (event) => {
      if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      // Material would follow the link.
      event.stopPropagation();
      image.src = shot.href;
      image.alt = shot.querySelector("img").alt;
      dialog.setAttribute("aria-label", image.alt);
      dialog.showModal();
    });
  }
}

function printed(article) {
  let opened = [];
  window.addEventListener("beforeprint", () => {
    // Another article may stand here since.
    if (!article.isConnected) return;
    opened = [...article.querySelectorAll("details:not([open])")];
    for (const one of opened) one.open = true;
    for (const link of article.querySelectorAll("a[href]:not([href^='#'], [href*='#fn'], .hf-shot)")) link.dataset.address = link.href;
  });
  window.addEventListener("afterprint", () => {
    for (const one of opened) one.open = false;
  });
}

export function start(article) {
  copies(article);
  enlarged(article);
  printed(article);
}
