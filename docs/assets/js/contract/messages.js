// The message and the hint of a violation. `validation/_messages.py` has the same words: change both. Only here values
// are always shown, patient data too: the payload never leaves the reader's browser.

import FORMAT_OF from "../../built/formats.js";
import { quoted, some } from "./quoted.js";
import { extended, meant } from "./spelling.js";

const OTHER_MODALITY = "from another modality, which this contract does not cover; a tolerant handler is fine";
const UNKNOWN = "if Junction sent it, a tolerant handler is fine and this package needs an update";
const FORMATS = { date: "a calendar date", "date-time": "an RFC 3339 date-time with an offset", uuid: "a UUID" };
const FORMAT_EXAMPLES = {
  date: "2026-09-26",
  "date-time": "2026-09-26T01:08:18+00:00",
  uuid: "84d96c03-6b1c-4226-ad8f-ef44a6bc08af",
};
const FEW = 6;

export function describe({ keyword, schema, value, name, within, present, otherModality }) {
  const limit = schema[keyword];
  const unknown = otherModality ? OTHER_MODALITY : UNKNOWN;
  const is = value === undefined ? "" : `is ${quoted(value)}`; // a missing property has no value
  switch (keyword) {
    case "type":
      return { message: `is ${some(value)}, expected ${types(limit)}`, hint: `send ${types(limit)}` };
    case "enum":
      return { message: `${is}, not a known value of ${schema.title}`, hint: valueHint(limit, value, unknown) };
    case "const":
      return {
        message: `${is}, expected ${JSON.stringify(limit)}`,
        hint: constHint(name, schema, value, unknown),
      };
    case "pattern":
      if (Object.hasOwn(FORMAT_OF, limit)) {
        const format = FORMAT_OF[limit];
        return { message: `${is}, not ${FORMATS[format]}`, hint: `write it like ${FORMAT_EXAMPLES[format]}` };
      }
      return {
        message: `${is}, which does not match the pattern of ${schema.title ?? name}`,
        hint: schema.examples ? `write it like ${schema.examples[0]}` : "see the property's description",
      };
    case "required":
      return { message: "is missing", hint: `expected ${expected(within.properties[name])}` };
    case "additionalProperties":
      return { message: "is not in the contract", hint: propertyHint(name, within, present, unknown) };
    case "minimum":
    case "maximum":
      return {
        message: `${is}, ${keyword === "minimum" ? "less than the minimum" : "greater than the maximum"} of ${limit}`,
        hint: `send a number ${range(schema)}`,
      };
    case "maxLength":
      return { message: `is longer than ${limit} characters`, hint: `shorten it to ${limit} characters` };
    case "anyOf":
      return { message: `${is}, not one of the allowed types`, hint: `expected ${expected(schema)}` };
    default:
      return { message: `violates the keyword ${keyword}`, hint: "see the schema" };
  }
}

/** The hint for a name that misspells a known one, undefined for any other. */
export function didYouMean(name, known) {
  const near = meant(name, known);
  return near && `did you mean ${JSON.stringify(near)}?`;
}

function valueHint(values, value, unknown) {
  const listed = values.slice(0, FEW).join(", ") + (values.length > FEW ? ` and ${values.length - FEW} more` : "");
  if (typeof value !== "string") return `expected one of ${listed}`;
  const few = values.length > FEW ? "" : `: ${listed}`;
  return didYouMean(value, values) ?? `${unknown}; if you wrote it, use a known value${few}`;
}

function constHint(name, schema, value, unknown) {
  if (name === "event_type") return "the payload was checked as that event";
  if (typeof value === "string") return `${unknown}; if you wrote it, use the known value: ${schema.const}`;
  return `expected ${expected(schema)}`;
}

function propertyHint(name, within, present, unknown) {
  const isAbsent = (each) => !Object.hasOwn(present, each);
  const misspelled = didYouMean(name, Object.keys(within.properties).filter(isAbsent));
  if (misspelled) return misspelled;
  const missing = extended(name, (within.required ?? []).filter(isAbsent));
  if (missing) return `did you mean ${JSON.stringify(missing)}, which is missing?`;
  return `${unknown}; if you wrote it, remove it`;
}

function range({ minimum, maximum }) {
  if (minimum !== undefined && maximum !== undefined) return `from ${minimum} to ${maximum}`;
  return minimum !== undefined ? `of ${minimum} or more` : `of ${maximum} or less`;
}

/** What a schema accepts, in a few words. */
function expected(schema) {
  if ("const" in schema) return `the value ${JSON.stringify(schema.const)}`;
  if ("type" in schema) return types(schema.type);
  return anyOf((schema.anyOf ?? [schema]).map((branch) => branch.$ref?.split("/").at(-1) ?? branch.type));
}

const types = (limit) => anyOf([limit].flat());

/** Types, or titles of schemas, with their articles: "an AppointmentAddress or null". */
const anyOf = (nouns) =>
  nouns.map((noun) => (noun === "null" ? noun : `${/^[aeio]/i.test(noun) ? "an" : "a"} ${noun}`)).join(" or ");
