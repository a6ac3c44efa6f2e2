// Starts the component ./part/name.js of each element with data-portal="part/name", once, also after an in-site click.

import * as article from "./article/page.js";
import * as measure from "./insights/measure.js";
import * as menu from "./menu.js";
import * as palette from "./palette.js";
import * as search from "./search/search.js";
import * as banner from "./status/banner.js";
import * as status from "./status/status.js";
import { note } from "./visit.js";

// What every page starts. The build joins it with this module into one file (hooks/joined.py); the others come when a
// page has their element.
const EVERYWHERE = {
  "article/page": article,
  "insights/measure": measure,
  menu: menu,
  palette: palette,
  "search/search": search,
  "status/banner": banner,
  "status/status": status,
};
const started = new WeakSet();

async function startOne(element) {
  started.add(element);
  const name = element.dataset.portal;
  const component = EVERYWHERE[name] ?? (await import(`./${name}.js`));
  component.start(element);
  element.dataset.started = "";
}

// After an in-site click a page's style sheet arrives later than the page, which is hidden until then.
function untilStyled() {
  const missing = [...document.querySelectorAll("head link[rel=stylesheet]")].filter((link) => !link.sheet);
  const content = document.getElementById("content");
  if (!missing.length || !content) return;
  content.style.visibility = "hidden";
  const arrivals = missing.map((link) => new Promise((done) => (link.onload = link.onerror = done)));
  Promise.all(arrivals).then(() => (content.style.visibility = ""));
}

function startAll() {
  untilStyled();
  note();
  for (const element of document.querySelectorAll("[data-portal]")) {
    if (!started.has(element)) startOne(element);
  }
}

// Material swaps the page without a reload when navigation.instant is on.
window.document$ ? window.document$.subscribe(startAll) : startAll();
