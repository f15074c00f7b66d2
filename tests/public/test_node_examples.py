"""The examples for Node in `docs/examples/`, as a service would have them."""

from __future__ import annotations

import base64
import hmac
import json
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from support.critical import CASES, FINAL, ORDER, PARTIAL, subject
from support.node import MODULES, needs_node
from triage import triage

from junction_webhooks import Delivery, Webhook, fixtures, vendoring
from junction_webhooks.contract import _files as _data

if TYPE_CHECKING:
    from pathlib import Path

ROOT = _data.checkout()
assert ROOT is not None
EXAMPLES = ROOT / "docs" / "examples"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  (of the public test vector)
OTHER = "whsec_b3RoZXIgc2VjcmV0IG9mIG91cnM="
BODY = fixtures.load("labtest.order.updated/completed").raw
VERIFY = """
import { verify } from "./verify.mjs";
const messages = CASES.map(([body, headers, secrets]) => {
  try {
    verify(Buffer.from(body), headers, ...secrets);
    return null;
  } catch (error) {
    return error.message;
  }
});
console.log(JSON.stringify(messages));
"""
VALIDATE = """
import { firstError } from "./validate.mjs";
console.log(JSON.stringify(CASES.map(firstError)));
"""

TRIAGE = """
import { triage } from "./triage.mjs";
console.log(JSON.stringify(CASES.map(([name, body]) => triage(`msg_${name}`, Buffer.from(body, "base64")))));
"""
# Kills the process in the middle of the write number `step`, or between that write and its fsync.
KILLED = """
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { Journal } from "./journal.mjs";
import { work } from "./node_handler.mjs";
const { writeSync, fsyncSync } = fs;
let left, dead;
const killed = () => {
  if (!dead && left-- > 0) return false;
  return (dead = true);
};
fs.writeSync = (file, line, done) => {
  if (!killed()) return writeSync(file, line, done);
  if (left === -1) writeSync(file, line.subarray(0, line.length / 2));
  throw new Error("killed");
};
fs.fsyncSync = (file) => {
  if (killed()) throw new Error("killed");
  fsyncSync(file);
};
syncBuiltinESMExports();
console.error = () => {};
const runs = [];
for (let step = 0; step < 1000; step++) {
  left = Infinity;
  dead = false;
  let journal = new Journal(`journal-${step}`);
  left = step;
  const keys = [];
  const handled = [];
  const alive = (list, item) => {
    if (dead) throw new Error("killed");
    list.push(item);
  };
  const notify = ({ key }) => alive(keys, key);
  const handle = (id) => alive(handled, id);
  let deaths = 0;
  for (const [name, body] of CASES) {
    const attempt = async () => {
      journal.store(`msg_${name}`, Buffer.from(body, "base64"));
      await work(journal, notify, handle);
    };
    await attempt().catch(() => {});
    if (dead) {
      deaths++;
      dead = false;
      left = Infinity;
      journal = new Journal(`journal-${step}`);
      await work(journal, notify, handle);
      await attempt();
    }
  }
  left = Infinity;
  const seen = new Journal(`journal-${step}`);
  runs.push([keys, handled, seen.escalations().map(({ subject }) => subject), seen.waiting().length]);
  if (!deaths) break;
}
console.log(JSON.stringify(runs));
"""

pytestmark = needs_node


