// Finds anything unusual in the history of an order or an appointment. `check_history` of the Python package reports the
// same findings in the same words: change both.

import FAMILIES from "../../built/families.js";
import { lineOf } from "../json/positions.js";
import { placeOf, read, Unreadable } from "../json/read.js";
import { instantOf } from "./instants.js";
import { quoted } from "./quoted.js";

/**
 * The findings on a body of text, each with its line and place; null if there is no event in it whose history could be
 * checked. With `eventType`, the body may be what belongs under the `data` of that event.
 */
export function checkHistory(text, { eventType = null } = {}) {
  let body;
  try {
    body = read(text);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return null;
  }
  const subject = subjectOf(body.exact, eventType);
  if (!subject) return null;
  return [...findings(subject)].map((finding) => {
    const [start, end] = placeOf(body.spans, finding.path, text);
    return { ...finding, line: lineOf(text, start), start, end };
  });
}

/** The family of a payload, its data, and the pointer to them; null if no family has such an event. */
function subjectOf(payload, eventType) {
  if (!isObject(payload)) return null;
  if (!("event_type" in payload || "data" in payload)) {
    const family = recognized(payload) ?? FAMILIES.find(({ classes }) => eventType in classes);
    return family ? { family, data: payload, pointer: "" } : null;
  }
  const type = payload.event_type;
  const prefix = typeof type === "string" ? type.slice(0, Math.max(0, type.lastIndexOf("."))) : null;
  const family = FAMILIES.find((each) => each.prefix === prefix);
  return family && isObject(payload.data) ? { family, data: payload.data, pointer: "/data" } : null;
}

/** The family whose data this looks like. If several fit, the one with the most properties in common. */
function recognized(data) {
  const likely = FAMILIES.filter(({ typical }) => typical.length && typical.every((name) => name in data));
  const common = ({ known }) => known.filter((name) => name in data).length;
  return likely.reduce((best, each) => (best && common(best) >= common(each) ? best : each), undefined);
}

function* findings({ family, data, pointer }) {
  const { history, modality, lifecycle } = family;
  if (!history) {
    yield finding(pointer, "no_history", "info", "has no history: there is nothing to check");
    return;
  }
  const place = `${pointer}/${history.entries}`;
  const entries = Array.isArray(data[history.entries]) ? data[history.entries].filter(isObject) : [];
  const given = modality?.path.reduce((value, name) => (isObject(value) ? value[name] : null), data) ?? null;
  if (given !== null && given !== modality.walkIn)
    yield finding([pointer, ...modality.path].join("/"), "other_modality", "info", "is not a walk-in: its statuses are not checked");
  else if (lifecycle) yield* statuses(lifecycle, entries, place);
  yield* times(entries, place);
  yield* repetitions(history, data, entries, pointer);
  if (!history.transaction) return;
  yield* redraws(data, entries, place);
  const transaction = data[history.transaction];
  if (isObject(transaction) && Array.isArray(transaction.orders))
    yield* transactions(transaction.orders, data, entries, `${pointer}/${history.transaction}`);
}

const finding = (path, rule, severity, message) => ({ path, rule, severity, message });

function* statuses(lifecycle, entries, place) {
  const isState = (status) => typeof status === "string" && Object.hasOwn(lifecycle, status);
  const given = entries.map(({ status }) => status ?? null);
  for (const [number, status] of given.entries()) {
    const path = `${place}/${number}/status`;
    if (!isState(status)) yield finding(path, "unknown_status", "warning", `is ${quoted(status)}, not a known status`);
    else if (number === 0 && !lifecycle[status].initial)
      yield finding(path, "unexpected_start", "warning", `is ${quoted(status)}: no history starts with it`);
  }
  for (const [number, target] of given.entries()) {
    const source = given[number - 1];
    if (!isState(source) || !isState(target) || lifecycle[source].next.includes(target)) continue;
    // A quiescent order can be reinstated by Junction's support.
    const severity = lifecycle[source].finality === "quiescent" ? "info" : "warning";
    const message = `is ${quoted(target)} after ${quoted(source)}: no documented transition`;
    yield finding(`${place}/${number}/status`, "undocumented_transition", severity, message);
  }
}

