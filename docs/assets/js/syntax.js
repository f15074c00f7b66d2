// The place of the first mistake in a text that is not JSON, as Python's `json` reports it. Browsers phrase their messages
// differently, and some give no place.

const SPACE = /[ \t\n\r]*/y;
const STRING_START = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;

/** The index of the first character that cannot continue the JSON before it. No recursion: nesting has no limit. */
export function mistakeAt(text) {
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
    if (awaits === "end" && open.length === 0) return at;
    if (awaits === "end") {
      if (next === open.at(-1)) open.pop();
      else if (next === ",") awaits = inObject ? "key" : "value";
      else return at;
      at += 1;
    } else if (awaits === "key" || awaits === "key or close") {
      if (awaits === "key or close" && next === "}") {
        open.pop();
        at += 1;
        awaits = "end";
      } else {
        if (!skip(STRING)) return insideString(text, at);
        skip(SPACE);
        if (text[at] !== ":") return at;
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
    } else if (skip(STRING) || skip(SCALAR)) awaits = "end";
    else return insideString(text, at);
  }
}

/** The first character that a string must not have; the place itself if no string starts there, or it does not end. */
function insideString(text, at) {
  STRING_START.lastIndex = at;
  return STRING_START.test(text) && STRING_START.lastIndex < text.length ? STRING_START.lastIndex : at;
}
