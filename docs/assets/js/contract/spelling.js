// Finds the known name that a misspelled one means. `validation/_suggestions.py` has the same rule: change both.

const SHORT = 3;

/** The known name that this one misspells; undefined if there is none, or two are equally near. */
export function meant(name, known) {
  // A misspelling has at most one letter more per word, and some separators.
  if ([...name].length > 2 * Math.max(0, ...known.map((other) => other.length)) + SHORT) return undefined;
  const near = known.map((other) => [slips(name, other), other]).filter(([count]) => count !== null);
  const fewest = Math.min(...near.map(([count]) => count));
  const nearest = near.filter(([count]) => count === fewest);
  return nearest.length === 1 ? nearest[0][1] : undefined;
}

/** The absent name that has words more or fewer than this one, at one end; undefined unless exactly one does. */
export function extended(name, absent) {
  const akin = absent.filter((other) => endsAlike(words(name), words(other)));
  return akin.length === 1 ? akin[0] : undefined;
}

function endsAlike(all, others) {
  const [fewer, more] = [all, others].sort((a, b) => a.length - b.length);
  const { length } = fewer;
  if (!length || length === more.length) return false;
  return [more.slice(0, length), more.slice(-length)].some((end) => end.join() === fewer.join());
}

/** The number of words that differ by a slip; null if any word is a different word. */
function slips(name, other) {
  const [all, others] = [words(name), words(other)];
  if (all.join("") === others.join("")) return 0;
  if (all.length !== others.length) return null;
  const differing = all.flatMap((word, index) => (word === others[index] ? [] : [[word, others[index]]]));
  return differing.every(([word, right]) => isSlip(word, right)) ? differing.length : null;
}

const words = (name) => name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase().match(/[a-z0-9]+/g) ?? [];

/** True if one letter is missing, added or wrong, or two are swapped. Never true of short words: too many are alike. */
function isSlip(word, other) {
  if (Math.max(word.length, other.length) <= SHORT) return false;
  const [left, right] = unlike(...unlike(word, other));
  return Math.max(left.length, right.length) === 1 || (left.length === 2 && left === reversed(right));
}

/** Both words without their common beginning, reversed. Applied twice, it leaves only the parts that differ. */
function unlike(word, other) {
  let start = 0;
  while (start < word.length && word[start] === other[start]) start += 1;
  return [word, other].map((each) => reversed(each.slice(start)));
}

const reversed = (text) => [...text].reverse().join("");
