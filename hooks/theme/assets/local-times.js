// Shows times on a customer's own pages in the reader's time zone; the server's text, in UTC, becomes their title.

const LOCAL = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" };

export function start(element) {
  for (const time of element.querySelectorAll("time[datetime]")) {
    time.title = time.textContent;
    time.textContent = new Date(time.dateTime).toLocaleString([], LOCAL);
  }
}
