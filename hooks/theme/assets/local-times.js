// Shows times on a customer's own pages in the reader's time zone, in the form of the status page; the server's text, in
// UTC, becomes their title.

import { local } from "./status/when.js";

export function start(element) {
  for (const time of element.querySelectorAll("time[datetime]")) {
    time.title = time.textContent;
    time.textContent = local(time.dateTime);
  }
}
