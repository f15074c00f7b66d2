// Vendored schemas in Node: what is wrong with a payload.

import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const ajv = addFormats(new Ajv());
const judges = new Map();
for (const subject of ["order", "appointment"])
  for (const change of ["created", "updated"]) {
    const name = `labtest.${subject}.${change}`;
    const schema = readFileSync(`contracts/junction/schemas/${name}.json`);
    judges.set(name, ajv.compile(JSON.parse(schema)));
  }

/** Null for an event of the contract, else why it is none. */
export function wrong(payload) {
  // The schema of all events would name what keeps it from being another one.
  const judge = judges.get(payload?.event_type);
  if (!judge) return "an event outside the contract";
  if (judge(payload)) return null;
  const { instancePath, message } = judge.errors[0];
  return `${instancePath} ${message}`;
}
