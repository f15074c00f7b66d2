// Validates the payloads of a vendored folder with one validator of Node at its default options, and compares the
// verdicts with those of the folder. Usage: node validate.mjs ajv|ajv-formats|cfworker|hyperjump FOLDER
import { readFileSync } from "node:fs";
import { join } from "node:path";

const [name, folder] = process.argv.slice(2);
const read = (path) => JSON.parse(readFileSync(join(folder, path), "utf8"));
const { profile, draft } = read("junction-webhooks.lock.json").options;

const makers = {
  async ajv() {
    const { default: Ajv } = await import(draft === "07" ? "ajv" : "ajv/dist/2020.js");
    return (schema) => new Ajv().compile(schema);
  },
  async "ajv-formats"() {
    const { default: Ajv } = await import(draft === "07" ? "ajv" : "ajv/dist/2020.js");
    const { default: addFormats } = await import("ajv-formats");
    return (schema) => addFormats(new Ajv()).compile(schema);
  },
  async cfworker() {
    const { Validator } = await import("@cfworker/json-schema");
    return (schema) => {
      const validator = new Validator(schema, draft === "07" ? "7" : draft);
      return (payload) => validator.validate(payload).valid;
    };
  },
  async hyperjump() {
    const { registerSchema, validate } = await import(`@hyperjump/json-schema/draft-${draft}`);
    return async (schema, number) => {
      const id = `https://local.example/${number}`;
      registerSchema({ ...schema, $id: id });
      const isValid = await validate(id);
      return (payload) => isValid(payload).valid;
    };
  },
};

/** The schema of an entry: a file, or a part of one, which the pointer after # names. */
function schemaOf(reference) {
  const [path, pointer] = reference.split("#");
  const { oneOf, ...rest } = read(path);
  return pointer === undefined ? read(path) : { ...rest, allOf: [{ $ref: `#${pointer}` }] };
}

const index = read("fixtures/index.json").payloads.map((entry) => [entry, read(entry.file)]);
const lines = read("fixtures/index.json").rules.flatMap((path) => readFileSync(join(folder, path), "utf8").trim().split("\n"));
const rules = lines.map((line) => JSON.parse(line));
const cases = [...index, ...rules.map((rule) => [rule, rule.payload])];
const compile = await makers[name]();
const validators = new Map();
let differing = 0;
for (const [entry, payload] of cases) {
  if (!validators.has(entry.schema)) validators.set(entry.schema, await compile(schemaOf(entry.schema), validators.size));
  if (validators.get(entry.schema)(payload) === entry[profile]) continue;
  differing += 1;
  console.log(`${name}: expected ${entry[profile]}: ${entry.file ?? JSON.stringify(entry.violations)}`);
}
console.log(`${name}, ${profile}, draft ${draft}: ${cases.length} payloads, ${differing} other verdicts`);
process.exitCode = differing === 0 && cases.length > 0 ? 0 : 1;
