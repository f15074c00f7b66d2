"""The examples of Junction's pages: each conforms, or `docs/disagreements.md` decides what it violates.

The files are the examples as the pages have them, in JSON; where a page writes `...`, there is an empty object.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest
from support.tables import table

from junction_webhooks import UnknownEvent, check, parse_event
from junction_webhooks._json.pointer import put

FOLDER: Final = Path(__file__).parent / "junction_examples"
DECISIONS: Final = FOLDER.parents[2] / "docs/disagreements.md"

OTHER_MODALITY: Final = "## Does the contract cover the examples of other modalities?"
DECIDED: Final[dict[str, dict[str, set[tuple[str, str]]]]] = {
    "partial_results": {},
    "unmatched_result": {},
    "critical_result": {
        "## Are the ids of a critical result UUIDs?": {
            ("bad_format", "/data/team_id"),
            ("bad_format", "/data/user_id"),
        },
    },
    "home_visit_order": {
        OTHER_MODALITY: {("out_of_scope", "/details/type"), ("out_of_scope", "/events/*/status")},
    },
    "home_visit_appointment": {
        OTHER_MODALITY: {("out_of_scope", "/data/provider"), ("out_of_scope", "/data/type")},
    },
    "on_site_order": {
        OTHER_MODALITY: {("out_of_scope", "/details/type"), ("out_of_scope", "/events/*/status")},
    },
    "test_kit_order": {
        OTHER_MODALITY: {
            ("out_of_scope", "/data/details/type"),
            ("out_of_scope", "/data/details/data/?"),
            ("out_of_scope", "/data/events/*/status"),
        },
        "## What is missing in the example of a test kit?": {
            ("missing", "/data/lab_test/status"),
            *(("missing", f"/data/patient_address/{name}") for name in ("city", "country", "first_line")),
            *(("missing", f"/data/patient_address/{name}") for name in ("state", "zip")),
            *(("missing", f"/data/patient_details/{name}") for name in ("dob", "gender")),
            *(("missing", f"/data/physician/{name}") for name in ("first_name", "last_name", "npi")),
        },
    },
}
"""What each example of an event in the contract violates, by the heading that decides it."""
OUTSIDE: Final = {"provider_connected": "none"}
"""The urgency of the examples of other events."""


def raw(name: str) -> bytes:
    """The example in bytes."""
    return FOLDER.joinpath(f"{name}.json").read_bytes()


def test_every_example_is_decided() -> None:
    """No example is left out."""
    assert {path.stem for path in FOLDER.iterdir()} == {*DECIDED, *OUTSIDE}


@table("name", DECIDED)
def test_an_example_conforms_or_is_decided(name: str) -> None:
    """It violates what the page says and nothing else, and never breaks a handler."""
    report = check(raw(name))
    assert report.verdict == ("drifts" if DECIDED[name] else "conforms")
    assert {(each.reason, each.pattern) for each in report.violations} == set().union(*DECIDED[name].values())
    assert parse_event(raw(name), event_type=report.event_type)
    page = DECISIONS.read_text()
    assert all(f"\n{heading}\n" in page for heading in DECIDED[name])


@pytest.mark.parametrize("name", OUTSIDE)
def test_an_example_outside_the_contract_is_named(name: str) -> None:
    """It is an event that Junction documents, so the error says what it is."""
    with pytest.raises(UnknownEvent) as raised:
        parse_event(raw(name))
    assert raised.value.known
    assert raised.value.urgency == OUTSIDE[name]


@pytest.mark.parametrize("name", [name for name in DECIDED if OTHER_MODALITY in DECIDED[name]])
def test_a_modality_explains_only_where_modalities_differ(name: str) -> None:
    """A mistake in what all modalities share is reported as that mistake."""
    payload = json.loads(raw(name))
    data: tuple[str, ...] = () if "data" not in payload else ("data",)
    broken = put(put(payload, (*data, "id"), "482gh249"), (*data, "news"), 7)
    new = {(each.reason, each.pattern) for each in check(broken).violations} - set().union(
        *DECIDED[name].values()
    )
    prefix = "".join(f"/{part}" for part in data)
    assert new == {("bad_format", f"{prefix}/id"), ("new_property", f"{prefix}/?")}
    hints = [each.hint for each in check(broken).violations if each.reason == "new_property"]
    assert not any("modality" in hint for hint in hints)


def test_a_status_of_another_modality_needs_that_modality() -> None:
    """In a walk-in order, the same status is a new value."""
    payload = json.loads(raw("test_kit_order"))
    payload["data"]["details"] = {"type": "walk_in_test", "data": None}
    reasons = {each.reason for each in check(payload).violations if each.pattern.endswith("/events/*/status")}
    assert reasons == {"new_value"}
