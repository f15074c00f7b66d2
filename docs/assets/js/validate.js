// The page that validates: text in, verdict and violations out. The payload never leaves the browser.

import { check, EVENT_TYPES } from "./check.js";
import { el } from "./dom.js";
import { patched } from "./patch.js";
import { formatted, unwrapped } from "./unwrap.js";

const MEANING = {
  conforms: "Everything in it is documented.",
  drifts: "Something is new, missing or malformed, but a tolerant handler copes.",
  rejected: "It would break a handler, at the places marked as breaking.",
};
const WAIT = 150; // ms after the last key, so that typing stays smooth
const SAID = 1200; // ms after the last change, so that a screen reader is not interrupted at each key
const MOST_OFFERED = 50;
const SITE = new URL("../../", import.meta.url);
const HOW = `{
  "event_type": "labtest.order.updated",
  "data": { … }
}

Paste a payload, or try an example from below.`;
const SAMPLES = {
  "an order that conforms": "valid/labtest.order.updated/completed",
  "one that drifts": "invalid/labtest.order.updated/origin_unknown",
  "one that is rejected": "invalid/labtest.order.updated/history_missing",
};

let follow; // one listener, however often the site shows this page again

export function mount(root) {
  const choice = root.querySelector("select");
  const input = el("textarea", {
    id: "jw-body",
    rows: "16",
    wrap: "off",
    spellcheck: "false",
    autocomplete: "off",
    placeholder: HOW,
  });
  const event = el("select", { id: "jw-event" }, el("option", { value: "" }, "detect from payload"));
  event.append(...EVENT_TYPES.map((type) => el("option", { value: type }, type)));
  const result = el("div", { class: "jw-result" });
  // A screen reader hears one sentence, not the whole list at every key.
  const status = el("p", { class: "jw-heard", role: "status" });
  const back = el("button", { type: "button", class: "jw-link", hidden: true }, "Back to what you typed");
  let typed = null; // what the reader wrote or pasted, while an example is shown

  let timer;
  const validate = () => {
    clearTimeout(timer);
    if (!input.value.trim()) {
      say("");
      result.replaceChildren();
      return [];
    }
    const report = check(input.value, { eventType: event.value || null });
    const replace = (text) => {
      leave();
      input.value = text;
      validate();
      input.focus();
    };
    result.replaceChildren(...offers(input.value, report, replace), ...shown(report, input));
    say(heard(report));
    return report.violations;
  };
  let pause;
  const say = (text) => {
    clearTimeout(pause);
    pause = setTimeout(() => (status.textContent = text), SAID);
  };

  // The address names the example that is shown. What a reader pastes never gets into the address.
  const isNamed = () => /^#(in)?valid\//.test(location.hash);
  let asked = 0;
  let isExample = false; // whether the text is that of an example, unchanged
  const load = async () => {
    const number = (asked += 1);
    const name = location.hash.slice(1);
    if (!isNamed()) return validate();
    const option = [...choice.options].find((each) => each.id === name);
    try {
      if (!option) throw new Error(`There is no example ${name}.`);
      const text = await example(name);
      if (number !== asked) return; // another example was chosen meanwhile
      if (typed === null && input.value.trim() && !isExample) typed = input.value;
      isExample = true;
      back.hidden = typed === null;
      option.selected = true;
      event.value = eventOf(name);
      input.value = text;
      const [first] = validate();
      scrollTo(input, first ? lineOf(first) : 1);
    } catch (error) {
      if (number !== asked) return;
      result.replaceChildren(el("p", { class: "jw-note" }, error.message));
    }
  };
  const leave = () => {
    asked += 1;
    isExample = false;
    typed = null;
    back.hidden = true;
    if (!isNamed()) return;
    choice.selectedIndex = 0;
    event.value = "";
    history.replaceState(history.state, "", location.pathname + location.search);
  };
  removeEventListener("hashchange", follow);
  follow = () => root.isConnected && load();

  input.addEventListener("input", () => {
    leave();
    clearTimeout(timer);
    timer = setTimeout(validate, WAIT);
  });
  back.addEventListener("click", () => {
    const text = typed;
    leave();
    input.value = text;
    validate();
    input.focus();
  });
  event.addEventListener("change", validate);
  const show = (name) => {
    // Setting the hash would take the focus from the list, and with it the next arrow key.
    if (location.hash !== `#${name}`) history.pushState(history.state, "", `#${name}`);
    load();
  };
  choice.addEventListener("change", () => show(choice.selectedOptions[0].id));
  choice.setAttribute("aria-label", "or another example");
  choice.hidden = false;
  // Buttons, not links: Material would follow a link as if it led to another page.
  const samples = Object.entries(SAMPLES).map(([label, name]) =>
    el("button", { type: "button", class: "jw-link", onclick: () => show(name) }, label),
  );
  root.replaceChildren(
    el("label", { for: "jw-body", class: "jw-label" }, "Payload"),
    input,
    el(
      "div",
      { class: "jw-controls" },
      el("span", {}, "Try ", ...samples.flatMap((sample) => [sample, ", "]), el("label", {}, "or ", choice)),
      el("label", {}, "Event type ", event),
      back,
    ),
    status,
    result,
  );
  addEventListener("hashchange", follow);
  load();
}

