// The last good answer of a visit before this one: for the page that opens while nothing answers. It is public data, it
// is shown with its time, and what it says of health is believed for as long as any other answer: ten minutes.

const KEY = "hf-status";
const MOST_MS = 24 * 3600 * 1000;

/** Keep an answer with the server's time and the reader's own. */
export function keep({ answer, serverTime, clock }) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ answer, serverTime, clock }));
  } catch (error) {
    // Storage is off or full: the page then falls back to what its build knew.
    console.info("status:", error);
  }
}

/** What was kept, as if it had just come, or null. A clock that was set back would make it fresh: then it is not used. */
export function last() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY));
    const age = Date.now() - kept?.clock;
    if (!(age >= 0 && age < MOST_MS)) return null;
    return { ...kept, uptime: performance.now() - age };
  } catch (error) {
    console.info("status:", error);
    return null;
  }
}
