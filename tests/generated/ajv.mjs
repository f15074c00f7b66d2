// Judges payloads by bundles with ajv's default options, as a service in another language would.
// Reads {"bundles": {name: schema}, "payloads": [[bundle name, payload], …]} and writes one verdict a payload.
import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const { bundles, payloads } = JSON.parse(readFileSync(0, "utf8"));
const complaints = [];
const complain = (message) => complaints.push(String(message));
const ajv = new Ajv2020({ logger: { log: complain, warn: complain, error: complain } });
addFormats(ajv);
const validators = Object.fromEntries(
  Object.entries(bundles).map(([name, schema]) => [name, ajv.compile(schema)]),
);
const verdicts = payloads.map(([name, payload]) => validators[name](payload));
process.stdout.write(JSON.stringify({ verdicts, complaints }));
