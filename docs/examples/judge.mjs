// Vendored schemas in Node: what is wrong with a payload.

import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const ajv = addFormats(new Ajv());
const judges = new Map();
for (const name of ["order.created", "order.updated", "appointment.created", "appointment.updated"]) {
  const schema = readFileSync(`contracts/junction/schemas/labtest.${name}.json`);
  judges.set(`labtest.${name}`, ajv.compile(JSON.parse(schema)));
}

/** Null for an event of the contract, else why it is none. */
export function wrong(payload) {
  // By its own schema: one for all events would name what keeps the payload from being another event.
  const judge = judges.get(payload?.event_type);
  if (!judge) return "an event outside the contract";
  if (judge(payload)) return null;
  const { instancePath, message } = judge.errors[0];
  return `${instancePath} ${message}`;
}
