// Reads a payload from text, and where each value is in it. `_json/decode.py` accepts the same bodies: change both.

import { positionOf } from "./positions.js";
import { mistake } from "./syntax.js";

const MAX_DEPTH = 128;
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
const TOKEN = /[{}[\],:]|"[^"\\]*(?:\\.[^"\\]*)*"|[^\s{}[\],:"]+/g;
const LONE = "contains a lone surrogate, which UTF-8 cannot express";
const TOO_GREAT = "contains a number that a double cannot represent";

/** The text is not acceptable JSON. `index` is the place of the mistake, 0 if it has none. */
export class Unreadable extends Error {
  constructor(message, index = 0) {
    super(message);
    this.index = index;
  }
}

/**
 * The payload as `value`, and as `exact`, in which integers are BigInt, objects have no prototype, and nothing is lost.
 * `spans` has the place of each JSON pointer: `{ key, start, end }`, where `key` is undefined in arrays. `repeated` are
 * the pointers of repeated keys.
 */
export function read(text) {
  if (LONE_SURROGATE.test(text)) throw new Unreadable(LONE);
  if (/^[ \t\n\r\v\f]*$/.test(text)) throw new Unreadable("is empty");
  if (text.startsWith("\uFEFF")) throw new Unreadable("starts with a byte order mark: send UTF-8 without one");
  const body = parsed(text);
  if (!body) throw unreadable(text);
  const { strings, numbers, depth } = body;
  if (numbers.some(isTooGreat)) throw new Unreadable(TOO_GREAT);
  if (strings.some((part) => LONE_SURROGATE.test(part))) throw new Unreadable(LONE);
  if (depth > MAX_DEPTH) throw new Unreadable(`is nested deeper than ${MAX_DEPTH} levels`);
  return body;
}

/** The same for any JSON, also what `read` refuses; null if the text is not JSON. */
export function parsed(text) {
  try {
    return { value: JSON.parse(text), ...located(text) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
}

export const escaped = (part) => String(part).replaceAll("~", "~0").replaceAll("/", "~1");

const isTooGreat = (number) => Math.abs(Number(number)) === Infinity;

/** The place of what a pointer names, or of its nearest ancestor: its key and its value, or where an object begins. */
export function placeOf(spans, pointer, text) {
  let at = pointer;
  while (at && !spans.has(at)) at = at.slice(0, at.lastIndexOf("/"));
  const { key, start, end } = spans.get(at);
  const isContainer = text[start] === "{" || text[start] === "[";
  return [key ?? start, isContainer ? start + 1 : end];
}

/** What is wrong with a text that is not JSON. Python reports the first of all mistakes, also of these kinds. */
function unreadable(text) {
  const { index, numbers, constant } = mistake(text);
  if (numbers.some(isTooGreat)) return new Unreadable(TOO_GREAT);
  if (constant) return new Unreadable(`contains ${constant}, which is not JSON`, index);
  const { line, column } = positionOf(text, index);
  return new Unreadable(`is not JSON: see line ${line}, column ${column}`, index);
}

/** One pass over the tokens of JSON. No recursion, so that deep nesting cannot overflow the stack. */
function located(text) {
  const spans = new Map();
  const repeated = [];
  const strings = [];
  const numbers = [];
  const open = [];
  let depth = 0;
  let exact;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const parent = open.at(-1);
    if (token === "}" || token === "]") {
      spans.get(open.pop().at).end = index + 1;
    } else if (token === ",") {
      if (parent.isArray) parent.index += 1;
      else parent.awaitsKey = true;
    } else if (parent?.awaitsKey) {
      const key = JSON.parse(token);
      strings.push(key);
      const at = `${parent.at}/${escaped(key)}`;
      if (key in parent.made) repeated.push(at);
      Object.assign(parent, { key, keyStart: index, awaitsKey: false });
    } else if (token !== ":") {
      const at = parent ? `${parent.at}/${parent.isArray ? parent.index : escaped(parent.key)}` : "";
      const made = exactly(token);
      if (parent?.isArray) parent.made.push(made);
      else if (parent) parent.made[parent.key] = made;
      else exact = made;
      spans.set(at, { key: parent?.keyStart, start: index, end: index + token.length });
      if (typeof made === "string") strings.push(made);
      else if (token === "{" || token === "[") {
        open.push({ at, made, isArray: token === "[", index: 0, awaitsKey: token === "{" });
        depth = Math.max(depth, open.length);
      } else if (/^[-0-9]/.test(token)) numbers.push(token);
    }
  }
  return { exact, spans, repeated, strings, numbers, depth };
}

/** The value of a token: a scalar, or a container that is still empty. */
function exactly(token) {
  if (token === "[") return [];
  if (token === "{") return Object.create(null); // a property may be named __proto__
  if (token[0] === '"') return JSON.parse(token);
  if (/^-?\d+$/.test(token)) return isTooGreat(token) ? Infinity : BigInt(token);
  return /^[-0-9]/.test(token) ? Number(token) : { true: true, false: false, null: null }[token];
}
