// Reads a payload from text, and the line of each value. `_json/decode.py` accepts the same bodies: change both.

import { mistake } from "./syntax.js";

const MAX_DEPTH = 128;
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
const TOKEN = /[{}[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}[\],:"]+/g;

export class Unreadable extends Error {}

/** The payload, the line of each JSON pointer, where each key starts, and the pointers of repeated keys. */
export function read(text) {
  if (!text.trim()) throw new Unreadable("is empty");
  if (text.startsWith("\uFEFF")) throw new Unreadable("starts with a byte order mark: send UTF-8 without one");
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    const { line, column } = mistake(text);
    throw new Unreadable(`is not JSON: see line ${line}, column ${column}`);
  }
  const places = located(text);
  if (LONE_SURROGATE.test(text) || places.strings.some((part) => LONE_SURROGATE.test(part)))
    throw new Unreadable("contains a lone surrogate, which UTF-8 cannot express");
  if (places.depth > MAX_DEPTH) throw new Unreadable(`is nested deeper than ${MAX_DEPTH} levels`);
  if (places.numbers.some((number) => !Number.isFinite(number)))
    throw new Unreadable("contains a number that a double cannot represent");
  return { value, lines: places.lines, starts: places.starts, repeated: places.repeated };
}

export const escaped = (part) => String(part).replaceAll("~", "~0").replaceAll("/", "~1");

/** One pass over the tokens of valid JSON. No recursion, so that deep nesting cannot overflow the stack. */
function located(text) {
  const lines = new Map();
  const starts = new Map();
  const repeated = [];
  const strings = [];
  const numbers = [];
  const open = [];
  let depth = 0;
  let line = 1;
  let counted = 0;
  let here = "";
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    for (; counted < index; counted += 1) if (text[counted] === "\n") line += 1;
    const parent = open.at(-1);
    if (token === "}" || token === "]") {
      here = open.pop().at;
    } else if (token === ",") {
      if (parent.isArray) parent.index += 1;
      else parent.awaitsKey = true;
    } else if (token !== ":") {
      if (token[0] === '"') strings.push(JSON.parse(token));
      if (parent?.awaitsKey) {
        parent.key = strings.at(-1);
        parent.awaitsKey = false;
        const at = `${parent.at}/${escaped(parent.key)}`;
        if (parent.keys.has(parent.key)) repeated.push(at);
        parent.keys.add(parent.key);
        lines.set(at, line);
        starts.set(at, index);
        continue;
      }
      here = parent ? `${parent.at}/${parent.isArray ? parent.index : escaped(parent.key)}` : "";
      if (!lines.has(here) || parent?.isArray) lines.set(here, line);
      if (token === "{" || token === "[") {
        open.push({ at: here, isArray: token === "[", index: 0, awaitsKey: token === "{", keys: new Set() });
        depth = Math.max(depth, open.length);
      } else if (/^[-0-9]/.test(token)) numbers.push(Number(token));
    }
  }
  return { lines, starts, repeated, strings, numbers, depth };
}
