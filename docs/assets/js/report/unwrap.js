// Finds the payloads in a text that is not one payload itself: lines, arrays, rows that wrap it, text in text, and what
// Python prints. `inputs/` of the Python package recognizes the same wrappers, and finds payloads in fewer places.

import FAMILIES from "../../built/families.js";
import KNOWN_EVENTS from "../../built/known_events.js";
import WRAPPERS from "../../built/wrappers.js";
import { fromPython } from "../json/python_literal.js";
import { escaped, parsed } from "../json/read.js";
import { decoded, slice, unquoted, whole } from "../json/source.js";
import { mistake } from "../json/syntax.js";

const DEEPEST = 6; // levels at which a wrapper may hide a payload
const BASE64_OF_OBJECT = /^e[w-z0-9+/_-][A-Za-z0-9+/_-]+={0,2}$/;

/**
 * What a text contains instead of one payload: `{ what, payloads }`, and null if that is nothing. Each payload has its
 * `source`, the `pointer` that leads to it, and the name of its `wrapper`, if that is a known one.
 */
export function unwrapped(text) {
  const box = whole(text);
  const body = parsed(text);
  if (body) return isPayload(body.value) ? null : offer(nameOf(body.value), inBody(box, body));
  for (const [what, parts] of [["one JSON value per line", lines(box)], ["one JSON value after another", documents(box)]])
    if (parts.length > 1) {
      const found = offer(what, complete(parts.map((source) => ({ source, found: inSource(source), pointer: "" }))));
      if (found) return found;
    }
  const json = fromPython(box);
  return json && offer("a Python literal", inSource(json));
}

function offer(what, payloads) {
  if (!payloads.length) return null;
  const [{ wrapper }] = payloads;
  return { what: wrapper && payloads.every((each) => each.wrapper === wrapper) ? wrapper : what, payloads };
}

function nameOf(value) {
  if (Array.isArray(value)) return "an array";
  return typeof value === "string" ? "JSON inside a JSON string" : "an object around the payload";
}

/** The payloads in a text of JSON. If it is none, or there is nothing inside, there are none. */
function inSource(source, pointer = "", depth = 0) {
  const body = parsed(source.text);
  return body ? inBody(source, body, pointer, depth) : [];
}

function inBody(source, { value, spans }, outer = "", deep = 0) {
  /** From the outside in. What is in a payload is not searched, nor what is next to it in a known wrapper. */
  const inValue = (part, pointer, depth) => {
    const { start, end } = spans.get(pointer);
    if (isPayload(part)) return [{ source: slice(source, start, end), pointer: outer + pointer }];
    if (depth > DEEPEST) return [];
    if (typeof part === "string") {
      const inner = textIn(source, start, end, part);
      return inner ? inSource(inner, outer + pointer, depth + 1) : [];
    }
    if (typeof part !== "object" || part === null) return [];
    const wrapper = wrapperOf(part);
    if (wrapper) return inWrapper(wrapper, part, pointer, depth);
    const items = Object.entries(part).map(([name, each]) => {
      const at = `${pointer}/${escaped(name)}`;
      const { start: from, end: to } = spans.get(at);
      return { source: slice(source, from, to), pointer: outer + at, found: inValue(each, at, depth + 1), value: each };
    });
    return Array.isArray(part) ? complete(items) : items.flatMap(({ found }) => found);
  };
  const inWrapper = (wrapper, part, above, depth) => {
    const body = get(part, wrapper.path);
    const pointer = [above, ...wrapper.path.map(escaped)].join("/");
    if (body === undefined || body === null) return []; // such as a recorded GET, which has no body
    const { start, end } = spans.get(pointer);
    const inner = typeof body === "string" ? textIn(source, start, end, body, true) : slice(source, start, end);
    if (!inner.text.trim()) return [];
    const found = inSource(inner, outer + pointer, depth + 1);
    return (found.length ? found : [{ source: inner, pointer: outer + pointer }]).map((each) => ({ wrapper: wrapper.name, ...each }));
  };
  return inValue(value, "", deep);
}

