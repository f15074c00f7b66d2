// Runs modules of the site without a browser. Reads {"modules": their folder, "does": what to do, "inputs": […]} and
// writes one result per input.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { modules, does, inputs } = JSON.parse(readFileSync(0, "utf8"));
const load = (name) => import(pathToFileURL(`${modules}/js/${name}.js`));

const OPERATIONS = {
  /** The report on `[text, event type or null]`. */
  async check() {
    const { check } = await load("contract/check");
    return ([text, eventType]) => check(text, { eventType });
  },
  /** The findings on the history in a text, null if there is none to check. */
  async history() {
    const { checkHistory } = await load("contract/history");
    return (text) => checkHistory(text);
  },
  /** What is inside a text: each payload with its pointer, and where its first and its last character are. */
  async unwrap() {
    const { unwrapped } = await load("report/unwrap");
    const place = ({ text, place }) => [place(0, 1)[0], place(text.length - 1, text.length)[1]];
    return (text) => {
      const inside = unwrapped(text);
      return inside && {
        what: inside.what,
        payloads: inside.payloads.map(({ source, pointer }) => ({ text: source.text, pointer, place: place(source) })),
      };
    };
  },
  /** The places in a text of all properties of the first payload inside it. */
  async places() {
    const { unwrapped } = await load("report/unwrap");
    const { read } = await load("json/read");
    return (text) => {
      const [{ source }] = unwrapped(text).payloads;
      const { spans } = read(source.text);
      return [...spans].map(([pointer, { start, end }]) => [pointer, source.text.slice(start, end), source.place(start, end)]);
    };
  },
  /** Whether a text is the beginning of JSON whose end is missing. */
  async cut() {
    const { endsTooEarly } = await load("json/syntax");
    return (text) => endsTooEarly(text);
  },
  /** The headers of a body signed with a secret, or the message of what is thrown. */
  async sign() {
    const { sign } = await load("sign");
    return async ([body, secret]) => sign(body, secret).catch((error) => error.message);
  },
};

const operation = await OPERATIONS[does]();
const results = [];
for (const input of inputs) results.push(await operation(input));
process.stdout.write(JSON.stringify(results));
