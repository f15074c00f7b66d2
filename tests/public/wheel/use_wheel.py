"""Uses the installed wheel as its first user would: no extras, no checkout, the real command."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import junction_webhooks_models
from junction_webhooks import Webhook, check, contract, drift, fixtures, lifecycle, redact

COMMAND = Path(sys.executable).with_name("junction-webhooks")


def main() -> None:
    """Fail with an assertion where the wheel lacks something."""
    assert not find_spec("jsonschema_rs"), "the environment should have no extras"
    assert not find_spec("junction_webhooks_dev"), "the tools of the repository are not for users"
    assert "site-packages" in contract.__file__
    assert len(contract.schemas()) > len(contract.EVENT_TYPES)
    for profile in contract.PROFILES:
        for name in contract.BUNDLE_NAMES:
            assert contract.bundle(profile, name)["$defs"], f"{profile} {name} is empty"
            assert contract.bundle(profile, name, draft="07")["definitions"], f"{profile} {name} is empty"
    for fixture in fixtures.valid():
        report = check(fixture.raw)
        assert report.verdict == "conforms", f"{fixture.name}: {report}"
    for scenario in fixtures.scenarios():
        for delivery in scenario.deliveries:
            assert check(delivery.raw).verdict == "conforms", f"{scenario.name}: {delivery}"
    assert lifecycle.check_history(fixtures.scenario("redraw").deliveries[-1].payload) == ()
    assert contract.meta_schema()["properties"]
    page = fixtures.load("labtest.appointment.updated/page")
    webhook = Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    event = webhook.verify(page.raw, webhook.sign(page.raw)).event
    assert isinstance(event, junction_webhooks_models.LabtestAppointmentUpdated)
    assert str(event.data.start_at) == "2022-01-01 00:00:00+00:00"
    assert check(redact(page.raw)).verdict == "conforms"

    Path("page.json").write_bytes(page.raw)
    done = subprocess.run([COMMAND, "validate", "page.json"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done
    Path("page.json").write_bytes(page.raw.replace(b'"confirmed"', b'"Confirmed"'))
    done = subprocess.run([COMMAND, "validate", "page.json"], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done
    assert "/data/status" in done.stdout, done
    vendored = ["contracts/junction", "--draft", "07", "--what", "schemas,types,documents"]
    for arguments in (vendored, [*vendored, "--check"]):
        done = subprocess.run([COMMAND, "vendor", *arguments], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), done
    lock = json.loads(Path("contracts/junction/junction-webhooks.lock.json").read_bytes())
    assert lock["contract"] == contract.version()
    there = {path.name for path in Path("contracts/junction").rglob("*")}
    assert {"events.json", "junction-webhooks.ts", "openapi.json", "asyncapi.json"} <= there
    moved = subprocess.run([COMMAND, "drift", "page.json"], capture_output=True, text=True, check=False)
    assert (moved.returncode, "is it an OpenAPI document?" in moved.stderr) == (2, True), moved
    assert drift.baseline()
    compared = subprocess.run(
        [COMMAND, "diff", "0.9.0", "0.9.0"], capture_output=True, text=True, check=False
    )
    assert (compared.returncode, "junction-webhooks[fast]" in compared.stderr) == (2, True), compared
    built = subprocess.run([COMMAND, "build"], capture_output=True, text=True, check=False)
    assert (built.returncode, "there is no command 'build'" in built.stderr) == (2, True), built
    module = [sys.executable, "-m", "junction_webhooks", "validate", "--tolerant", "page.json"]
    done = subprocess.run(module, capture_output=True, text=True, check=False)
    assert (done.returncode, "/data/status" in done.stdout, done.stderr) == (0, True, ""), done
    sys.stdout.write(f"the wheel works: {len(fixtures.valid())} fixtures conform without extras\n")


if __name__ == "__main__":
    main()
