// What is shown of a text that has payloads inside: one in full, or a list of several, each with its report.

import { el } from "../dom.js";
import { counted, inShort, reportOn, shown, verdictClass } from "./report.js";

const MOST_CHECKED = 50;

/**
 * `{ elements, heard }`: the payloads inside a text, and what a screen reader hears. `placed(source)` makes the buttons
 * that lead to places in it, and `unwrap(text)` is called with the payload that a reader wants alone.
 */
export function payloadList({ what, payloads }, eventType, { placed, unwrap }) {
  const some = payloads.slice(0, MOST_CHECKED).map((payload) => ({ ...payload, report: reportOn(payload.source.text, eventType) }));
  const verdicts = ["conforms", "drifts", "rejected"]
    .map((verdict) => [some.filter(({ report }) => report.verdict === verdict).length, verdict])
    .filter(([count]) => count);
  const count = payloads.length === 1 ? "one payload" : `${payloads.length} payloads`;
  const total = verdicts.map(([number, verdict]) => `${number} ${number === 1 ? verdict : PLURAL[verdict]}`).join(", ");
  const rest = payloads.length - some.length;
  const more = rest ? ` The first ${MOST_CHECKED} are checked here, and all of them by junction-webhooks validate.` : "";
  const about = `This looks like ${what}, with ${count} inside`;
  const unwrapper = ({ source, pointer }) => {
    const label = pointer ? `Unwrap ${pointer}` : "Unwrap";
    return el("button", { type: "button", class: "jw-link jw-unwrap", "aria-label": label, onclick: () => unwrap(source.text) }, "Unwrap");
  };
  if (payloads.length === 1) {
    const [only] = some;
    const note = el("p", { class: "jw-note" }, `${about}. `, unwrapper(only));
    return { elements: [note, ...shown(only.report, placed(only.source))], heard: `${about}: ${inShort(only.report)}` };
  }
  const items = some.map((payload) => {
    const { source, pointer, report } = payload;
    const [verdict, details = ""] = inShort(report).split(": ");
    // Fifty reports are long: each is made when it is opened.
    const panel = el("div", { class: "jw-report", hidden: true });
    const toggle = () => {
      panel.hidden = !panel.hidden;
      button.setAttribute("aria-expanded", String(!panel.hidden));
      if (!panel.childElementCount) panel.append(...shown(report, placed(source)).slice(1));
    };
    const button = el(
      "button",
      { type: "button", class: "jw-open-report", "aria-expanded": "false", onclick: toggle },
      el("span", { class: verdictClass(report) }, el("strong", {}, verdict)),
      ` ${nameOf(report)} `,
      ...(pointer ? [el("code", {}, pointer), " "] : []),
      el("span", { class: "jw-note" }, details),
    );
    return el("li", {}, placed(source)(0, source.text.length, pointer), button, unwrapper(payload), panel);
  });
  return {
    elements: [el("p", { class: "jw-note" }, `${about}: ${total}.${more}`), el("ol", { class: "jw-payloads" }, ...items)],
    heard: `${about}: ${total}`,
  };
}

/** What a payload is: its event type, or that it has none. */
function nameOf({ eventType, violations: [first] }) {
  if (eventType) return eventType;
  return first.path === "/event_type" && first.keyword === "enum" ? "unknown event" : "no event";
}

const PLURAL = { conforms: "conform", drifts: "drift", rejected: "rejected" };
