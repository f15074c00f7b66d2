// The place of the first mistake in a text that is not JSON, as Python's `json` reports it. Browsers phrase their messages
// differently, and some give no place.

const SPACE = /[ \t\n\r]*/y;
const STRING_START = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const OPEN_STRING = /^(?:"(?:[^"\\\u0000-\u001f]|\\[^])*|\\?u[0-9a-fA-F]{0,4})\\?$/;
const CONSTANT = /(?:NaN|-?Infinity)/y;
const LAST_ESCAPE = /[^\\](?:\\\\)*\\u[0-9a-fA-F]{4}$/;
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;

/**
 * `{ index, numbers, constant }`: the index of the first character that cannot continue the JSON before it, the numbers up
 * to there, as they are written, and what is there if it is a constant that other parsers accept as a value. No recursion:
 * nesting has no limit.
 */
export function mistake(text) {
  const numbers = [];
  const { index, isValue } = mistakeAt(text, numbers);
  CONSTANT.lastIndex = index;
  return { index, numbers, constant: isValue ? CONSTANT.exec(text)?.[0] : undefined };
}

/** Whether a text is the beginning of JSON whose end is missing: such a body was cut off. */
export function endsTooEarly(text) {
  const { index } = mistake(text);
  const rest = text.slice(index).trimEnd();
  if (!rest) return text.trim() !== "";
  return OPEN_STRING.test(rest) || /^(?:[-.]|[eE][+-]?)$/.test(rest) || ["true", "false", "null"].some((word) => word.startsWith(rest));
}

function mistakeAt(text, numbers) {
  let at = 0;
  const skip = (pattern) => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  const open = []; // the closing brackets that are awaited, innermost last
  let awaits = "value";
  for (;;) {
    skip(SPACE);
    const next = text[at];
    const inObject = open.at(-1) === "}";
    if (awaits === "end" && open.length === 0) return { index: at };
    if (awaits === "end") {
      if (next === open.at(-1)) open.pop();
      else if (next === ",") awaits = inObject ? "key" : "value";
      else return { index: at };
      at += 1;
    } else if (awaits === "key" || awaits === "key or close") {
      if (awaits === "key or close" && next === "}") {
        open.pop();
        at += 1;
        awaits = "end";
      } else {
        if (!skip(STRING)) return { index: insideString(text, at) };
        skip(SPACE);
        if (text[at] !== ":") return { index: at };
        at += 1;
        awaits = "value";
      }
    } else if (awaits === "value or close" && next === "]") {
      open.pop();
      at += 1;
      awaits = "end";
    } else if (next === "{" || next === "[") {
      open.push(next === "{" ? "}" : "]");
      at += 1;
      awaits = next === "{" ? "key or close" : "value or close";
    } else {
      const start = at;
      if (!skip(STRING) && !skip(SCALAR)) return { index: insideString(text, at), isValue: true };
      if (/[-0-9]/.test(next)) numbers.push(text.slice(start, at));
      awaits = "end";
    }
  }
}

/**
 * The first character that a string must not have; the place itself if no string starts there, or it does not end. Python
 * points at the `u` of an escape that is not complete, and needs a character after one that is.
 */
function insideString(text, at) {
  STRING_START.lastIndex = at;
  if (!STRING_START.test(text)) return at;
  const end = STRING_START.lastIndex;
  if (end === text.length) return LAST_ESCAPE.test(text.slice(at)) ? end - "u0000".length : at;
  const rest = text.slice(end, end + 2);
  if (rest === "\\") return at;
  return rest === "\\u" ? end + 1 : end;
}
