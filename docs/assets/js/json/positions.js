// Where an index of a text is, as Python counts it: lines and columns from 1, and a character outside the basic plane is
// one column, not two.

let last = { text: null, starts: [] }; // many places of one text are asked for in turn

/** The line of an index. */
export function lineOf(text, index) {
  const starts = lineStarts(text);
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= index) low = middle;
    else high = middle;
  }
  return high;
}

/** The line and column of an index. */
export function positionOf(text, index) {
  const line = lineOf(text, index);
  return { line, column: [...text.slice(lineStarts(text)[line - 1], index)].length + 1 };
}

function lineStarts(text) {
  if (last.text === text) return last.starts;
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  last = { text, starts };
  return starts;
}
