// What changed from one payload to the next, in words that a reader can scan.

import { el } from "./dom.js";

/** The changes as a list: the property of each, and what it was and is. */
export function changeList(before, after) {
  return el("ul", { class: "jw-changes" }, ...[...differences(before, after)].map(item));
}

function item({ path, before, after }) {
  const property = el("code", {}, path);
  const was = el("del", {}, shown(before));
  const is = el("ins", {}, shown(after));
  if (before === undefined) return el("li", {}, property, " new: ", is);
  if (after === undefined) return el("li", {}, property, " removed: ", was);
  return el("li", {}, property, " ", was, " → ", is);
}

/** The differences of two JSON values: each with its path, such as `data.events[1]`, and the value before and after. */
export function* differences(before, after, path = "") {
  if (before === after) return;
  if (isContainer(before) && isContainer(after) && Array.isArray(before) === Array.isArray(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const step = Array.isArray(after) ? `[${name}]` : `${path && "."}${name}`;
      yield* differences(before[name], after[name], path + step);
    }
    return;
  }
  yield { path, before, after };
}

/** A scalar as JSON, or the properties of an object and the items of an array in a row. */
function shown(value) {
  if (!isContainer(value)) return JSON.stringify(value) ?? "";
  const parts = Object.entries(value).map(([name, each]) => (Array.isArray(value) ? shown(each) : `${name} ${shown(each)}`));
  if (!parts.length) return JSON.stringify(value);
  return Array.isArray(value) ? `[${parts.join("; ")}]` : parts.join(", ");
}

const isContainer = (value) => typeof value === "object" && value !== null;
