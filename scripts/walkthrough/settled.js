// Ends when fonts and pictures are there, the page has stopped changing for `quiet` ms (after `most` in any case), and
// the last change was painted. Runs in the product's page.
async ([quiet, most]) => {
  await document.fonts.ready;
  // A picture that cannot be read is part of what the page shows.
  const pictures = [...document.images].filter((image) => image.loading !== "lazy");
  await Promise.allSettled(pictures.map((image) => image.decode()));
  await new Promise((resolve) => {
    const end = () => {
      watcher.disconnect();
      clearTimeout(last);
      clearTimeout(next);
      resolve();
    };
    const watcher = new MutationObserver(() => {
      clearTimeout(next);
      next = setTimeout(end, quiet);
    });
    const last = setTimeout(end, most);
    let next = setTimeout(end, quiet);
    const all = { subtree: true, childList: true, attributes: true, characterData: true };
    watcher.observe(document.documentElement, all);
  });
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
}
