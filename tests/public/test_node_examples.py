"""The examples for Node in `docs/examples/`, as a service would have them."""

from __future__ import annotations

import base64
import hmac
import json
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from support.node import MODULES, needs_node

from junction_webhooks import Webhook, fixtures, vendoring
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

pytestmark = needs_node


def output(script: str, cases: list[Any], folder: Path) -> list[str | None]:
    """What an example prints for each case."""
    for example in EXAMPLES.glob("*.mjs"):
        (folder / example.name).write_bytes(example.read_bytes())
    (folder / "run.mjs").write_text(f"const CASES = {json.dumps(cases)};\n{script}")
    done = subprocess.run(
        ["node", "run.mjs"],  # noqa: S607
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: list[str | None] = json.loads(done.stdout)
    return found


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
    vendoring.vendor(tmp_path / "contracts" / "junction")
    (tmp_path / "node_modules").symlink_to(MODULES)
    good = fixtures.load("labtest.order.updated/completed").payload
    bad = fixtures.load("labtest.order.updated/completed").payload
    del bad["data"]["events"]
    assert output(VALIDATE, [good, bad, {"event_type": "labtest.match_review.created"}, None], tmp_path) == [
        None,
        "/data must have required property 'events'",
        "an event outside the contract",
        "an event outside the contract",
    ]
