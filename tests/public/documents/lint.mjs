// Lints the OpenAPI and AsyncAPI documents with the tools that other teams use. Nothing is fetched.
// Usage: node lint.mjs FOLDER, where FOLDER has one folder per profile. Exits with 1 at an error or a warning.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import SwaggerParser from "@apidevtools/swagger-parser";
import { Parser } from "@asyncapi/parser";

const here = dirname(fileURLToPath(import.meta.url));
const quiet = { REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true", NO_COLOR: "1" };

function run(name, ...args) {
  const command = join(here, "node_modules", ".bin", name);
  const done = spawnSync(command, args, { encoding: "utf8", cwd: here, env: { ...process.env, ...quiet } });
  return done.status === 0 ? null : done.stdout + done.stderr;
}

async function failure(check) {
  try {
    return await check();
  } catch (error) {
    return String(error);
  }
}

const LINTERS = {
  "swagger-parser": { of: "openapi", lint: (file) => failure(() => SwaggerParser.validate(file).then(() => null)) },
  redocly: { of: "openapi", lint: (file) => run("redocly", "lint", "--config", "redocly.yaml", file) },
  spectral: {
    of: "",
    lint: (file) => run("spectral", "lint", "--ruleset", "spectral.yaml", "--fail-severity", "warn", file),
  },
  "AsyncAPI parser": {
    of: "asyncapi",
    async lint(file) {
      const { document, diagnostics } = await new Parser().parse(readFileSync(file, "utf8"));
      const serious = diagnostics.filter((each) => each.severity <= 1 && each.code !== "asyncapi-info-contact");
      return document && serious.length === 0 ? null : JSON.stringify(serious, null, 1);
    },
  },
};

const folder = resolve(process.argv[2]);
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".json"));
if (files.length === 0) throw new Error(`${folder}: no documents`);
const scratch = mkdtempSync(join(tmpdir(), "documents-"));
for (const [name, { of, lint }] of Object.entries(LINTERS)) {
  for (const path of files.filter((each) => each.includes(`${of}`))) {
    const found = await lint(join(folder, path));
    console.log(`${name}: ${path}: ${found ?? "fine"}`);
    if (found !== null) process.exitCode = 1;
  }
  // A linter that accepts a document without a title would accept anything.
  const path = files.find((each) => each.includes(of));
  const broken = JSON.parse(readFileSync(join(folder, path), "utf8"));
  delete broken.info.title;
  const file = join(scratch, path.split("/").at(-1));
  writeFileSync(file, JSON.stringify(broken));
  if ((await lint(file)) === null) {
    console.log(`${name}: accepts a document without a title`);
    process.exitCode = 1;
  }
}
rmSync(scratch, { recursive: true });
