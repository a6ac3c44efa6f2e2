// /feedback/why/: fills in the article from the address, and shows the article's related links.

import { wrote } from "../visit.js";

const ID = /^[\p{L}\p{N}_-]+(\/[\p{L}\p{N}_-]+)*$/u;

export function start(form) {
  const id = new URLSearchParams(location.search).get("a") ?? "";
  if (!ID.test(id)) return;
  const base = document.querySelector("[data-portal-base]").dataset.portalBase;
  const ask = document.querySelector("[data-why-ask]");
  form.elements.article.value = id;
  const aim = () => {
    if (ask) ask.href = `${base}ask/?${new URLSearchParams({ from: id, r: form.elements.reason.value || "no" })}`;
  };
  form.addEventListener("change", aim);
  ask?.addEventListener("click", () => wrote(form.elements.comment.value));
  aim();
  showRelated(`${base}${id}/`);
}

/** Fetch the related links from the article's page, which saves a second list of all articles. */
async function showRelated(address) {
  const response = await fetch(address);
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const links = page.querySelectorAll(".hf-related li");
  const section = document.querySelector("[data-why-related]");
  section.querySelector("ul").replaceChildren(...links);
  section.classList.toggle("hf-later", links.length === 0);
}
