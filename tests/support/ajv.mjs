// Validates payloads against bundles with ajv at its default options, as a service in another language would.
// Reads {"bundles": {name: schema}, "payloads": [[bundle name, payload], …], "formats": whether to add ajv-formats} and
// writes one verdict per payload.
import { readFileSync } from "node:fs";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const { bundles, payloads, formats } = JSON.parse(readFileSync(0, "utf8"));
const complaints = [];
const complain = (message) => complaints.push(String(message));
const options = { logger: { log: complain, warn: complain, error: complain } };
const compile = (schema) => {
  const ajv = schema.$schema.includes("draft-07") ? new Ajv(options) : new Ajv2020(options);
  return (formats ? addFormats(ajv) : ajv).compile(schema);
};
const validators = Object.fromEntries(
  Object.entries(bundles).map(([name, schema]) => [name, compile(schema)]),
);
const verdicts = payloads.map(([name, payload]) => validators[name](payload));
process.stdout.write(JSON.stringify({ verdicts, complaints }));
