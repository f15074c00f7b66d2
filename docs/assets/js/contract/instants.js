// Instants of timestamps, as `parse_timestamp` of the Python package reads them: change both.

import FORMAT_OF from "../../built/formats.js";

const [[PATTERN]] = Object.entries(FORMAT_OF).filter(([, format]) => format === "date-time");
const DATE_TIME = new RegExp(PATTERN);
const PARTS = /^(.{19})(?:[.](\d+))?(.+)$/;

/**
 * The instant of a timestamp in UTC, to the microsecond, as text that can be compared. Null if it is not a timestamp, or
 * not within the years 1 to 9999 in UTC.
 */
export function instantOf(text) {
  if (typeof text !== "string" || !DATE_TIME.test(text)) return null;
  const [, seconds, fraction = "", offset] = PARTS.exec(text.toUpperCase());
  const utc = new Date(seconds + offset).toISOString();
  if (!/^\d{4}-/.test(utc) || utc.startsWith("0000")) return null;
  return `${utc.slice(0, 19)}.${fraction.slice(0, 6).padEnd(6, "0")}Z`;
}