/** The text of an example: a valid fixture, or one with the mistake of its patch. */
async function example(name) {
  if (name.startsWith("valid/")) return (await file(name)).text();
  const { base, patch } = await (await file(name)).json();
  return JSON.stringify(patched(await (await file(`valid/${base}`)).json(), patch), null, 2);
}

async function file(name) {
  const response = await fetch(new URL(`fixtures/${name}.json`, SITE));
  if (!response.ok) throw new Error(`The example cannot be loaded: the site answered ${response.status}.`);
  return response;
}

/** The event that an invalid example is checked as, since its mistake may be in the event type itself. */
function eventOf(name) {
  const [kind, type] = name.split("/");
  return kind === "invalid" && EVENT_TYPES.includes(type) ? type : "";
}

/** What a screen reader hears of a report. */
function heard({ verdict, violations }) {
  const breaking = violations.filter((each) => each.breaking).length;
  const count = violations.length === 1 ? "1 violation" : `${violations.length} violations`;
  return violations.length ? `${verdict}: ${count}, ${breaking} breaking` : verdict;
}

/** Buttons for what can be done to the text before it is checked: unwrap it, or put it on lines. */
function offers(text, { violations }, replace) {
  const isLine = !text.trim().includes("\n");
  const isJson = violations.every(({ keyword }) => keyword !== "json");
  const offered = isJson && violations.every(({ path }) => path !== "/event_type" && path !== "") ? null : unwrapped(text);
  if (offered) {
    const some = offered.payloads.slice(0, MOST_OFFERED);
    const buttons = some.map(({ label, text: payload }) =>
      el("button", { type: "button", class: "jw-link", onclick: () => replace(payload) }, `Unwrap ${label}`),
    );
    const more = offered.payloads.length - some.length;
    const count = offered.payloads.length === 1 ? "one payload" : `${offered.payloads.length} payloads`;
    return [
      el("p", { class: "jw-note" }, `This looks like ${offered.what}, with ${count} inside.`),
      el("p", { class: "jw-offers" }, ...buttons.flatMap((button) => [button, " "]), more > 0 ? `and ${more} more` : ""),
    ];
  }
  if (!isLine || !isJson) return [];
  const format = () => replace(formatted(text));
  return [el("p", { class: "jw-offers" }, el("button", { type: "button", class: "jw-link", onclick: format }, "Format it: one property per line"))];
}

function shown(report, input) {
  const { verdict, violations, repeated, bare, eventType } = report;
  const checkedAs = eventType ? `Checked as ${eventType}${bare ? ", without its envelope" : ""}. ` : "";
  const isUnknown = violations.some(({ path, keyword }) => path === "/event_type" && keyword === "enum");
  const meaning = isUnknown ? "It is not an event in this contract: store it, and answer 2xx." : MEANING[verdict];
  const breaking = violations.filter((each) => each.breaking).length;
  const some = verdict === "rejected" && breaking < violations.length;
  const share = some ? `${breaking} of ${violations.length} violations would break a handler.` : "";
  const parts = [
    el("p", { class: `jw-verdict jw-verdict-${verdict}` }, el("strong", {}, verdict), ` ${meaning}`),
    el("p", { class: "jw-note" }, checkedAs + share),
  ];
  if (repeated.length)
    parts.push(el("p", { class: "jw-note" }, `Keys that appear more than once (the last one counts): ${repeated.join(", ")}`));
  if (violations.length) parts.push(el("ol", { class: "jw-violations" }, ...violations.map((each) => item(each, eventType, input))));
  return parts;
}

/** The line of a violation. If the text is not JSON, the message of the parser names the line. */
const lineOf = ({ keyword, message, line }) => Number((keyword === "json" && /line (\d+)/.exec(message)?.[1]) || line);

function scrollTo(input, line) {
  input.scrollTop = (input.scrollHeight / input.value.split("\n").length) * Math.max(0, line - 4);
}

function item(violation, eventType, input) {
  const { path, keyword, message, hint, breaking, property } = violation;
  const line = lineOf(violation);
  const select = () => {
    const lines = input.value.split("\n");
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    input.focus();
    input.setSelectionRange(start, start + lines[line - 1].length);
    scrollTo(input, line);
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
