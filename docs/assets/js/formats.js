// The string formats of the schemas. `_jsonschema/formats.py` has the same rules: change both.

const DATE = /^(?<year>[0-9]{4})-(?<month>[0-9]{2})-(?<day>[0-9]{2})$/;
const DATE_TIME = new RegExp(
  "^(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]" +
    "(?<hour>[01][0-9]|2[0-3]):(?<minute>[0-5][0-9]):(?<second>[0-5][0-9]|60)(?:[.][0-9]+)?" +
    "(?:[Zz]|(?<sign>[+-])(?<offsetHour>[01][0-9]|2[0-3]):(?<offsetMinute>[0-5][0-9]))$",
);
const UUID = /^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/;
const LAST_MINUTE = 23 * 60 + 59;

function isDate(text) {
  const found = DATE.exec(text)?.groups;
  if (!found) return false;
  const [year, month, day] = [found.year, found.month, found.day].map(Number);
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

function isDateTime(text) {
  const found = DATE_TIME.exec(text)?.groups;
  if (!found || !isDate(found.date)) return false;
  if (found.second !== "60") return true;
  const offset = found.sign ? Number(found.offsetHour) * 60 + Number(found.offsetMinute) : 0;
  const local = Number(found.hour) * 60 + Number(found.minute);
  const minutes = found.sign === "-" ? local + offset : local - offset;
  return (minutes + 1440) % 1440 === LAST_MINUTE;
}

export const formats = { date: isDate, "date-time": isDateTime, uuid: (text) => UUID.test(text) };

export const codePoints = (text) => [...text].length;
