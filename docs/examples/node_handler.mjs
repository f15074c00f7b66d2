// Receives Junction's webhooks with nothing but Node. Import this file, or run it with:
// JUNCTION_WEBHOOK_SECRET=whsec_… PAGER_URL=https://… PORT=8000 node node_handler.mjs

import { createServer } from "node:http";
import { pathToFileURL } from "node:url";
import { Journal } from "./journal.mjs";
import { verify } from "./verify.mjs";

const MAX_BODY = 1024 * 1024; // in bytes: far more than any event has

/** A server that verifies deliveries and stores them. `work` does the rest. */
export function createReceiver(secrets, journal) {
  return createServer(async (request, response) => {
    const answer = (status) => response.writeHead(status, status === 413 ? { connection: "close" } : {}).end();
    try {
      if (request.method !== "POST" || request.url !== "/webhooks/junction") return answer(404);
      // The body byte for byte: a re-serialized body would not match the signature.
      const body = await read(request);
      if (!body) return answer(413);
      try {
        verify(body, request.headers, ...secrets);
      } catch (error) {
        console.warn(`refused a delivery: ${error.message}`);
        return answer(401);
      }
      journal.store(request.headers["svix-id"], body);
      answer(204);
    } catch (error) {
      console.error(`could not store a delivery: ${error.message}`);
      answer(500); // Junction retries
    }
  });
}

/** The body of a request, or null as soon as it is too long: nobody has verified the sender yet. */
function read(request) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    let length = 0;
    request.on("data", (chunk) => {
      length += chunk.length;
      if (length > MAX_BODY) {
        request.removeAllListeners("data").pause();
        resolve(null);
      } else chunks.push(chunk);
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", reject);
  });
}

/** Notifies people, and handles deliveries. One that fails stays in the journal, and stops no other. */
export async function work(journal, notify, handle) {
  for (const escalation of journal.escalations())
    if (escalation.notifyAt <= Date.now())
      try {
        await notify(escalation);
        // If the process is killed before this line, the notification is sent again with the same key.
        journal.notified(escalation);
      } catch (error) {
        console.error(`could not notify anybody of escalation ${escalation.id}: ${error.message}`);
      }
  for (const [id, body] of journal.waiting())
    try {
      await handle(id, body);
      journal.handled(id);
    } catch (error) {
      console.error(`could not handle delivery ${id}: ${error.message}`);
    }
}

/** A function that pages a person. A paging service must ignore a second request with the same key. */
export function pager(url) {
  return async ({ key, id, subject, reason, deliveryId }) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": key },
      body: JSON.stringify({ escalation: id, subject, reason, delivery_id: deliveryId }),
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new Error(`the pager answered ${response.status}`);
  };
}

/** Act on a delivery here. This may run twice for the same delivery, so it must be idempotent. */
async function handle(id) {
  console.info(`delivery ${id}`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const journal = new Journal("deliveries.jsonl");
  // While the secret is being rotated, the variable has both secrets, separated by a space.
  createReceiver(process.env.JUNCTION_WEBHOOK_SECRET.split(" "), journal).listen(process.env.PORT);
  const notify = pager(process.env.PAGER_URL);
  for (;;) {
    await work(journal, notify, handle);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
