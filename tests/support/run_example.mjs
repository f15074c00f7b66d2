// The Node handler as a process: `run_example.mjs serve+work|acknowledge`, in the folder of its journal.

import { Journal } from "./journal.mjs";
import { createReceiver, pager, work } from "./node_handler.mjs";

const journal = new Journal("deliveries.jsonl");
if (process.argv[2] === "acknowledge") {
  const open = journal.escalations();
  for (const { id, deliveryId } of open) if (!journal.acknowledge(id, deliveryId, "Ada")) throw new Error("not open");
  if (journal.escalations().length) throw new Error("still open");
  console.log(JSON.stringify(open.map(({ subject, reason }) => [subject, reason])));
} else {
  createReceiver([process.env.JUNCTION_WEBHOOK_SECRET], journal).listen({ fd: 0 });
  const notify = pager(process.env.PAGER_URL);
  for (;;) {
    await work(journal, notify, async () => {});
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
