// What is shown of a text: a report on the payload that it is, or on those inside it. Loaded when there is a text.

import { el, inline } from "../dom.js";
import { formatted } from "../json/format.js";
import { parsed } from "../json/read.js";
import { endsTooEarly } from "../json/syntax.js";
import { whole } from "../json/source.js";
import { payloadList } from "./payload_list.js";
import { inShort, reportOn, shown } from "./report.js";
import { unwrapped } from "./unwrap.js";

const CALL = /\b(?:datetime|date|UUID|Decimal|TzInfo)\(/;
const PYTHON = /\b(?:datetime|UUID|Decimal)\(|^\s*[A-Z]\w*\(|^\s*\w+='|'\s*:\s*(?:True|False|None)\b/;
const PRINTED =
  "Python printed this text. Calls such as `datetime(…)` are not JSON, so their values cannot be checked. Paste the body as it arrived.";

/**
 * `{ elements, heard, first }`: the elements, what a screen reader hears, and where the first violation starts, if there is
 * one. `placeButton(place, path)` makes the button that leads to a place in the text, and `replace(text)` is called when
 * the reader wants a payload alone, or on lines.
 */
export function inspect(text, eventType, { placeButton, replace }) {
  const placed = (source) => (start, end, path) => placeButton(source.place(start, end), path);
  const inside = unwrapped(text);
  if (inside) {
    const list = payloadList(inside, eventType, { placed, unwrap: (payload) => replace(onLines(payload)) });
    return CALL.test(text) && !parsed(text) ? { ...list, elements: [note(PRINTED), ...list.elements] } : list;
  }
  const report = reportOn(text, eventType);
  const format = el("button", { type: "button", class: "jw-link", onclick: () => replace(formatted(text)) }, "Format it: one property per line");
  const offers = isOneLine(text) ? [el("p", { class: "jw-offers" }, format)] : [];
  return { elements: [...offers, ...whyUnreadable(text), ...shown(report, placed(whole(text)))], heard: inShort(report), first: report.violations[0]?.start };
}

/** Why a text is not JSON, if that can be seen. */
function whyUnreadable(text) {
  if (parsed(text)) return [];
  if (PYTHON.test(text)) return [note(PRINTED)];
  return endsTooEarly(text) ? [note("The text ends too early: the end of the body was cut off.")] : [];
}

const note = (text) => el("p", { class: "jw-hint" }, ...inline(text));

const isOneLine = (text) => !text.trim().includes("\n") && typeof parsed(text)?.value === "object";

/** JSON with one property per line, or any other text as it is. */
const onLines = (text) => (parsed(text) ? formatted(text) : text);
