// What a violation says: the message, and the hint that says what to do. The words are those of `_wording.py`,
// but that values are shown: the payload never leaves the reader's browser.

import { extended, meant } from "./spelling.js";

const ELSEWHERE = "of another modality, which the contract leaves out: the tolerant profile takes it";
const NEW = "if Junction sent it, it is new, and the tolerant profile takes it: update the contract or report it";
const FORM = { date: "a calendar date", "date-time": "an RFC 3339 date-time with an offset", uuid: "a UUID" };
const LIKE = {
  date: "2026-09-26",
  "date-time": "2026-09-26T01:08:18+00:00",
  uuid: "84d96c03-6b1c-4226-ad8f-ef44a6bc08af",
};
const LONGEST_SHOWN = 80;
const FEW = 6;

export function words({ keyword, schema, value, name, within, beside, elsewhere }) {
  const limit = schema[keyword];
  const fresh = elsewhere ? ELSEWHERE : NEW;
  const is = `is ${shown(value)}`;
  switch (keyword) {
    case "type":
      return { message: `is ${some(value)}, expected ${[limit].flat().join(" or ")}`, hint: `${wanted(schema)} belongs here` };
    case "enum":
      return { message: `${is}, no known member of ${schema.title}`, hint: memberHint(limit, value, fresh) };
    case "const":
      return {
        message: `${is}, expected ${JSON.stringify(limit)}`,
        hint: constHint(name, schema, value, fresh),
      };
    case "format":
      return { message: `${is}, not ${FORM[limit]}`, hint: `write it like ${LIKE[limit]}` };
    case "pattern":
      return {
        message: `${is}, not of the form of ${schema.title ?? name}`,
        hint: schema.examples ? `write it like ${schema.examples[0]}` : "see the property's description",
      };
    case "required":
      return { message: "is missing", hint: `${wanted(within.properties[name])} belongs here` };
    case "additionalProperties":
      return { message: "is not in the contract", hint: strangerHint(name, within, beside, fresh) };
    case "minimum":
    case "maximum":
      return {
        message: `${is}, ${keyword === "minimum" ? "less than the minimum" : "greater than the maximum"} of ${limit}`,
        hint: `send a number from ${schema.minimum ?? "below"} to ${schema.maximum ?? "above"}`,
      };
    case "maxLength":
      return { message: `is longer than ${limit} characters`, hint: `shorten it to ${limit} characters` };
    case "anyOf":
      return { message: `${is}, of none of the allowed forms`, hint: `${wanted(schema)} belongs here` };
    default:
      return { message: `breaks the rule ${keyword}`, hint: "see the schema" };
  }
}

/** The JSON type of a value with its article. */
export function some(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return { boolean: "a boolean", string: "a string", number: "a number", object: "an object" }[typeof value];
}

function shown(value) {
  const text = typeof value === "object" && value !== null ? "" : JSON.stringify(value);
  return text && text.length <= LONGEST_SHOWN ? text : some(value);
}

/** The hint for a name that misspells a known one, undefined for any other. */
export function didYouMean(name, known) {
  const near = meant(name, known);
  return near && `did you mean ${JSON.stringify(near)}?`;
}

function memberHint(members, value, fresh) {
  const listed = members.slice(0, FEW).join(", ") + (members.length > FEW ? ` and ${members.length - FEW} more` : "");
  if (typeof value !== "string") return `one of ${listed} belongs here`;
  return didYouMean(value, members) ?? (members.length > FEW ? fresh : `${fresh}; known are ${listed}`);
}

function constHint(name, schema, value, fresh) {
  if (name === "event_type") return "the payload was to be checked as this event";
  return typeof value === "string" ? `${fresh}; known is ${schema.const}` : `${wanted(schema)} belongs here`;
}

function strangerHint(name, within, beside, fresh) {
  const isAbsent = (each) => !Object.hasOwn(beside, each);
  const slip = didYouMean(name, Object.keys(within.properties).filter(isAbsent));
  if (slip) return slip;
  const missing = extended(name, (within.required ?? []).filter(isAbsent));
  return missing ? `did you mean ${JSON.stringify(missing)}, which is missing?` : `${fresh}; else drop it`;
}

/** What a schema takes, as far as fits into a sentence. */
function wanted(schema) {
  if ("const" in schema) return `the value ${JSON.stringify(schema.const)}`;
  if ("type" in schema) return `a value of the type ${[schema.type].flat().join(" or ")}`;
  const forms = (schema.anyOf ?? [schema]).map((branch) => branch.$ref?.split("/").at(-1) ?? branch.type);
  return `a value of the form ${forms.join(" or ")}`;
}
