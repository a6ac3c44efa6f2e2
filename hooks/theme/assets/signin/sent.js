// "Check your email": continues here when the link was opened in another tab of this browser.

export function start(element) {
  const base = document.querySelector("[data-portal-base]").dataset.portalBase;
  const look = async () => {
    if (document.visibilityState !== "visible" || element.querySelector("#code")?.value) return;
    const response = await fetch(`${base}api/session`, { headers: { Accept: "application/json" } }).catch(() => null);
    const session = response?.ok ? await response.json() : {};
    if (session.signed_in) location.reload(); // the server then redirects
  };
  document.addEventListener("visibilitychange", look);
  window.addEventListener("focus", look); // the link may have been opened in another window
}
