// How messages show values. `_json/display.py` has the same words: change both. Here text beyond ASCII stays readable.

const LONGEST_SHOWN = 80;

/** The JSON type of a value with its article. */
export function some(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  const type = { boolean: "a boolean", string: "a string", number: "a number", bigint: "a number", object: "an object" };
  return type[typeof value];
}

/** A short scalar as JSON, or the type of anything else. Integers are BigInt, and numbers floats, written as in Python. */
export function quoted(value) {
  if (typeof value === "object" && value !== null) return some(value);
  const text = typeof value === "bigint" ? String(value) : typeof value === "number" ? float(value) : JSON.stringify(value);
  return inAscii(text).length <= LONGEST_SHOWN ? text : some(value);
}

/** A text as Python's `json` writes it: what is not ASCII becomes an escape, which makes it longer. */
const inAscii = (text) => text.replaceAll(/[^ -~]/g, "\\u0000");

/** A float as Python writes it: with a point, and an exponent from 1e+16 on and below 1e-04. */
function float(number) {
  const [digits, exponent] = number.toExponential().split("e");
  if (number === 0) return Object.is(number, -0) ? "-0.0" : "0.0";
  if (exponent >= 16 || exponent < -4) return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
  return Number.isInteger(number) ? `${number}.0` : String(number);
}
