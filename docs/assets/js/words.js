// What a violation says: the message, and the hint that says what to do. The words are those of `_wording.py`,
// but that values are shown: the payload never leaves the reader's browser.

const FORM = { date: "a calendar date", "date-time": "an RFC 3339 date-time with an offset", uuid: "a UUID" };
const LIKE = {
  date: "2026-09-26",
  "date-time": "2026-09-26T01:08:18+00:00",
  uuid: "84d96c03-6b1c-4226-ad8f-ef44a6bc08af",
};
const LONGEST_SHOWN = 80;
const FEW = 6;

export function words({ keyword, schema, value, name, within }) {
  const limit = schema[keyword];
  const is = `is ${shown(value)}`;
  switch (keyword) {
    case "type": {
      const wanted = [limit].flat().join(" or ");
      return { message: `is ${some(value)}, expected ${wanted}`, hint: `a value of the type ${wanted} belongs here` };
    }
    case "enum":
      return { message: `${is}, no known member of ${schema.title}`, hint: memberHint(limit, value) };
    case "const":
      return {
        message: `${is}, expected ${JSON.stringify(limit)}`,
        hint:
          name === "event_type"
            ? "the payload was to be checked as this event"
            : `the contract closes over ${limit}: other values pass the tolerant profile`,
      };
    case "format":
      return { message: `${is}, not ${FORM[limit]}`, hint: `write it like ${LIKE[limit]}` };
    case "pattern":
      return {
        message: `${is}, not of the form ${schema.title ?? limit}`,
        hint: schema.examples ? `write it like ${schema.examples[0]}` : "see the property's description",
      };
    case "required":
      return { message: "is missing", hint: "every source of the contract sends it" };
    case "additionalProperties":
      return { message: "is not in the contract", hint: strangerHint(name, Object.keys(within.properties)) };
    case "minimum":
    case "maximum":
      return {
        message: `${is}, ${keyword === "minimum" ? "less than the minimum" : "greater than the maximum"} of ${limit}`,
        hint: `send a number from ${schema.minimum ?? "below"} to ${schema.maximum ?? "above"}`,
      };
    case "maxLength":
      return { message: `is longer than ${limit} characters`, hint: `shorten it to ${limit} characters` };
    case "anyOf": {
      const forms = limit.flatMap((part) => (part.$ref ? [part.$ref.split("/").at(-1)] : []));
      return { message: `${is}, of none of the allowed forms`, hint: `a value of the form ${forms.join(" or ")} belongs here` };
    }
    default:
      return { message: `breaks the rule ${keyword}`, hint: "see the schema" };
  }
}

function some(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return { boolean: "a boolean", string: "a string", number: "a number", object: "an object" }[typeof value];
}

function shown(value) {
  const text = typeof value === "object" && value !== null ? "" : JSON.stringify(value);
  return text && text.length <= LONGEST_SHOWN ? text : some(value);
}

function memberHint(members, value) {
  const near = typeof value === "string" ? nearest(value, members) : undefined;
  if (near) return `did you mean ${JSON.stringify(near)}?`;
  const more = members.length > FEW ? ` and ${members.length - FEW} more` : "";
  return `known are ${members.slice(0, FEW).join(", ")}${more}`;
}

function strangerHint(name, siblings) {
  const near = nearest(String(name), siblings);
  return near ? `did you mean ${near}?` : "drop it, or take it as new: unknown properties pass the tolerant profile";
}

/** The word that at most two in five letters have to change for. */
function nearest(word, known) {
  const ranked = known.map((each) => [distance(word.slice(0, LONGEST_SHOWN), each), each]);
  const [far, near] = ranked.reduce((best, each) => (each[0] < best[0] ? each : best), [Infinity, undefined]);
  return near !== undefined && far <= 0.4 * Math.max(word.length, near.length) ? near : undefined;
}

function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swap = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, swap));
    }
    row = next;
  }
  return row[b.length];
}
