// Checks a payload with the same verdict, paths, keywords and hints as `check` of the Python package.

import FAMILIES from "../../built/families.js";
import KNOWN_EVENTS from "../../built/known_events.js";
import compile from "../../built/validators.js";
import { lineOf } from "../json/positions.js";
import { escaped, placeOf, read, Unreadable } from "../json/read.js";
import { describe, didYouMean } from "./messages.js";
import { quoted, some } from "./quoted.js";

const CLASSES = Object.assign({}, ...FAMILIES.map(({ classes }) => classes));
const WHOLE = "send one JSON object";
const MOST_VIOLATIONS = 1000; // nobody reads more
const BARE = FAMILIES.filter(({ bareEventType }) => bareEventType);

export const EVENT_TYPES = Object.keys(CLASSES);

const profiles = compile({ codePoints: (text) => [...text].length });

/**
 * The report on a body of text. With `eventType` it must be that event, or the `data` of one. Each violation has the line
 * of its property, and where that starts and ends.
 */
export function check(text, { eventType = null } = {}) {
  let body;
  try {
    body = read(text);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return refusal({ path: "", keyword: "json", message: error.message, hint: WHOLE }, text, [error.index, error.index]);
  }
  const { value, exact, spans, repeated } = body;
  const opened = open(value, eventType);
  if (opened.path !== undefined) return refusal(opened, text, placeOf(spans, opened.path, text));
  const { type, payload, bare } = opened;
  const broken = flat(errorsOf("strict", type, payload), payload);
  const rejected = flat(errorsOf("tolerant", type, payload), payload);
  const breaking = new Set(rejected.map((error) => error.path));
  const explained = explainedByModality(payload);
  broken.sort((a, b) => breaking.has(b.path) - breaking.has(a.path));
  const violations = broken.slice(0, MOST_VIOLATIONS).map(({ parts, path, keyword, schema, value: offending, within, present }) => {
    const shown = bare ? path.replace(/^\/data/, "") : path;
    const otherModality = !breaking.has(path) && explained.includes(pattern({ parts, keyword }));
    const quotable = typeof offending === "number" ? at(exact, bare ? parts.slice(1) : parts) : offending;
    return {
      path: shown,
      keyword,
      ...describe({ keyword, schema, value: quotable, name: parts.at(-1) ?? "", within, present, otherModality }),
      breaking: breaking.has(path),
      ...located(text, placeOf(spans, shown, text)),
      property: parts.filter((part) => typeof part === "string").join("."),
    };
  });
  const verdict = broken.length === 0 ? "conforms" : rejected.length === 0 ? "drifts" : "rejected";
  return { verdict, eventType: type, bare, violations, truncated: broken.length > MOST_VIOLATIONS, repeated };
}

function refusal(violation, text, place) {
  const whole = { property: violation.path.slice(1), breaking: true, ...violation, ...located(text, place) };
  return { verdict: "rejected", eventType: null, bare: false, violations: [whole], truncated: false, repeated: [] };
}

const located = (text, [start, end]) => ({ line: lineOf(text, start), start, end });

const at = (value, parts) => parts.reduce((within, part) => within[part], value);

/** The payload as an event with its envelope, or the one violation that says why that is impossible. */
function open(value, eventType) {
  if (typeOf(value) !== "object")
    return { path: "", keyword: "type", message: `is ${some(value)}, expected an object`, hint: WHOLE };
  const has = (name) => Object.hasOwn(value, name);
  const isEnveloped = has("event_type") || has("data");
  const type = eventType ?? BARE.find(({ typical }) => typical.every(has))?.bareEventType;
  if (!isEnveloped && type) {
    return { type, payload: { event_type: type, data: value }, bare: true };
  }
  const named = value.event_type;
  if (EVENT_TYPES.includes(named)) return { type: eventType ?? named, payload: value, bare: false };
  const at = { path: "/event_type", hint: `known events: ${EVENT_TYPES.join(", ")}` };
  if (!has("event_type") && typeof value.type === "string" && Object.hasOwn(KNOWN_EVENTS, value.type))
    return { ...unknownEvent(value.type, at.hint), path: "/type" };
  if (!has("event_type"))
    return { ...at, keyword: "required", message: "is missing", hint: "send the whole event with its envelope, or name the event type" };
  if (typeof named !== "string")
    return { ...at, keyword: "type", message: `is ${some(named)}, expected a string` };
  return { ...at, ...unknownEvent(named, at.hint) };
}

