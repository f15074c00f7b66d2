// Validates payloads in Node, with vendored schemas.

import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";

const ajv = new Ajv();
const validators = new Map();
for (const name of [
  "labtest.order.created",
  "labtest.order.updated",
  "labtest.appointment.created",
  "labtest.appointment.updated",
  "labtest.result.critical",
  "labtest.match_review.created",
  "labtest.match_review.updated",
  "labtest.order_tracking.updated",
]) {
  const schema = readFileSync(`contracts/junction/schemas/${name}.json`);
  validators.set(name, ajv.compile(JSON.parse(schema)));
}

/** Whether the contract has the event that a payload says it is. */
export const isKnown = (payload) => validators.has(payload?.event_type);

/** The first error in a payload, or null if it is valid. */
export function firstError(payload) {
  // With the schema of all events, errors would also say why the payload is not one of the other events.
  const isValid = validators.get(payload?.event_type);
  if (!isValid) return "an event outside the contract";
  if (isValid(payload)) return null;
  const { instancePath, message } = isValid.errors[0];
  return `${instancePath} ${message}`;
}
