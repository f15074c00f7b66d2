// Python literals as JSON: what `repr`, `print` and `pprint` write of dicts, lists, texts and numbers.

import { mapped } from "./source.js";

const TOKEN = /([bu]?)('(?:[^'\\]|\\[^])*'|"(?:[^"\\]|\\[^])*")|[A-Za-z_][\w.]*|[^\s'"A-Za-z_]|\s+/g;
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^]))|[^]/g;
const ESCAPES = { n: "\n", t: "\t", r: "\r", "\n": "", "\\": "\\", "'": "'", '"': '"' };
const NAMES = { True: "true", False: "false", None: "null" };
const LAST_POINT = 0x10ffff; // of Unicode
const LITERAL = /^\s*(?:[bu]?['"]|[{[(])/;

/** A source of JSON made of a source of Python, null if that is not a literal. Calls, such as of `datetime`, become text. */
export function fromPython(source) {
  if (!LITERAL.test(source.text)) return null;
  const written = [];
  const write = (text, start) => written.push({ text, start });
  const tokens = [...source.text.matchAll(TOKEN)].filter(({ 0: token }) => token.trim());
  const opened = []; // whether each open bracket is a tuple's, and where in `written` it is
  for (let at = 0; at < tokens.length; at += 1) {
    const { 0: token, 1: prefix, 2: string, index } = tokens[at];
    const next = tokens[at + 1]?.[0];
    if (string) {
      // Adjacent strings are one, as `pprint` writes a long one.
      const parts = [...characters(prefix, string, index + prefix.length)];
      while (tokens[at + 1]?.[2]) {
        const { 1: kind, 2: more, index: start } = tokens[(at += 1)];
        parts.push(...characters(kind, more, start + kind.length));
      }
      write('"', index);
      for (const part of parts) write(JSON.stringify(part.text).slice(1, -1), part.start);
      write('"', tokens[at].index + tokens[at][0].length - 1);
    } else if (/^[A-Za-z_]/.test(token) && next === "(") {
      const end = closing(tokens, at + 1);
      if (end === undefined) return null;
      write(JSON.stringify(source.text.slice(index, tokens[end].index + 1)), index);
      at = end;
    } else if (token === "(") {
      opened.push({ at: written.length, isGroup: true });
      write("[", index);
    } else if (token === ")") {
      const group = opened.pop();
      if (!group) return null;
      if (group.isGroup && written.length > group.at + 1) written[group.at].text = "";
      else write("]", index);
    } else if (token === "," && /^[\]})]$/.test(next ?? "")) {
      if (opened.length && next === ")") opened.at(-1).isGroup = false;
    } else {
      if (token === "[" || token === "{") opened.push({});
      else if (token === "]" || token === "}") opened.pop();
      else if (token === "," && opened.length) opened.at(-1).isGroup = false;
      write(Object.hasOwn(NAMES, token) ? NAMES[token] : token, index);
    }
  }
  const text = written.map((each) => each.text).join("");
  return mapped(source, text, written.flatMap((each) => Array(each.text.length).fill(each.start)));
}

/** The index of the token that closes the bracket at an index. */
function closing(tokens, at) {
  let depth = 0;
  for (let index = at; index < tokens.length; index += 1) {
    if ("([{".includes(tokens[index][0])) depth += 1;
    else if (")]}".includes(tokens[index][0]) && (depth -= 1) === 0) return index;
  }
  return undefined;
}

/** The characters of a string literal, each with its start in the text. Those of bytes are read as UTF-8. */
function* characters(prefix, literal, start) {
  const found = [...literal.slice(1, -1).matchAll(ESCAPE)].map(({ 0: written, 1: hex, 2: four, 3: eight, 4: other, index }) => {
    const code = hex ?? four ?? eight;
    const point = parseInt(code ?? "", 16);
    const text = point <= LAST_POINT ? String.fromCodePoint(point) : ((other && ESCAPES[other]) ?? written);
    return { text, start: start + 1 + index };
  });
  if (prefix !== "b") return yield* found;
  for (let at = 0; at < found.length; ) {
    const lead = found[at].text.charCodeAt(0);
    const length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    const bytes = found.slice(at, at + length).map((each) => each.text.charCodeAt(0));
    yield { text: new TextDecoder().decode(Uint8Array.from(bytes)), start: found[at].start };
    at += length;
  }
}
