// "Included with your message": a ticked box for each fact, from the address (ids and enums only) and this visit.

import { engine } from "../search/index.js";
import { lastQuery, read, searches, takeWords } from "../visit.js";

const ID = /^[\p{L}\p{N}_-]+(\/[\p{L}\p{N}_-]+)*$/u;
const VOTES = {
  missing_info: "not helpful: something is missing",
  inaccurate: "not helpful: the steps don't match what I see",
  unclear: "not helpful: I couldn't follow a step",
  broken: "not helpful: a link or picture is broken",
  not_my_question: "not helpful: it didn't answer my question",
  no: "not helpful",
  yes: "helpful",
};

export function fillContext(form) {
  const asked = new URLSearchParams(location.search);
  const titles = new Map(read());
  const from = ID.test(asked.get("from") ?? "") ? asked.get("from") : "";
  const query = lastQuery().trim().slice(0, 120);
  const vote = asked.get("r") ?? "";
  const others = read().filter(([id]) => id !== from);
  const card = form.querySelector("[data-ask-along]");
  choose(form.elements.topic, asked.get("topic") ?? from.split("/")[0]);
  if (from) {
    const line = row("context_article", from, "The article you came from", titles.get(from) ?? from);
    card.append(line);
    if (!titles.has(from)) nameArticle(line, from);
  }
  if (query) card.append(row("context_query", query, "Your search", query));
  if (Object.hasOwn(VOTES, vote)) card.append(row("context_vote", vote, "Your feedback on the article", VOTES[vote]));
  if (others.length) {
    const ids = others.map(([id]) => id).join(",");
    card.append(row("context_read", ids, "Articles you read on this visit", others.map(([, title]) => title).join(" · ")));
  }
  const tried = searches();
  if (tried.length) {
    const words = tried.map(([words, results]) => `${words} (${results})`).join(" · ");
    card.append(row("context_searches", JSON.stringify(tried), "Your searches on this visit and their results", words));
  }
  const browser = browserName();
  if (browser) card.append(row("context_browser", browser, "Browser and system", browser));
  card.append(row("seconds", "", "Time on form", "How long this form was open"));
  card.hidden = false;
  continueText(form.elements.body);
}

// What a reader wrote under an article; as typed text, so that it is counted and guarded.
function continueText(body) {
  const words = takeWords();
  if (!words || body.value) return;
  body.value = words;
  body.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Signed-in customers send account, plan and role, unless they uncheck them. */
export function addAccount(form, told) {
  if (!told.length) return;
  form.querySelector("[data-ask-along]").append(row("context_account", "1", "Your account, plan and role", told.join(" · ")));
}

/** After a reload only the id is known: the search index has its title, or shows that the id is invalid. */
async function nameArticle(line, id) {
  try {
    const title = (await engine()).article(id);
    if (title) line.querySelector("b").textContent = title;
    else line.remove();
  } catch (error) {
    console.info("ask: the article keeps its id", error);
  }
}

function choose(select, topic) {
  if ([...select.options].some((option) => option.value && option.value === topic)) select.value = topic;
}

function row(name, value, label, text) {
  const line = document.createElement("label");
  const box = document.createElement("input");
  Object.assign(box, { type: "checkbox", name, value, checked: true });
  const words = document.createElement("span");
  const small = document.createElement("small");
  small.textContent = label;
  const bold = document.createElement("b");
  bold.textContent = text;
  words.append(small, bold);
  line.append(box, words);
  return line;
}

/** "Chrome 140, Windows": browser and system, never the whole user agent. */
function browserName() {
  const agent = navigator.userAgent;
  const families = [["Edg", "Edge"], ["OPR", "Opera"], ["Firefox", "Firefox"], ["Chrome", "Chrome"], ["Version", "Safari"]];
  const family = families.find(([token]) => agent.includes(`${token}/`));
  const systems = [["Android", "Android"], ["iPhone", "iOS"], ["iPad", "iPadOS"], ["Windows", "Windows"], ["Mac OS", "macOS"], ["CrOS", "ChromeOS"], ["Linux", "Linux"]];
  const system = systems.find(([token]) => agent.includes(token))?.[1];
  const version = family && agent.match(new RegExp(`${family[0]}/(\\d+)`))?.[1];
  return [family && `${family[1]} ${version ?? ""}`.trim(), system].filter(Boolean).join(", ");
}
