// The last good answer of an earlier visit, for pages that open while the functions do not answer. It is public data,
// shown with its time, and as an indication of health it expires like any other answer, after ten minutes.

const KEY = "hf-status";
const MOST_MS = 24 * 3600 * 1000;

/** Keep an answer with the server's time and the reader's own. */
export function keep({ answer, serverTime, clock }) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ answer, serverTime, clock }));
  } catch (error) {
    // Storage is off or full: the page then falls back to its build's state.
    console.info("status:", error);
  }
}

/** The kept answer, as if it had just arrived, or null. Not used after the clock was set back, which would make it look fresh. */
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