/** What is wrong with an event type outside the contract, which Junction may document or not. */
function unknownEvent(named, known) {
  const message = `is ${quoted(named)}, not an event in this contract`;
  const listed = Object.hasOwn(KNOWN_EVENTS, named) ? KNOWN_EVENTS[named] : null;
  if (listed === null)
    return { keyword: "enum", message, hint: didYouMean(named, [...EVENT_TYPES, ...Object.keys(KNOWN_EVENTS)]) ?? known };
  const alert = listed.urgency === "high" ? ", and alert a person" : "";
  return { keyword: "enum", message, hint: `it is ${listed.phrase}: store it and answer 2xx${alert}` };
}

/** The patterns of the places that a modality other than walk-in explains; none for a walk-in. */
function explainedByModality({ event_type: type, data }) {
  const { modality } = FAMILIES.find(({ classes }) => type in classes);
  if (!modality) return [];
  const given = modality.path.reduce((value, name) => value?.[name], data);
  return modality.others.includes(given) ? modality.explains : [];
}

/** The pointer with `*` for each index, and `?` for a name outside the contract. */
function pattern({ parts, keyword }) {
  const names = parts.map((part) => (typeof part === "number" ? "*" : escaped(part)));
  return ["", ...(keyword === "additionalProperties" ? [...names.slice(0, -1), "?"] : names)].join("/");
}

const typeOf = (value) => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);

function errorsOf(profile, eventType, payload) {
  const validate = profiles[profile][CLASSES[eventType]];
  return validate(payload) ? [] : validate.errors;
}

/** One error per mistake, each with the path of the property concerned, ordered by path. */
function flat(errors, payload) {
  const singles = new Map();
  for (const error of withoutBranches(errors)) {
    const { instancePath, keyword, params, parentSchema: schema, data } = error;
    const name = params.missingProperty ?? params.additionalProperty;
    const path = name === undefined ? instancePath : `${instancePath}/${escaped(name)}`;
    const value = keyword === "additionalProperties" ? data[name] : keyword === "required" ? undefined : data;
    const within = name === undefined ? undefined : schema;
    singles.set(`${path} ${keyword}`, { path, keyword, schema, value, within, present: data, parts: split(path, payload) });
  }
  // A text that is too long for a pattern is one mistake, although some patterns have a `maxLength` as well.
  const isExtra = ({ path, keyword }) => keyword === "maxLength" && singles.has(`${path} pattern`);
  return [...singles.values()].filter((single) => !isExtra(single)).sort((a, b) => compared(a.parts, b.parts) || (a.keyword < b.keyword ? -1 : 1));
}

/**
 * The errors, with those of each anyOf reduced to what helps: if all branches but one fail on the type of the value,
 * the errors of that one; otherwise only the anyOf. The build ensures that an anyOf is alone at its place and that at
 * most one of its branches is an object: errors below the place are therefore errors of that branch.
 */
function withoutBranches(errors) {
  const dropped = new Map(errors.filter(({ keyword }) => keyword === "anyOf").map(({ instancePath }) => [instancePath, new Set()]));
  for (const { instancePath, keyword, parentSchema } of errors) if (keyword === "type") dropped.get(instancePath)?.add(parentSchema);
  const isFolded = new Map(); // whether only the anyOf is left, by its path
  for (const { instancePath, keyword, schema } of errors)
    if (keyword === "anyOf") isFolded.set(instancePath, schema.length - dropped.get(instancePath).size !== 1);
  return errors.filter(({ instancePath, keyword, parentSchema }) => {
    for (let above = parentOf(instancePath); above !== null; above = parentOf(above)) if (isFolded.get(above)) return false;
    if (!isFolded.has(instancePath)) return true;
    if (keyword === "anyOf") return isFolded.get(instancePath);
    return !isFolded.get(instancePath) && !dropped.get(instancePath).has(parentSchema);
  });
}

const parentOf = (path) => (path ? path.slice(0, path.lastIndexOf("/")) : null);

/** The parts of a pointer: strings, and numbers where they index an array. */
function split(path, payload) {
  let value = payload;
  return path.split("/").slice(1).map((escapedPart) => {
    const name = escapedPart.replaceAll("~1", "/").replaceAll("~0", "~");
    const part = Array.isArray(value) ? Number(name) : name;
    value = value?.[part];
    return part;
  });
}

function compared(a, b) {
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const [one, other] = [a[index], b[index]];
    if (one === other) continue;
    if (typeof one !== typeof other) return typeof one === "number" ? 1 : -1;
    return one < other ? -1 : 1;
  }
  return a.length - b.length;
}
