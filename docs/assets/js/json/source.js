// A text that was found inside another one, and where each part of it is there. `place(start, end)` is that place.

const ESCAPE = /\\(?:u[0-9a-fA-F]{4}|[^])/g;

export const whole = (text) => ({ text, place: (start, end) => [start, end] });

/** A part of a source, unchanged. */
export const slice = (source, start, end) => ({
  text: source.text.slice(start, end),
  place: (from, to) => source.place(start + from, start + to),
});

/** The text in the JSON string from `start` to `end` of a source. */
export function unquoted(source, start, end) {
  const inner = source.text.slice(start + 1, end - 1);
  const text = JSON.parse(source.text.slice(start, end));
  // Where each escape begins in the text, and how many characters of the source it and those before it have in excess.
  const escapes = [];
  let excess = 0;
  for (const { 0: written, index } of inner.matchAll(ESCAPE)) {
    escapes.push({ at: index - excess, excess: (excess += written.length - 1) });
  }
  const outside = (index) => start + 1 + index + (escapes[lastBefore(escapes, index)]?.excess ?? 0);
  return { text, place: (from, to) => source.place(outside(from), outside(to)) };
}

/** A text that was decoded from a part of a source in a way that leaves no places: it is all over that part. */
export const decoded = (source, start, end, text) => ({ text, place: () => source.place(start, end) });

/** A text of which the character at each index began at `starts[index]` of a source. */
export const mapped = (source, text, starts) => ({
  text,
  place: (from, to) => source.place(starts[from] ?? source.text.length, starts[to] ?? source.text.length),
});

/** The last of the escapes that begin before an index. */
function lastBefore(escapes, index) {
  let [low, high] = [0, escapes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (escapes[middle].at < index) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
