// Applies a JSON Patch (RFC 6902), with the operations that the fixtures use.

/** A patched copy of the payload. Throws an Error for any other operation. */
export function patched(payload, patch) {
  const whole = { "": structuredClone(payload) }; // in an object, so that the payload itself can be replaced too
  const place = (pointer) => {
    const parts = pointer.split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
    return { holder: parts.slice(0, -1).reduce((value, part) => value[part], whole), key: parts.at(-1) };
  };
  const add = ({ holder, key }, value) => {
    if (Array.isArray(holder)) holder.splice(key === "-" ? holder.length : Number(key), 0, value);
    else holder[key] = value;
  };
  const remove = ({ holder, key }) => {
    const value = holder[key];
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete holder[key];
    return value;
  };
  for (const { op, path, from, value } of patch) {
    const added = op === "move" ? remove(place(from)) : value;
    const at = place(path);
    if (op === "add" || op === "move") add(at, added);
    else if (op === "remove") remove(at);
    else if (op === "replace") at.holder[at.key] = value;
    else throw new Error(`Unsupported patch operation: ${op}`);
  }
  return whole[""];
}
