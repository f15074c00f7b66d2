// Decides what a verified body is: a replay of an earlier one, a case for a person, or neither.

import { createHash } from "node:crypto";
import { firstError, isKnown } from "./validate.mjs";

const CRITICAL = "labtest.result.critical";
const EXHAUSTED = "message.attempt.exhausted";
const MATCH_REVIEWS = new Set(["labtest.match_review.created", "labtest.match_review.updated"]);
// Only estimates: nobody has to be woken, even if it cannot be read.
const CAN_WAIT = new Set(["labtest.order_tracking.updated"]);

/**
 * Returns `content`, a digest that recognises a replay, and `alarm`, which says what a person has to look at. Either
 * may be null. This never throws, whatever the body contains.
 */
export function triage(id, body) {
  const subject = `delivery ${id}`;
  const unreadable = { content: null, alarm: { subject, reason: "unreadable_body" } };
  let payload, digest;
  try {
    payload = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
    digest = createHash("sha256").update(JSON.stringify(sorted(payload))).digest("hex");
  } catch {
    return unreadable;
  }
  // Svix itself calls it `type`, so `message.attempt.exhausted` may arrive without an `event_type`.
  const type = payload?.event_type || payload?.type;
  const data = payload?.data;
  // Equal data with a time of update or a history means that nothing has changed since.
  const content = data?.updated_at || data?.events ? digest : null;
  if (typeof type !== "string") return unreadable;
  if (type === CRITICAL) {
    // Partial and then final: two events, one open escalation. Do not look at `interpretation`.
    if (typeof data?.order_id === "string" && data.order_id)
      return { content, alarm: { subject: `order ${data.order_id}`, reason: "critical_result" } };
    return { content: null, alarm: { subject, reason: "critical_result" } };
  }
  if (MATCH_REVIEWS.has(type) && data?.status !== "resolved") {
    // A person decides whose result it is: never accept it here.
    const about = typeof data?.id === "string" && data.id ? `match review ${data.id}` : subject;
    return { content, alarm: { subject: about, reason: "match_review" } };
  }
  if (type === EXHAUSTED) return { content: null, alarm: { subject, reason: "lost_message" } };
  if (!type.startsWith("labtest.")) return { content: null, alarm: null }; // such as a wearable event
  if (CAN_WAIT.has(type)) return { content, alarm: null };
  if (!isKnown(payload)) return { content, alarm: { subject, reason: "unknown_event" } };
  return { content, alarm: firstError(payload) ? { subject, reason: "rejected_event" } : null };
}

/** The value with the properties of each object in order. */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.keys(value)
    .sort()
    .map((name) => [name, sorted(value[name])]);
}
