// Checks bodies with the modules of the page that validates in the browser.
// Reads {"modules": the path of check.js, "bodies": [[text, event type or null], …]}, writes one report per body.
import { readFileSync } from "node:fs";

const { modules, bodies } = JSON.parse(readFileSync(0, "utf8"));
const { check } = await import(modules);
process.stdout.write(JSON.stringify(bodies.map(([text, eventType]) => check(text, { eventType }))));