function* times(entries, place) {
  const instants = entries.map((entry) => instantOf(entry.created_at));
  for (const [number, later] of instants.entries()) {
    const earlier = instants[number - 1] ?? null;
    if (earlier !== null && later !== null && later < earlier)
      yield finding(`${place}/${number}/created_at`, "time_goes_back", "error", "is before the entry above it");
  }
}

/** A finding for each property that should repeat the newest entry and does not. */
function* repetitions(history, data, entries, pointer) {
  const newest = entries.at(-1);
  const repeated = history.lastEntry ? data[history.lastEntry] : null;
  if (isObject(repeated) && !isRepeated(newest ?? {}, repeated))
    yield finding(`${pointer}/${history.lastEntry}`, "last_event_differs", "error", "is not the newest entry of the history");
  if (!newest) return;
  const expected = (history.statusIsHighLevel ? levels(newest.status)[0] : newest.status) ?? null;
  if (history.statusIsHighLevel && expected === null) return;
  const status = data[history.status] ?? null;
  if (status !== null && !isEqual(status, expected)) {
    const message = `is ${quoted(status)}, but the newest entry says ${quoted(expected)}`;
    yield finding(`${pointer}/${history.status}`, "status_differs", "error", message);
  }
}

function* redraws(data, entries, place) {
  if (data.origin !== "redraw") return;
  for (const [number, { status }] of entries.entries())
    if (levels(status)[1] === "redraw_available")
      yield finding(`${place}/${number}/status`, "second_redraw", "warning", "offers a redraw of a redraw");
}

function* transactions(orders, data, entries, place) {
  const isOwn = (order) => isObject(order) && isEqual(order.id ?? null, data.id ?? null);
  if (!orders.some(isOwn)) yield finding(`${place}/orders`, "transaction_lacks_order", "error", "does not list the order itself");
  const [, lowLevel] = levels(entries.at(-1)?.status);
  for (const [number, order] of orders.entries()) {
    const listed = isOwn(order) ? (order.low_level_status ?? null) : null;
    if (lowLevel === null || listed === null || isEqual(listed, lowLevel)) continue;
    const message = `is ${quoted(listed)}, but the order's newest entry says ${quoted(lowLevel)}`;
    yield finding(`${place}/orders/${number}/low_level_status`, "transaction_differs", "error", message);
  }
}

/** The first and the last part of a status of three parts; null for both if it has another form. */
function levels(status) {
  const parts = typeof status === "string" ? status.split(".") : [];
  return parts.length === 3 ? [parts[0], parts[2]] : [null, null];
}

/** Whether two entries say the same. Null and missing count as equal, and times are compared as instants. */
function isRepeated(entry, repeated) {
  const names = new Set([...Object.keys(entry), ...Object.keys(repeated)]);
  names.delete("created_at");
  const time = ({ created_at: text }) => instantOf(text) ?? text ?? null;
  return isEqual(time(entry), time(repeated)) && [...names].every((name) => isEqual(entry[name] ?? null, repeated[name] ?? null));
}

/** Equality as in Python: of numbers by value, of anything else by its parts. */
function isEqual(one, other) {
  if (isNumber(one) && isNumber(other)) return one == other; // an integer and a float may be equal
  if (Array.isArray(one) || Array.isArray(other))
    return Array.isArray(one) && Array.isArray(other) && one.length === other.length && one.every((each, at) => isEqual(each, other[at]));
  if (!isObject(one) || !isObject(other)) return one === other;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => name in other && isEqual(one[name], other[name]));
}

/** Python's booleans are numbers, too. */
const isNumber = (value) => ["number", "bigint", "boolean"].includes(typeof value);

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
