"""What a program that PyInstaller packed must be able to do: everything that needs data or a module by name."""

from __future__ import annotations

import sys
from typing import Any

from junction_webhooks import check, cli, fixtures, lifecycle, parse_event, redact

fixture = fixtures.load("labtest.order.updated/completed")
assert getattr(sys, "frozen", False), "not packed"
assert check(fixture.raw).verdict == "conforms"
assert check(fixture.raw, engine="jsonschema").verdict == "conforms"
for as_struct in (False, True):
    event: Any = parse_event(fixture.raw, as_struct=as_struct)
    assert event.data.status == "completed"
assert check(redact(fixture.raw)).verdict == "conforms"
assert lifecycle.check_history(fixture.payload) == ()
sys.exit(cli.main(["scenarios"]) or cli.main(["--version"]))
