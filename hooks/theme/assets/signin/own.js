// A signed-in customer's own facts in the account menu and on the home page, fetched once the page is idle, and signing
// out. Only browsers with the hint of a session (functions/signin/sessions.py) load this.

/** Fill the account menu, and after each in-site click the home page. */
export async function start(menu) {
  const base = document.querySelector("[data-portal-base]").dataset.portalBase;
  const form = menu.querySelector("form");
  if (!form) return; // a hint of before nobody could sign in any more
  leaving(form);
  const response = await fetch(`${base}api/session`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!response?.ok) return; // the menu's links work without
  const who = await response.json();
  // The session ended by itself; the answer took the hint back.
  if (!who.signed_in) return delete document.documentElement.dataset.signedIn;
  const answers = who.new && `${who.new} new ${who.new === 1 ? "answer" : "answers"}`;
  add(menu, "name", who.name || who.email);
  if (answers) add(menu, "tickets", answers).className = "hf-new";
  menu.firstElementChild.classList.toggle("hf-menu__new", answers);
  if (who.on_call) {
    const item = Object.assign(document.createElement("li"), { className: "hf-in" });
    item.append(Object.assign(document.createElement("a"), { href: `${base}my/status/`, textContent: "Update the status page" }));
    menu.querySelector("form").parentElement.before(item);
  }
  if (who.pays) unpaid(base);
  const lines = { tickets: answers, billing: who.plan && `Plan: ${who.plan}`, account: who.email };
  const home = () => {
    for (const line of document.querySelectorAll("[data-own-line]")) {
      line.textContent = lines[line.dataset.ownLine] || line.textContent;
    }
    for (const link of document.querySelectorAll("[data-on-call]")) link.hidden = !who.on_call;
  };
  // Material swaps the page without a reload when navigation.instant is on.
  window.document$ ? window.document$.subscribe(home) : home();
}

// A payment that failed, under the header of every page but the one that mends it.
async function unpaid(base) {
  const response = await fetch(`${base}api/billing/notice`, { headers: { Accept: "application/json" } }).catch(() => null);
  const failed = response?.ok ? await response.json() : {};
  if (!failed.text) return;
  const line = Object.assign(document.createElement("p"), { textContent: `${failed.text} ` });
  line.append(Object.assign(document.createElement("a"), { href: failed.to, className: "hf-button", textContent: failed.button }));
  const bar = Object.assign(document.createElement("div"), { className: "hf-unpaid" });
  bar.setAttribute("role", "alert");
  bar.append(line);
  const show = () => {
    if (location.pathname === failed.to) bar.remove();
    else document.querySelector(".hf-header").after(bar);
  };
  window.document$ ? window.document$.subscribe(show) : show();
}

function add(menu, name, text) {
  const line = Object.assign(document.createElement("span"), { textContent: text });
  menu.querySelector(`[data-own="${name}"]`)?.append(line);
  return line;
}

// The identity provider's sign-out is on another host, where the forms of most personal pages may not lead (decision 30).
function leaving(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const response = await fetch(form.action, { method: "POST", headers: { Accept: "application/json" } }).catch(() => null);
    if (response?.ok) location.assign((await response.json()).to);
    else form.submit();
  });
}
