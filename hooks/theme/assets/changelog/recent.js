// Counts the releases of the last 30 days when the page is read, so that the sentence stays true without a new build.

const DAYS = 30;

export function start(element) {
  const first = new Date(Date.now() - (DAYS - 1) * 86_400_000).toISOString().slice(0, 10);
  const days = [...document.querySelectorAll(".hf-log__entry[data-date]")].map((entry) => entry.dataset.date);
  const count = days.filter((day) => day >= first).length;
  element.textContent = `${count || "No"} ${count === 1 ? "release" : "releases"} in the last ${DAYS} days.`;
}
