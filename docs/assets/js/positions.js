// Where an index of a text is, as Python counts it: lines and columns from 1, and a character outside the basic plane is
// one column, not two.

/** The line and column of an index. */
export function positionOf(text, index) {
  const before = text.slice(0, index);
  const start = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: [...before.slice(start)].length + 1 };
}