def output(script: str, cases: list[Any], folder: Path) -> Any:
    """What an example prints for the cases."""
    for example in EXAMPLES.glob("*.mjs"):
        (folder / example.name).write_bytes(example.read_bytes())
    (folder / "run.mjs").write_text(f"const CASES = {json.dumps(cases)};\n{script}")
    done = subprocess.run(
        ["node", "run.mjs"],  # noqa: S607
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def vendored(folder: Path) -> Path:
    """Give an example the vendored schemas and the packages that it needs."""
    vendoring.vendor(folder / "contracts" / "junction", what=["schemas"])
    (folder / "node_modules").symlink_to(MODULES)
    return folder


def encoded(bodies: dict[str, bytes]) -> list[tuple[str, str]]:
    """Name and body, in base64."""
    return [(name, base64.b64encode(body).decode()) for name, body in bodies.items()]


def test_node_verifies_signatures(tmp_path: Path) -> None:
    """A signed body passes, with a rotated secret too; a changed, old, unsigned or foreign one does not.

    Nor does one that is signed with the empty key, if the secret is not set or is not base64.
    """
    headers = Webhook(SECRET).sign(BODY)
    two = headers | {"svix-signature": f"v1,AAAA {headers['svix-signature']}"}
    old = Webhook(SECRET).sign(BODY, sent_at=datetime.now(UTC) - timedelta(minutes=6))
    body = BODY.decode()
    signed = f"{headers['svix-id']}.{headers['svix-timestamp']}.{body}".encode()
    forged = headers | {
        "svix-signature": f"v1,{base64.b64encode(hmac.digest(b'', signed, 'sha256')).decode()}"
    }
    wrong, malformed = "no signature matches", "a header is missing or malformed"
    keyless = "a secret is empty or malformed"
    cases: dict[str, tuple[list[Any], str | None]] = {
        "signed": ([body, headers, [SECRET]], None),
        "two signatures": ([body, two, [SECRET]], None),
        "two secrets": ([body, headers, [OTHER, SECRET]], None),
        "changed": ([body + " ", headers, [SECRET]], wrong),
        "foreign": ([body, headers, [OTHER]], wrong),
        "another id": ([body, headers | {"svix-id": "msg_other"}, [SECRET]], wrong),
        "old": ([body, old, [SECRET]], "the timestamp is too far away"),
        "no id": ([body, headers | {"svix-id": ""}, [SECRET]], malformed),
        "no headers": ([body, {}, [SECRET]], malformed),
        "no number": ([body, headers | {"svix-timestamp": "now"}, [SECRET]], malformed),
        "another version": ([body, headers | {"svix-signature": "v2,AAAA"}, [SECRET]], malformed),
        "empty secret": ([body, forged, [""]], keyless),
        "prefix alone": ([body, forged, ["whsec_"]], keyless),
        "secret that is no base64": ([body, forged, ["whsec_%%%"]], keyless),
    }
    found = output(VERIFY, [case for case, _ in cases.values()], tmp_path)
    assert dict(zip(cases, found, strict=True)) == {name: expected for name, (_, expected) in cases.items()}


def test_node_validates_with_vendored_schemas(tmp_path: Path) -> None:
    """A payload is checked as the event that it names, and the first error is named with its place."""
    vendored(tmp_path)
    good = fixtures.load("labtest.order.updated/completed").payload
    bad = fixtures.load("labtest.order.updated/completed").payload
    del bad["data"]["events"]
    critical = fixtures.load("labtest.result.critical/partial").payload
    outside = {"event_type": "lab_report.parsing_job.created"}
    assert output(VALIDATE, [good, critical, bad, outside, None], tmp_path) == [
        None,
        None,
        "/data must have required property 'events'",
        "an event outside the contract",
        "an event outside the contract",
    ]


def test_node_escalates_what_python_escalates(tmp_path: Path) -> None:
    """The triage of both languages agrees on every case, and on which replays can be recognised."""
    found = output(TRIAGE, encoded({name: body for name, (body, _) in CASES.items()}), vendored(tmp_path))
    for (name, (body, reason)), each in zip(CASES.items(), found, strict=True):
        assert each["alarm"] == ({"subject": subject(name), "reason": reason} if reason else None), name
        twin = triage(Delivery(f"msg_{name}", datetime.now(UTC), body))
        assert (each["content"] is None) is (twin.content is None), name


def test_node_is_killed_between_any_two_steps(tmp_path: Path) -> None:
    """Wherever the process is killed, half a line included, the next one and Junction's retry lose nothing."""
    bodies = {"partial": PARTIAL, "final": FINAL, "empty": b"", "order": CASES["order"][0]}
    runs = output(KILLED, encoded(bodies), vendored(tmp_path))
    for keys, handled, subjects, waiting in runs:
        assert list(dict.fromkeys(keys)) == ["msg_partial-1", "msg_final-2", "msg_empty-1"]
        assert len(keys) <= 4
        assert list(dict.fromkeys(handled)) == [f"msg_{name}" for name in bodies]
        assert (subjects, waiting) == ([f"order {ORDER}", "delivery msg_empty"], 0)
    assert (
        len(runs) == 2 * (4 + 4 + 3) + 1
    )  # a write and its fsync for each delivery, handling and notification
    assert sum(len(keys) == 4 for keys, *_ in runs) == 3  # killed in the write after a notification
