// Payloads written as a change to another one: JSON Patch (RFC 6902), with the operations that the fixtures use.

/** The payload after the patch. Throws an Error for an operation that no fixture uses. */
export function patched(payload, patch) {
  const whole = { "": structuredClone(payload) }; // so that the payload, too, stands in an object
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
    else throw new Error(`The patch has an operation that no fixture uses: ${op}`);
  }
  return whole[""];
}
