// The payload of an event: a filter for its properties, and the place of each in the example next to them.

import { el } from "./dom.js";
import { read } from "./json/read.js";

const FLAGS = { missing: "may be missing", null: "may be null", patient: "patient data" };

let follow; // one listener, however often the site shows this page again

export function mount(root) {
  const items = [...root.querySelectorAll(".jw-tree > li")].map((item) => ({
    item,
    name: item.querySelector("h3, h4, h5, h6").id,
    flags: item.dataset.flags.split(" "),
  }));
  const folds = [...root.querySelectorAll(".jw-tree details")];
  const months = [...new Set(items.flatMap(({ flags }) => flags.filter((flag) => flag.startsWith("since-"))))].sort();

  const name = el("input", { type: "search", placeholder: "Filter properties", "aria-label": "Filter properties by name" });
  const boxes = Object.entries(FLAGS).map(([flag, label]) => {
    const box = el("input", { type: "checkbox", value: flag });
    return { box, label: el("label", {}, box, label) };
  });
  const since = el("select", {}, el("option", { value: "" }, "any month"));
  since.append(...months.map((month) => el("option", { value: month }, month.slice("since-".length))));
  const count = el("output");

  const filter = () => {
    const wanted = boxes.filter(({ box }) => box.checked).map(({ box }) => box.value);
    const part = name.value.trim().toLowerCase();
    const isFiltered = Boolean(part || wanted.length || since.value);
    const isMatch = ({ name: path, flags }) =>
      path.toLowerCase().includes(part) && wanted.every((flag) => flags.includes(flag)) &&
      (!since.value || flags.some((flag) => flag.startsWith("since-") && flag >= since.value));
    const matches = items.filter(isMatch);
    const kept = new Set(matches.flatMap(({ item }) => [item, ...above(item)]));
    for (const { item } of items) item.hidden = isFiltered && !kept.has(item);
    if (isFiltered) for (const fold of folds) if (fold.querySelector(":scope > .jw-tree > li:not([hidden])")) fold.open = true;
    count.textContent = isFiltered ? `${matches.length} of ${items.length} properties` : "";
  };
  const foldAll = (open) => {
    for (const fold of folds) fold.open = open;
  };
  for (const input of [name, since, ...boxes.map(({ box }) => box)]) input.addEventListener("input", filter);
  const tools = el(
    "div",
    { class: "jw-filter", role: "group", "aria-label": "Filter" },
    name,
    ...boxes.map(({ label }) => label),
    ...(months.length ? [el("label", {}, "new since ", since)] : []),
    el(
      "span",
      { class: "jw-fold-all" },
      el("button", { type: "button", class: "jw-link", onclick: () => foldAll(true) }, "Expand all"),
      el("button", { type: "button", class: "jw-link", onclick: () => foldAll(false) }, "Collapse all"),
    ),
    count,
  );
  root.querySelector(".jw-heads").before(tools);
  // A link may lead to a property that the filter hides.
  removeEventListener("hashchange", follow);
  follow = () => {
    if (!root.isConnected || !document.getElementById(decoded(location.hash.slice(1)))?.closest("li[hidden]")) return;
    name.value = since.value = "";
    for (const { box } of boxes) box.checked = false;
    filter();
  };
  addEventListener("hashchange", follow);

  const code = root.closest(".jw-split")?.querySelector(".jw-panel .highlight code");
  if (code && globalThis.Highlight) point(root, code);
}

/** Marks the property that a reader points at in the example, and scrolls the example there. */
function point(root, code) {
  let known;
  let starts = new Map();
  const show = (event) => {
    const item = event.target.closest(".jw-tree > li");
    if (!item) return;
    if (known !== code.textContent) {
      known = code.textContent;
      starts = firsts(read(known).spans);
    }
    const path = item.querySelector("h3, h4, h5, h6").id;
    CSS.highlights.delete("jw-place");
    if (!starts.has(path)) return;
    const range = rangeAt(code, starts.get(path), path.split(".").at(-1).length + 2);
    CSS.highlights.set("jw-place", new Highlight(range));
    const { top } = range.getBoundingClientRect();
    const frame = code.getBoundingClientRect();
    if (top < frame.top || top > frame.bottom - 20) code.scrollTop += top - frame.top - frame.height / 3;
  };
  root.addEventListener("pointerover", show);
  root.addEventListener("focusin", show);
}

/** The first key at each path: pointers without their indices. */
function firsts(spans) {
  const found = new Map();
  for (const [pointer, { key }] of spans) {
    const path = pointer.split("/").slice(1).filter((part) => !/^\d+$/.test(part)).join(".");
    if (key !== undefined && !found.has(path)) found.set(path, key);
  }
  return found;
}

/** The range of text in an element that has any number of text nodes. */
function rangeAt(element, start, length) {
  const range = document.createRange();
  const nodes = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let passed = 0;
  for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
    const end = passed + node.length;
    if (passed <= start && start < end) range.setStart(node, start - passed);
    if (passed < start + length && start + length <= end) {
      range.setEnd(node, start + length - passed);
      break;
    }
    passed = end;
  }
  return range;
}

function* above(item) {
  for (let at = item.parentElement.closest(".jw-tree > li"); at; at = at.parentElement.closest(".jw-tree > li")) yield at;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // an address that has an invalid encoding names nothing
  }
}
