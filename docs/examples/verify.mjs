// Verifies the signature of a delivery, with nothing but Node.

import { createHmac, timingSafeEqual } from "node:crypto";

const TOLERANCE = 5 * 60; // seconds

/**
 * Throws unless one of the secrets signed the body, which is the Buffer as received. While a secret is being rotated,
 * pass the old one too.
 */
export function verify(body, received, ...secrets) {
  // Node's server lowers the case of header names, but some gateways do not.
  const headers = Object.fromEntries(Object.entries(received).map(([name, text]) => [name.toLowerCase(), text]));
  const id = headers["svix-id"];
  const timestamp = headers["svix-timestamp"];
  const sent = (headers["svix-signature"] ?? "")
    .split(" ")
    .filter((each) => each.startsWith("v1,"))
    .map((each) => Buffer.from(each.slice(3), "base64"));
  if (!id || !/^[0-9]+$/.test(timestamp ?? "") || !sent.length) throw new Error("a header is missing or malformed");
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE) throw new Error("the timestamp is too far away");
  for (const secret of secrets) {
    const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
    // Anybody can sign with an empty key, and Node decodes invalid base64 to one.
    if (!key.length) throw new Error("a secret is empty or malformed");
    const expected = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
    if (sent.some((each) => each.length === expected.length && timingSafeEqual(each, expected))) return;
  }
  throw new Error("no signature matches");
}
