"""What the contract hands out can be changed without harm."""

from __future__ import annotations

from itertools import product
from typing import Any

from junction_webhooks import check, contract, fixtures
from junction_webhooks.contract.annotations import place

ORDER = fixtures.load("labtest.order.updated/completed").payload


def test_a_changed_copy_changes_nothing_else() -> None:
    """A caller may empty every bundle and schema: the next call and `check` are as before."""
    for profile, name, draft in product(contract.PROFILES, contract.BUNDLE_NAMES, contract.DRAFTS):
        bundle = contract.bundle(profile, name, draft=draft)
        before = str(bundle)
        spoil(bundle)
        assert str(contract.bundle(profile, name, draft=draft)) == before
    schemas: Any = contract.schemas()
    before = str(schemas)
    spoil(schemas)
    assert str(contract.schemas()) == before
    broken = ORDER | {"data": ORDER["data"] | {"status": "paused"}}
    for engine in ("jsonschema", "jsonschema-rs"):
        assert check(ORDER, engine=engine).verdict == "conforms"
        assert [each.path for each in check(broken, engine=engine).violations] == ["/data/status"]
    assert place("labtest.order.updated", ("data", "patient_details")).sensitive


def spoil(part: Any) -> None:
    """Remove everything, from the inside out."""
    for below in list(part.values()) if isinstance(part, dict) else part if isinstance(part, list) else ():
        spoil(below)
    if isinstance(part, (dict, list)):
        part.clear()
