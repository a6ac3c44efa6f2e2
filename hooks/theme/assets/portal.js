// Starts the component of every element with data-portal="part/name" from ./part/name.js, once, also after an in-site click.

import * as measure from "./insights/measure.js";
import * as menu from "./menu.js";
import * as palette from "./palette.js";
import * as search from "./search/search.js";
import * as banner from "./status/banner.js";
import * as bars from "./status/bars.js";
import * as status from "./status/status.js";
import { note } from "./visit.js";

// What every page starts. The build joins it with this module into one file (hooks/joined.py); the others come when a
// page has their element.
const EVERYWHERE = {
  "insights/measure": measure,
  menu: menu,
  palette: palette,
  "search/search": search,
  "status/banner": banner,
  // Small, and the status page has ten requests.
  "status/bars": bars,
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

// An in-site click brings the next page at once and its own style sheet a moment later: do not flash it half-dressed.
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
