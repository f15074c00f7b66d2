// Runs verifiers of Node over the vectors of a vendored folder, and the recipe `validate.mjs` over its fixtures. It
// must be in one folder with the recipes. Usage: node run.mjs FOLDER
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Webhook as StandardWebhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import { isKnown, firstError } from "./validate.mjs";
import { verify } from "./verify.mjs";

const folder = process.argv[2];
const read = (path) => JSON.parse(readFileSync(join(folder, path), "utf8"));
const signed = (secret, id, time, body) =>
  createHmac("sha256", Buffer.from(secret.slice("whsec_".length), "base64")).update(`${id}.${time}.${body}`).digest("base64");

/** The headers of a vector, signed now, under the names that a verifier knows. */
function headersOf(vector, prefix, now) {
  const fill = (text) =>
    vector.signed.reduce(
      (filled, { signed_with, offset, body }, at) =>
        filled.replaceAll(`{${at}}`, signed(signed_with, vector.id, now + offset, body)),
      text.replaceAll("{timestamp}", String(now + vector.offset)),
    );
  const pairs = Object.entries(vector.headers).map(([name, text]) => [name.replace(/^(svix|webhook)/i, prefix), fill(text)]);
  return Object.fromEntries(pairs);
}

/** One secret at a time, since these libraries take one: a delivery is valid if it is with any. */
const withEach = (Class) => (body, headers, ...secrets) => {
  const errors = [];
  for (const secret of secrets)
    try {
      return new Class(secret).verify(body, headers);
    } catch (error) {
      errors.push(error);
    }
  throw errors[0];
};

const verifiers = [
  ["verify.mjs", verify, "svix", "relative"],
  ["svix", withEach(SvixWebhook), "svix", "relative"],
  ["svix", withEach(SvixWebhook), "webhook", "webhook_headers"],
  ["standardwebhooks", withEach(StandardWebhook), "webhook", "webhook_headers"],
  ["standardwebhooks", withEach(StandardWebhook), "webhook", "relative"],
];
const counts = [];
let wrong = 0;
function expect(name, actual, expected) {
  if (actual === expected) return;
  wrong += 1;
  console.log(`not as expected: ${name}: ${actual}`);
}
for (const [name, verifier, prefix, group] of verifiers) {
  const { vectors } = read(`signatures/${group}.json`);
  for (const vector of vectors) {
    let outcome = "valid";
    try {
      const headers = headersOf(vector, prefix, Math.floor(Date.now() / 1000));
      verifier(Buffer.from(vector.body), headers, ...vector.secrets);
    } catch {
      outcome = "invalid";
    }
    expect(`${name}, ${group}: ${vector.name}`, outcome, vector.outcome);
  }
  counts.push(`${name} ${group} ${vectors.length}`);
}
// At the time of the vectors, with a clock that stands still.
const { vectors } = read("signatures/clock_free.json");
const clock = Date.now;
for (const vector of vectors) {
  Date.now = () => vector.timestamp * 1000;
  let outcome = "valid";
  try {
    verify(Buffer.from(vector.body), vector.headers, ...vector.secrets);
  } catch {
    outcome = "invalid";
  }
  expect(`verify.mjs, clock_free: ${vector.name}`, outcome, vector.outcome);
}
Date.now = clock;
counts.push(`verify.mjs clock_free ${vectors.length}`);

const { payloads, rules } = read("fixtures/index.json");
const lines = rules.flatMap((path) => readFileSync(join(folder, path), "utf8").trim().split("\n").map((line) => JSON.parse(line)));
const cases = [...payloads.map((each) => [each, read(each.file)]), ...lines.map((each) => [each, each.payload])];
let validated = 0;
for (const [entry, payload] of cases) {
  // A payload without an envelope, or with another event type, is outside this recipe.
  if (!isKnown(payload) || !entry.schema.includes(payload.event_type)) continue;
  validated += 1;
  expect(entry.file ?? JSON.stringify(entry.violations), firstError(payload) === null, entry.tolerant);
}
counts.push(`validate.mjs ${validated}`);
console.log(`${counts.join(", ")}: ${wrong} not as expected`);
process.exitCode = wrong === 0 ? 0 : 1;
