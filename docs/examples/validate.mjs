// Validate a payload with vendored schemas, in Node.

import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const ajv = addFormats(new Ajv());
const validators = new Map();
for (const subject of ["order", "appointment"])
  for (const change of ["created", "updated"]) {
    const name = `labtest.${subject}.${change}`;
    const schema = readFileSync(`contracts/junction/schemas/${name}.json`);
    validators.set(name, ajv.compile(JSON.parse(schema)));
  }

/** Returns null if the payload matches the contract, or else what is wrong with it. */
export function wrong(payload) {
  // Use the schema of this event: errors from the schema of all events would also mention other events.
  const validate = validators.get(payload?.event_type);
  if (!validate) return "an event outside the contract";
  if (validate(payload)) return null;
  const { instancePath, message } = validate.errors[0];
  return `${instancePath} ${message}`;
}
