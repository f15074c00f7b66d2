// Stores deliveries and escalations in a file that only grows: one line per change, on disk before it counts.
// One process may use it. With several, use a database: a line is what one transaction would be.

import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { triage } from "./triage.mjs";

const REMIND_AFTER = 5 * 60 * 1000; // milliseconds, until somebody acknowledges

export class Journal {
  #file;
  #length = 0;
  #broken = null;
  #bodies = new Map(); // by `svix-id`; null once it is handled
  #contents = new Set();
  #open = new Map(); // escalations by subject
  #count = 0;

  constructor(path) {
    this.#file = openSync(path, "a+");
    const lines = readFileSync(path);
    // A process that was killed may have left half a line. Its delivery was not answered, so Junction retries.
    this.#length = lines.lastIndexOf("\n") + 1;
    ftruncateSync(this.#file, this.#length);
    for (const line of lines.subarray(0, this.#length).toString().split("\n").slice(0, -1)) this.#apply(JSON.parse(line));
    // A new file survives a power failure only if its folder is on disk too.
    const folder = openSync(dirname(path), "r");
    fsyncSync(folder);
    closeSync(folder);
  }

  /** Stores a delivery and what it escalates, in one line. Returns whether it is new. */
  store(id, body) {
    if (this.#bodies.has(id)) return false;
    const { content, alarm } = triage(id, body);
    const isReplay = this.#contents.has(content);
    this.#append({ delivery: id, body: body.toString("base64"), content, alarm: isReplay ? null : alarm, isReplay });
    return !isReplay;
  }

  /** The deliveries that are not handled yet, oldest first: pairs of `svix-id` and body. */
  waiting() {
    return [...this.#bodies].filter(([, body]) => body !== null);
  }

  handled(id) {
    this.#append({ handled: id });
  }

  /** The escalations that nobody has acknowledged, oldest first. */
  escalations() {
    return [...this.#open.values()].map((each) => ({ ...each, key: `${each.deliveryId}-${each.notified + 1}` }));
  }

  /** Records an accepted notification. If the case was updated in the meantime, it stays due. */
  notified({ id, deliveryId, notified }, now = Date.now()) {
    if (this.#find(id, deliveryId)?.notified === notified)
      this.#append({ notified: id, deliveryId, notifyAt: now + REMIND_AFTER });
  }

  /**
   * Closes an escalation. Returns false if it is not open, or if a newer delivery has updated it: nobody acknowledges
   * a result that came after the one that they saw.
   */
  acknowledge(id, deliveryId, by) {
    if (!this.#find(id, deliveryId)) return false;
    this.#append({ acknowledged: id, deliveryId, by });
    return true;
  }

  #find(id, deliveryId) {
    return this.escalations().find((each) => each.id === id && each.deliveryId === deliveryId);
  }

  #append(change) {
    if (this.#broken) throw this.#broken;
    const line = Buffer.from(`${JSON.stringify(change)}\n`);
    try {
      for (let done = 0; done < line.length; ) done += writeSync(this.#file, line, done);
      fsyncSync(this.#file);
    } catch (error) {
      // What is on disk is uncertain now. Every delivery gets a 500 until a new process has read the file.
      this.#broken = error;
      throw error;
    }
    this.#length += line.length;
    this.#apply(change);
  }

  #apply(change) {
    if ("delivery" in change) {
      const { delivery: deliveryId, body, content, alarm, isReplay } = change;
      this.#bodies.set(deliveryId, isReplay ? null : Buffer.from(body, "base64"));
      if (content !== null) this.#contents.add(content);
      if (!alarm) return;
      const open = this.#open.get(alarm.subject) ?? { id: ++this.#count, ...alarm, notified: 0 };
      this.#open.set(alarm.subject, { ...open, deliveryId, notifyAt: 0 });
    } else if ("handled" in change) {
      this.#bodies.set(change.handled, null);
    } else if ("notified" in change) {
      const open = this.#find(change.notified, change.deliveryId);
      const { key: _, ...rest } = open;
      this.#open.set(open.subject, { ...rest, notified: open.notified + 1, notifyAt: change.notifyAt });
    } else {
      this.#open.delete(this.#find(change.acknowledged, change.deliveryId).subject);
    }
  }
}
