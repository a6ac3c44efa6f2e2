// "Did this answer your question?": the answer is sent at the click, and the follow-up questions appear in place.
import { wrote } from "../visit.js";
import { whereabouts } from "./measure.js";

const REASONS = [
  ["missing_info", "Something is missing"],
  ["inaccurate", "The steps don't match what I see"],
  ["unclear", "I couldn't follow a step"],
  ["broken", "A link or picture is broken"],
  ["not_my_question", "It didn't answer my question"],
];
const THANKS = "Thanks for your feedback.";
const SENT = "Your comment was sent.";
const RETRY_MS = 1500;

/** Take over the two vote forms of an article; the element names it in `data-article`. */
export function start(section) {
  const base = document.querySelector("[data-portal-base]").dataset.portalBase;
  const article = section.dataset.article;
  const related = document.querySelector('[aria-labelledby="hf-related"]');
  // Readers who are not counted may change their answer, too: these ids connect only their own answers.
  const apart = { visit: crypto.randomUUID(), view: crypto.randomUUID() };
  const still = document.querySelector(".hf-stillneed");
  const panel = make("div", { className: "hf-answered__more" });
  let given = null;
  let answers = 0;

  for (const form of section.querySelectorAll("form")) {
    form.addEventListener("submit", (event) => {
      try {
        answer(form.elements.vote.value);
        event.preventDefault();
      } catch (error) {
        console.warn("feedback:", error); // the browser sends the form by itself
      }
    });
  }

  function answer(vote) {
    if (given?.vote !== vote) {
      given = { vote, reason: "" };
      for (const form of section.querySelectorAll(".hf-votes form")) {
        form.querySelector("button").setAttribute("aria-pressed", String(form.elements.vote.value === vote));
      }
      tell();
      // The related list and the way to support below the article move here instead of being shown twice.
      for (const below of [related, still]) if (below) below.hidden = vote === "no";
      panel.replaceChildren(...(vote === "yes" ? [heading(THANKS)] : why()));
    }
    section.append(panel);
    panel.querySelector("[tabindex]").focus();
  }

  // When sending fails, the thanks stay: a lost vote is no concern of the reader's.
  function tell() {
    document.dispatchEvent(new CustomEvent("portal:vote", { detail: { article, ...given } }));
    return send({});
  }

  function send(more) {
    const where = { ...apart, seq: answers++, ...whereabouts() };
    const body = new URLSearchParams({ article, ...given, ...more, ...where, event_id: crypto.randomUUID() });
    const post = () => fetch(`${base}api/feedback`, { method: "POST", body, keepalive: true, headers: { Accept: "application/json" } });
    return sent(post);
  }

  async function sent(post) {
    let response = await post().catch(() => null);
    if (!response || response.status >= 500) {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      response = await post().catch(() => null);
    }
    return response?.ok ?? false;
  }

  function why() {
    // Material makes addresses absolute when it swaps a page, so read the link's property and not its attribute.
    const ask = [...document.links].some((link) => link.pathname === `${base}ask/`) && make("a", { className: "hf-button" }, "Contact support");
    const point = () => ask && (ask.href = `${base}ask/?${new URLSearchParams({ from: article, r: given.reason })}`);
    point();
    // What was typed and not sent goes along into the form's text.
    ask?.addEventListener("click", () => wrote(panel.querySelector("textarea")?.value ?? ""));
    return [heading("Sorry this didn't help."), more(point, ask), ...closer(), ...(ask ? [make("p", {}, ask)] : [])];
  }

  function closer() {
    const links = [...(related?.querySelectorAll("li") ?? [])].slice(0, 3);
    if (!links.length) return [];
    const list = make("ul", { className: "hf-list" }, ...links.map((link) => link.cloneNode(true)));
    return [make("h3", {}, "Related articles"), list];
  }

  // A reason counts when it is chosen, and the button sends what was written.
  function more(chosen, ask) {
    const choices = make("fieldset", { className: "hf-choices" }, make("legend", {}, "What went wrong?"));
    const text = make("textarea", { id: "hf-comment", rows: 3, maxLength: 1000 });
    text.setAttribute("aria-describedby", "hf-comment-help");
    const said = make("p", { className: "hf-muted" });
    said.setAttribute("role", "status");
    for (const [value, label] of REASONS) {
      const radio = make("input", { type: "radio", name: "reason", value });
      radio.addEventListener("change", () => {
        given = { ...given, reason: value };
        chosen();
        tell();
        said.textContent = text.value.trim() ? "Reason saved. Your comment isn't sent yet." : "Saved";
      });
      choices.append(make("label", {}, radio, ` ${label}`));
    }
    const form = make(
      "form",
      { className: "hf-field" },
      choices,
      make("label", { htmlFor: "hf-comment" }, "What could be clearer? (optional)"),
      make("p", { className: "hf-help", id: "hf-comment-help" }, `We can't reply here.${ask ? " If you need an answer, contact support." : ""}`),
      text,
      make("button", { className: "hf-button hf-button--quiet" }, "Send feedback"),
      said,
    );
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (form.getAttribute("aria-busy") === "true") return;
      const comment = text.value.trim();
      if (!comment && !given.reason) {
        said.textContent = "Choose a reason or write a few words first.";
        return;
      }
      if (comment) {
        form.setAttribute("aria-busy", "true");
        said.textContent = "Sending\u2026";
        const sent = await send({ comment });
        form.removeAttribute("aria-busy");
        if (!sent) {
          said.textContent = "Not sent. Your text is still here: try again.";
          return;
        }
      }
      form.replaceChildren(heading(comment ? SENT : THANKS));
      form.querySelector("[tabindex]").focus();
    });
    return form;
  }
}

// The result of an answer: announced, and given the focus.
function heading(text) {
  const title = make("h3", { tabIndex: -1 }, text);
  const region = make("div", {}, title);
  region.setAttribute("role", "status");
  return region;
}

function make(name, properties, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}
