// A shell script that sends deliveries one after the other, with their signatures.

import { quoted, signedCurl } from "./sign.js";

const OPTIONS = "-sS -o /dev/null -w '%{http_code}\\n' "; // print the status alone

/** The script for deliveries `{ label, body }`. It prints a line for each, and ends at the first that finds no server. */
export async function signedScript({ name, url, secret, deliveries }) {
  const sent = [];
  for (const { label, body } of deliveries)
    sent.push(`printf '%s: ' ${quoted(label)}`, await signedCurl({ url, secret, body, options: OPTIONS, after: " || exit 1" }));
  const about = `# The deliveries of ${name}, signed at ${new Date().toISOString()}. The signatures are valid for five minutes.`;
  return ["#!/bin/sh", about, "", ...sent].join("\n");
}