/** The payloads of rows. If some have any, those without are damaged: then the row itself, or what is at the usual place. */
function complete(rows) {
  const usual = rows.flatMap(({ found, pointer }) => found.map((each) => each.pointer.slice(pointer.length)))[0];
  if (usual === undefined) return [];
  return rows.flatMap(({ source, pointer, found, value = parsed(source.text)?.value }) => {
    if (found.length || (isObject(value) && wrapperOf(value))) return found;
    const damaged = usual && isObject(value) ? atPlace(source, usual) : source;
    return damaged ? [{ source: damaged, pointer: damaged === source ? pointer : pointer + usual }] : [];
  });
}

/** What a row has at a pointer: the text in a string, or the value. The row itself if there is nothing. */
function atPlace(row, pointer) {
  const { exact, spans } = parsed(row.text);
  if (!spans.has(pointer)) return row;
  const { start, end } = spans.get(pointer);
  const value = get(exact, pointer.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~")));
  if (value === null) return null;
  const inner = typeof value === "string" ? textIn(row, start, end, value, true) : slice(row, start, end);
  return inner.text.trim() ? inner : null;
}

/** The text in a string, or in its base64. Without `always`, undefined for what looks like neither JSON nor base64. */
function textIn(source, start, end, string, always = false) {
  const compact = string.startsWith("{") ? "" : string.replaceAll(/\s/g, "");
  if (BASE64_OF_OBJECT.test(compact)) {
    const letters = compact.replaceAll("=", "").replaceAll("-", "+").replaceAll("_", "/");
    const isCut = letters.length % 4 === 1;
    if (!isCut) return decoded(source, start, end, utf8(atob(letters)));
  }
  return always || /^\s*[{["]/.test(string) ? unquoted(source, start, end) : undefined;
}

const utf8 = (bytes) => new TextDecoder().decode(Uint8Array.from(bytes, (each) => each.charCodeAt(0)));

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** The known wrapper that an object is; undefined if it is none. */
function wrapperOf(row) {
  const fits = ([path, type]) => {
    const value = get(row, path);
    if (type === "any") return value !== undefined;
    return type === "object" ? isObject(value) : typeof value === type;
  };
  return isObject(row) ? WRAPPERS.find(({ marks }) => marks.every(fits)) : undefined;
}

const get = (value, path) => path.reduce((within, name) => (typeof within === "object" ? within?.[name] : undefined), value);

/** Whether a value is an event, perhaps without its event type, or the data of one without its envelope. */
function isPayload(value) {
  if (!isObject(value)) return false;
  const has = (name) => Object.hasOwn(value, name);
  const type = has("event_type") ? value.event_type : undefined;
  if (typeof type === "string" && (has("data") || Object.hasOwn(KNOWN_EVENTS, type) || isEventType(type))) return true;
  return !wrapperOf(value) && type === undefined && (isBare(value) || (has("data") && isBare(value.data)));
}

const isBare = (value) =>
  isObject(value) && FAMILIES.some(({ typical }) => typical.length && typical.every((name) => Object.hasOwn(value, name)));

const isEventType = (type) => FAMILIES.some(({ classes }) => Object.hasOwn(classes, type));

/** The lines of a text of which one of the first two is an object, otherwise none. */
function lines(box) {
  const found = [...box.text.matchAll(/[^\n]+/g)]
    .map(({ 0: line, index }) => trimmed(box, index, index + line.length))
    .filter(({ text }) => text);
  const isLine = ({ text }) => isObject(parsed(text)?.value);
  return found.slice(0, 2).some(isLine) ? found : [];
}

/** The JSON values that follow one another in a text; none if there is anything else. */
function documents(box) {
  const found = [];
  for (let at = 0; at < box.text.length; ) {
    const end = at + mistake(box.text.slice(at)).index;
    const part = trimmed(box, at, end);
    if (!part.text || !parsed(part.text)) return [];
    found.push(part);
    at = end;
  }
  return found;
}

/** A part of a source without the white space of JSON around it. */
function trimmed(source, start, end) {
  const isBlank = (at) => " \t\r\n".includes(source.text[at]);
  let [from, to] = [start, end];
  while (from < to && isBlank(from)) from += 1;
  while (to > from && isBlank(to - 1)) to -= 1;
  return slice(source, from, to);
}
