// The page that validates: text in, verdict and violations out. Nothing leaves the browser.

import { check, EVENT_TYPES } from "./check.js";
import { el } from "./dom.js";

const MEANING = {
  conforms: "Everything in it is documented.",
  drifts: "A tolerant handler takes it: Junction sends something new, or something less.",
  rejected: "A handler would break on what is marked as breaking.",
};
const WAIT = 150; // ms after the last letter
const SITE = new URL("../../", import.meta.url);

export function mount(root) {
  const input = el("textarea", { id: "jw-body", rows: "16", spellcheck: "false", autocomplete: "off" });
  const event = el("select", { id: "jw-event" }, el("option", { value: "" }, "as the payload says"));
  event.append(...EVENT_TYPES.map((type) => el("option", { value: type }, type)));
  const result = el("div", { class: "jw-result", "aria-live": "polite" });

  let timer;
  const judge = () => {
    clearTimeout(timer);
    if (!input.value.trim()) return result.replaceChildren();
    const report = check(input.value, { eventType: event.value || null });
    result.replaceChildren(...shown(report, input));
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(judge, WAIT);
  });
  event.addEventListener("change", judge);

  const tryOne = async (name, spoil) => {
    const response = await fetch(new URL(`fixtures/valid/${name}.json`, SITE));
    input.value = spoil(await response.text());
    judge();
  };
  const samples = {
    "an order that conforms": ["labtest.order.updated/completed", (text) => text],
    "one with a new status": ["labtest.order.updated/completed", (text) => text.replace("completed.walk_in_test.completed", "completed.walk_in_test.verified")],
    "one without its history": ["labtest.order.updated/completed", (text) => text.replace('"events":', '"event":')],
  };
  const buttons = Object.entries(samples).map(([label, [name, spoil]]) =>
    el("button", { type: "button", class: "jw-link", onclick: () => tryOne(name, spoil) }, label),
  );
  root.replaceChildren(
    el("label", { for: "jw-body", class: "jw-label" }, "Payload"),
    input,
    el(
      "div",
      { class: "jw-controls" },
      el("label", {}, "Judge it ", event),
      el("span", {}, "Try ", ...buttons.flatMap((button, index) => [index ? ", " : "", button])),
    ),
    result,
  );
}

function shown(report, input) {
  const { verdict, violations, repeated, bare, eventType } = report;
  const judged = eventType ? `Judged as ${eventType}${bare ? ", a payload without its envelope" : ""}. ` : "";
  const isUnknown = violations.some(({ path, keyword }) => path === "/event_type" && keyword === "enum");
  const meaning = isUnknown ? "It is no event of this contract: store it, and answer 2xx." : MEANING[verdict];
  const parts = [
    el("p", { class: `jw-verdict jw-verdict-${verdict}` }, el("strong", {}, verdict), ` ${meaning}`),
    el("p", { class: "jw-note" }, judged),
  ];
  if (repeated.length)
    parts.push(el("p", { class: "jw-note" }, `Keys given more than once, of which the last counts: ${repeated.join(", ")}`));
  if (violations.length) parts.push(el("ol", { class: "jw-violations" }, ...violations.map((each) => item(each, eventType, input))));
  return parts;
}

function item({ path, keyword, message, hint, line: lineOfPath, breaking, property }, eventType, input) {
  // Of a text that is no JSON, the message says where it goes wrong.
  const line = Number((keyword === "json" && /line (\d+)/.exec(message)?.[1]) || lineOfPath);
  const select = () => {
    const lines = input.value.split("\n");
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    input.focus();
    input.setSelectionRange(start, start + lines[line - 1].length);
    input.scrollTop = (input.scrollHeight / lines.length) * Math.max(0, line - 4);
  };
  const place = el("code", {}, path || "the payload");
  const known = eventType && keyword !== "additionalProperties" && property;
  const link = known ? el("a", { href: new URL(`events/${eventType}/#${property}`, SITE) }, place) : place;
  return el(
    "li",
    {},
    el("button", { type: "button", class: "jw-link jw-line", onclick: select }, `Line ${line}`),
    el("p", {}, ...(breaking ? [el("span", { class: "jw-badge jw-breaking" }, "breaking"), " "] : []), link, ` ${message}`),
    el("p", { class: "jw-note" }, `${sentence(hint)} Rule `, el("code", {}, keyword), "."),
  );
}

const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}${text.endsWith("?") ? "" : "."}`;
