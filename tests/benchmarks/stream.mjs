// The same stream for ajv: `node stream.mjs STREAM BUNDLES`. Prints the processor time for each body in seconds, the same
// for `JSON.parse`, and how many bodies conform, drift and are rejected.
import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const [stream, bundles] = process.argv.slice(2);
const bodies = readFileSync(stream, "utf8").split("\n");
const ajv = addFormats(new Ajv2020({ logger: false }));
const validators = new Map(
  Object.entries(JSON.parse(readFileSync(bundles, "utf8"))).map(([eventType, pair]) => [eventType, pair.map((bundle) => ajv.compile(bundle))]),
);
const verdict = (body) => {
  let payload;
  try {
    payload = JSON.parse(body);
  } catch {
    return "rejected";
  }
  const found = validators.get(payload?.event_type);
  if (!found) return "rejected";
  return found[0](payload) ? "conforms" : found[1](payload) ? "drifts" : "rejected";
};
const seconds = (call) => {
  const start = process.cpuUsage();
  for (const body of bodies) {
    try {
      call(body);
    } catch {}
  }
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6 / bodies.length;
};
const counts = { conforms: 0, drifts: 0, rejected: 0 };
for (const body of bodies) counts[verdict(body)] += 1;
seconds(JSON.parse);
process.stdout.write(JSON.stringify({ seconds: seconds(verdict), baseline: seconds(JSON.parse), counts }));
