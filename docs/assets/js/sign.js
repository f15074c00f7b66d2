// Signs a body like Svix. Runs in the browser, and the secret never leaves it.

const SHORTEST = 16; // bytes of a key
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)$/;

/**
 * A `curl` command that POSTs the body with its signature, with other `options` of curl and what comes `after` it. Throws
 * an Error with a message for the reader.
 */
export async function signedCurl({ url, secret, body, options = "", after = "" }) {
  const sent = body.endsWith("\n") ? body : `${body}\n`; // a here-document ends with a line break
  const headers = await sign(sent, secret);
  const lines = Object.entries(headers).map(([name, value]) => `  -H ${quoted(`${name}: ${value}`)} \\`);
  return [
    `curl ${options}-X POST ${quoted(url)} \\`,
    "  -H 'content-type: application/json' \\",
    ...lines,
    `  --data-binary @- <<'PAYLOAD'${after}`,
    `${sent}PAYLOAD`,
    "",
  ].join("\n");
}

/** The headers of a body. Throws an Error with a message for the reader. */
export async function sign(body, secret) {
  const key = await crypto.subtle.importKey("raw", keyOf(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const id = `msg_${base64(crypto.getRandomValues(new Uint8Array(18))).replace(/[+/=]/g, "x")}`;
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`${id}.${timestamp}.${body}`));
  return { "svix-id": id, "svix-timestamp": timestamp, "svix-signature": `v1,${base64(new Uint8Array(signature))}` };
}

/** The key in a secret. `Webhook` of the Python package accepts the same secrets: change both. */
function keyOf(secret) {
  const encoded = /^whsec_(.+)$/s.exec(secret)?.[1] ?? "";
  const padded = encoded + "=".repeat((4 - (encoded.length % 4)) % 4);
  if (!BASE64.test(padded)) throw new Error("A secret is whsec_ followed by base64: copy it from the endpoint's settings.");
  const key = Uint8Array.from(atob(padded), (letter) => letter.charCodeAt(0));
  if (key.length < SHORTEST) throw new Error(`A secret has at least ${SHORTEST} bytes: copy it from the endpoint's settings.`);
  return key;
}

const base64 = (bytes) => btoa(String.fromCharCode(...bytes));

/** A text as one word of a shell. */
export const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
