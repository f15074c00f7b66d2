// The report on one payload, as elements: its verdict, its violations, and what is unusual in its history.

import { check } from "../contract/check.js";
import { checkHistory } from "../contract/history.js";
import { breakable, el } from "../dom.js";

const MEANING = {
  conforms: "Everything in it is documented.",
  drifts: "Something is new, missing or malformed, but a tolerant handler copes.",
  rejected: "It would break a handler, at the places marked as breaking.",
};
const SEVERITY = {
  error: "The payload contradicts itself.",
  warning: "It contradicts Junction's documentation.",
  info: "It is known to happen, though not documented.",
};
const SKIPPED = ["no_history", "other_modality"]; // there is nothing to check, which says all
const MOST_FINDINGS = 1000; // nobody reads more
const SITE = new URL("../../../", import.meta.url);

/** What is found in a payload: the report of `check`, and as `findings` that of `checkHistory`, null if there is none. */
export function reportOn(text, eventType) {
  return { ...check(text, { eventType }), findings: checkHistory(text, { eventType }) };
}

/** The report in a few words: for a screen reader, and for a list of payloads. */
export function inShort({ verdict, violations, truncated, findings }) {
  const breaking = violations.filter((each) => each.breaking).length;
  const found = unusual(findings ?? []);
  const details = [
    ...(violations.length ? [(truncated ? "more than " : "") + counted(violations.length, "violation")] : []),
    ...(breaking ? [`${breaking} breaking`] : []),
    ...(found ? [`${counted(found, "finding")} in its history`] : []),
  ];
  return details.length ? `${verdict}: ${details.join(", ")}` : verdict;
}

/** How many findings there are, without those that only say that there is nothing to check. */
const unusual = (findings) => findings.filter(({ rule }) => !SKIPPED.includes(rule)).length;

export const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** The classes of a verdict, which has another colour if something in the history is unusual. */
export const verdictClass = ({ verdict, findings }) =>
  `jw-verdict jw-verdict-${verdict}${verdict === "conforms" && unusual(findings ?? []) ? " jw-verdict-odd" : ""}`;

/** The elements of a report. `placed(start, end)` is the button that leads to a place in the payload, with its label. */
export function shown(report, placed) {
  const { verdict, violations, truncated, findings, repeated, bare, eventType } = report;
  const checkedAs = eventType ? `Checked as ${eventType}${bare ? ", without its envelope" : ""}. ` : "";
  const isUnknown = violations.some(({ path, keyword }) => path === "/event_type" && keyword === "enum");
  const meaning = isUnknown ? "It is not an event in this contract: store it, and answer 2xx." : MEANING[verdict];
  const breaking = violations.filter((each) => each.breaking).length;
  const some = verdict === "rejected" && breaking < violations.length;
  const share = some ? `${breaking} of ${violations.length} violations would break a handler.` : "";
  const odd = unusual(findings ?? []);
  const unusualHistory = `is unusual: ${counted(odd, "finding")}.`;
  const headline = odd && verdict === "conforms" ? `but its history ${unusualHistory}` : odd ? `${meaning} Its history ${unusualHistory}` : meaning;
  const parts = [el("p", { class: verdictClass(report) }, el("strong", {}, verdict), ` ${headline}`)];
  if (checkedAs || share) parts.push(el("p", { class: "jw-note" }, checkedAs + share));
  if (repeated.length)
    parts.push(el("p", { class: "jw-note" }, `Keys that appear more than once (the last one counts): ${repeated.join(", ")}`));
  if (violations.length) parts.push(el("ol", { class: "jw-places jw-violations" }, ...violations.map((each) => violation(each, eventType, placed))));
  if (truncated) parts.push(el("p", { class: "jw-note" }, `These are the first ${violations.length} of more violations.`));
  if (findings) parts.push(...history(findings, { eventType, bare }, placed));
  return parts;
}

function violation({ path, keyword, message, hint, breaking, property, start, end }, eventType, placed) {
  const isKnown = keyword !== "additionalProperties" && property;
  return item({
    place: placed(start, end, path),
    badge: breaking ? el("span", { class: "jw-badge jw-breaking" }, "breaking") : null,
    path: linked(path, isKnown && eventType, property),
    message,
    note: sentence(hint),
    rule: keyword,
  });
}

function history(findings, { eventType, bare }, placed) {
  const count = unusual(findings);
  const never = `${counted(count, "finding")}, which never ${count === 1 ? "affects" : "affect"} the verdict.`;
  const about = count ? never : findings.length ? "" : "Nothing unusual.";
  const heading = el("p", { class: "jw-note jw-history" }, el("strong", {}, "History"), ` ${about}`);
  if (!findings.length) return [heading];
  const byPlace = [...findings].sort((one, other) => one.start - other.start);
  const items = byPlace.slice(0, MOST_FINDINGS).map(({ path, rule, severity, message, start, end }) => {
    const names = `${bare ? "/data" : ""}${path}`.split("/").slice(1).filter((part) => !/^\d+$/.test(part));
    return item({
      place: placed(start, end, path),
      badge: el("span", { class: `jw-badge jw-${severity}` }, severity),
      path: linked(path, eventType, names.join(".")),
      message,
      note: SKIPPED.includes(rule) ? "" : SEVERITY[severity],
      rule,
    });
  });
  const rest = findings.length > items.length ? [el("p", { class: "jw-note" }, `These are the first ${items.length}.`)] : [];
  return [heading, el("ol", { class: "jw-places jw-findings" }, ...items), ...rest];
}

function item({ place, badge, path, message, note, rule }) {
  return el(
    "li",
    {},
    place,
    el("p", {}, ...(badge ? [badge, " "] : []), path, ...breakable(` ${message}`)),
    el("p", { class: "jw-note" }, `${note} Rule `.trimStart(), el("code", {}, rule), "."),
  );
}

/** A JSON pointer, which leads to its property on the page of the event, if there is one. */
function linked(path, eventType, property) {
  const pointer = el("code", {}, ...breakable(path || "the payload"));
  return eventType && property ? el("a", { href: new URL(`events/${eventType}/#${property}`, SITE) }, pointer) : pointer;
}

const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}${text.endsWith("?") ? "" : "."}`;
