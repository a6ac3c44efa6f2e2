// Counts the releases of the last 30 days when the page is read, so that the sentence stays true without a new build. Its
// form stays, so that nothing moves.

const DAYS = 30;

export function start(element) {
  const now = new Date();
  const first = new Date(now - (DAYS - 1) * 86_400_000).toISOString().slice(0, 10);
  const days = [...document.querySelectorAll(".hf-log__entry[data-date]")].map((entry) => entry.dataset.date);
  const count = days.filter((day) => day >= first).length;
  const time = element.querySelector("time");
  element.firstChild.textContent = `${count || "No"} ${count === 1 ? "release" : "releases"} in the ${DAYS} days up to `;
  time.dateTime = now.toISOString().slice(0, 10);
  time.textContent = now.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
}
