// Finds the payloads in a text that is not one payload itself: lines, arrays, rows that have it in a column, text in
// text, and what Python prints. Each is offered to the reader, and nothing is changed without asking.

const DEEPEST = 6; // levels at which a wrapper may hide a payload
const PYTHON = { True: "true", False: "false", None: "null" };
const PYTHON_TOKEN = /b?'(?:[^'\\]|\\.)*'|b?"(?:[^"\\]|\\.)*"|\b(?:True|False|None)\b/g;
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** What a text contains instead of one payload: `{ what, payloads: [{ label, text }] }`. Null if there is nothing to offer. */
export function unwrapped(text) {
  const whole = parsed(text);
  if (whole !== undefined) return isPayload(whole) ? null : inValue(whole);
  const lines = text.split("\n").filter((line) => line.trim());
  const values = lines.map(parsed);
  if (lines.length > 1 && values.every((value) => value !== undefined))
    return offer("one JSON value per line", values.flatMap((value, index) => found(value, `line ${index + 1}`, lines[index])));
  const python = fromPython(text);
  const value = python === null ? undefined : parsed(python);
  if (value === undefined) return null;
  return offer("a Python literal", found(value, "as JSON", python));
}

function inValue(value) {
  if (Array.isArray(value)) return offer("an array", value.flatMap((each, index) => found(each, `item ${index + 1}`)));
  if (typeof value === "string") return offer("JSON inside a JSON string", found(value, "the inner JSON"));
  return offer("an object around the payload", found(value, "the payload"));
}

const offer = (what, payloads) => (payloads.length ? { what, payloads } : null);

/** The payloads in a value, from the outside in; those in a wrapper are not searched further. */
function found(value, label, source, depth = 0) {
  if (isPayload(value)) return [{ label: named(label, value), text: formatted(source ?? JSON.stringify(value)) }];
  if (depth === DEEPEST) return [];
  if (typeof value === "string") {
    const inner = /^\s*[{["]/.test(value) ? parsed(value) : undefined;
    return inner === undefined ? [] : found(inner, label, value, depth + 1);
  }
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([name, each]) => found(each, `${label}, ${name}`, undefined, depth + 1));
}

const named = (label, value) => (typeof value.event_type === "string" ? `${label}: ${value.event_type}` : label);

/** Whether a value is an event, or an order without its envelope. */
function isPayload(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return false;
  const has = (name) => Object.hasOwn(value, name);
  return has("event_type") ? typeof value.event_type === "string" && has("data") : has("events") && has("details");
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A Python literal of dicts, lists, texts and numbers as JSON; null if the text does not look like one. */
function fromPython(text) {
  if (!/^\s*b?['"{[(]/.test(text)) return null;
  const outside = text.replaceAll(PYTHON_TOKEN, "");
  if (/['"]/.test(outside)) return null;
  return text
    .replaceAll(PYTHON_TOKEN, (token) => PYTHON[token] ?? JSON.stringify(unescaped(token)))
    .replaceAll(/,(?=\s*[}\]])/g, "");
}

const ESCAPES = { n: "\n", t: "\t", r: "\r", "\n": "" };

function unescaped(token) {
  const inner = token.slice(token[0] === "b" ? 2 : 1, -1);
  return inner.replaceAll(/\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|([^]))/gi, (_, hex, unicode, other) =>
    hex || unicode ? String.fromCharCode(parseInt(hex ?? unicode, 16)) : (ESCAPES[other] ?? other),
  );
}

/** JSON with one property per line. It changes nothing but white space: numbers and repeated keys stay as they are. */
export function formatted(text) {
  let depth = 0;
  let written = "";
  let last = "";
  const indent = () => `\n${"  ".repeat(depth)}`;
  for (const [token] of text.matchAll(TOKEN)) {
    const closes = token === "}" || token === "]";
    const opened = last === "{" || last === "[";
    if (closes) depth -= 1;
    if (closes ? !opened : opened || last === ",") written += indent();
    written += token === ":" ? ": " : token;
    if (token === "{" || token === "[") depth += 1;
    last = token;
  }
  return written;
}
