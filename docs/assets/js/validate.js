// The page that validates: text in, verdict and violations out. The payload never leaves the browser.

import FAMILIES from "../built/families.js";
import { el } from "./dom.js";
import { patched } from "./json/patch.js";
import { positionOf } from "./json/positions.js";

const EVENT_TYPES = FAMILIES.flatMap(({ classes }) => Object.keys(classes));
const WAIT = 150; // ms after the last key, so that typing stays smooth
const SAID = 1200; // ms after the last change, so that a screen reader is not interrupted at each key
const LONG = 160; // characters in a line, from which on its number is not enough to find a place
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
  const earlier = []; // what the reader typed or pasted before it was replaced, newest last

  // The validators are large, and loaded when the reader comes to the box: before there is a text, or with the first.
  let loading;
  const inspection = () => (loading ??= import("./report/inspection.js").catch(() => {
    loading = undefined; // another change tries again
    throw new Error("The validator cannot be loaded right now.");
  }));
  input.addEventListener("focus", () => inspection().catch(() => {}));

  let timer;
  let latest = 0;
  /** Show what the text is, and return where its first violation starts. */
  const validate = async () => {
    clearTimeout(timer);
    const number = (latest += 1);
    const text = input.value;
    let found = { elements: [], heard: "" };
    if (text.trim()) {
      const { inspect, problem } = await inspection().catch((error) => ({ problem: error.message }));
      if (number !== latest) return undefined; // the text has changed meanwhile
      found = inspect
        ? inspect(text, event.value || null, { placeButton: (place, path) => placeButton(input, place, path), replace })
        : { elements: [el("p", { class: "jw-note" }, problem)], heard: problem };
    }
    result.replaceChildren(...found.elements);
    say(found.heard);
    return found.first;
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
  const keep = () => {
    if (input.value.trim() && !isExample) earlier.push(input.value);
    back.hidden = !earlier.length;
  };
  const load = async () => {
    const number = (asked += 1);
    const name = location.hash.slice(1);
    if (!isNamed()) return validate();
    const option = [...choice.options].find((each) => each.id === name);
    try {
      if (!option) throw new Error(`There is no example ${name}.`);
      const text = await example(name);
      if (number !== asked) return; // another example was chosen meanwhile
      keep();
      isExample = true;
      option.selected = true;
      event.value = eventOf(name);
      input.value = text;
      const first = await validate();
      if (number === asked) scrollTo(input, first ?? 0);
    } catch (error) {
      if (number !== asked) return;
      result.replaceChildren(el("p", { class: "jw-note" }, error.message));
    }
  };
  /** From now on, the text is the reader's own. */
  const leave = () => {
    asked += 1;
    isExample = false;
    if (!isNamed()) return;
    choice.selectedIndex = 0;
    event.value = "";
    history.replaceState(history.state, "", location.pathname + location.search);
  };
  const show = (text) => {
    leave();
    input.value = text;
    validate();
    input.focus();
    input.setSelectionRange(0, 0);
    scrollTo(input, 0);
  };
  const replace = (text) => {
    keep();
    show(text);
  };
  removeEventListener("hashchange", follow);
  follow = () => root.isConnected && load();

  input.addEventListener("input", () => {
    leave();
    clearTimeout(timer);
    timer = setTimeout(validate, WAIT);
  });
  back.addEventListener("click", () => {
    const text = earlier.pop();
    back.hidden = !earlier.length;
    show(text);
  });
  event.addEventListener("change", validate);
  const choose = (name) => {
    // Setting the hash would take the focus from the list, and with it the next arrow key.
    if (location.hash !== `#${name}`) history.pushState(history.state, "", `#${name}`);
    load();
  };
  choice.addEventListener("change", () => choose(choice.selectedOptions[0].id));
  choice.setAttribute("aria-label", "or another example");
  choice.hidden = false;
  // Buttons, not links: Material would follow a link as if it led to another page.
  const samples = Object.entries(SAMPLES).map(([label, name]) =>
    el("button", { type: "button", class: "jw-link", onclick: () => choose(name) }, label),
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

/** A button that selects a place of the text. */
function placeButton(input, [start, end], path) {
  const { line, column } = positionOf(input.value, start);
  const isLong = column > 1 && input.value.split("\n", line).at(-1).length > LONG;
  const label = isLong ? `Line ${line}, column ${column}` : `Line ${line}`;
  const select = () => {
    input.focus();
    input.setSelectionRange(start, end);
    scrollTo(input, start);
  };
  return el("button", { type: "button", class: "jw-link jw-line", "aria-label": `${label}: ${path || "the payload"}`, onclick: select }, label);
}

/** Scroll the text, so that an index is in sight. All characters are equally wide. */
function scrollTo(input, index) {
  const { line, column } = positionOf(input.value, index);
  const lines = input.value.split("\n");
  const longest = lines.reduce((most, each) => Math.max(most, each.length), 1);
  input.scrollTop = (input.scrollHeight / lines.length) * Math.max(0, line - 4);
  const left = (input.scrollWidth / longest) * column;
  input.scrollLeft = left < input.clientWidth ? 0 : left - input.clientWidth / 2;
}
