"""What is taken for a misspelling, and what for news."""

from __future__ import annotations

import re

from support.misspelled import NEWS, SLIPS
from support.tables import table

from junction_webhooks import check, contract, fixtures
from junction_webhooks.validation._suggestions import extended, meant

KNOWN = (
    *contract.schemas()["values/order_status"]["enum"],
    *contract.schemas()["objects/order"]["properties"],
)


@table(("written", "right"), [(written, right) for written, right, _ in SLIPS])
def test_slips_are_seen_through(written: str, right: str) -> None:
    """A name with a slip in it, or with another case or other separators, is taken for what was meant."""
    assert meant(written, KNOWN) == right


@table("written", [written for written, _ in NEWS])
def test_news_are_no_slips(written: str) -> None:
    """A new name is taken for no known one, however much both have in common."""
    assert meant(written, KNOWN) is None


def test_any_letter_may_be_left_out_or_doubled() -> None:
    """Each member of each set is known with a letter of a longer word left out or doubled, where no other is as near."""
    told = {}
    for schema in contract.schemas().values():
        known = tuple(schema.get("enum", ()))
        for member in known:
            for word in re.finditer("[a-z]{4,}", member):
                for at in range(*word.span()):
                    for written in (member[:at] + member[at + 1 :], member[: at + 1] + member[at:]):
                        told[member, written] = meant(written, known)
    assert len(told) > 1000
    # As near to `male`, `normal` and `active`.
    unsure = {"fmale", "emale", "anormal", "bnormal", "iactive", "nactive"}
    assert {written: right for (member, written), right in told.items() if right != member} == dict.fromkeys(
        unsure
    )


@table("name", sorted(contract.schemas()))
def test_no_name_of_the_contract_is_a_slip_of_another(name: str) -> None:
    """Were a member of a set, or a property of an object, new, none of the others would be suggested for it."""
    schema = contract.shared_schemas()[name]
    for names in (tuple(schema.get("enum", ())), tuple(schema.get("properties", {}))):
        suggested = {each: meant(each, tuple(other for other in names if other != each)) for each in names}
        assert suggested == dict.fromkeys(names)


def test_nearest_name_wins() -> None:
    """Of several names that may be meant, that with fewer slips is suggested, and of equals none."""
    assert meant("eventz", ("evente", "events")) is None
    assert meant("Events", ("event", "events")) == "events"


@table(
    ("written", "absent", "right"),
    [
        ("zip_code", ("zip", "city"), "zip"),
        ("zipCode", ("zip",), "zip"),
        ("zip", ("zip_code",), "zip_code"),
        ("created", ("created_at", "updated_at"), "created_at"),
        ("order_id", ("id",), "id"),
        ("at", ("created_at", "updated_at"), None),
        ("zip", ("zip",), None),
        ("ship_code", ("zip",), None),
        ("created_by", ("created_at",), None),
        ("", ("zip",), None),
        ("zip_code", (), None),
    ],
)
def test_a_longer_name_may_be_what_is_missing(
    written: str, absent: tuple[str, ...], right: str | None
) -> None:
    """A name that is a missing one with words before or behind it, or without some, is taken for that one."""
    assert extended(written, absent) == right


def test_a_renamed_property_is_told_where_it_was() -> None:
    """The hint for an unknown property names the required one that is missing beside it, and only then."""
    payload = fixtures.load("labtest.order.updated/completed").payload
    payload["data"]["patient_address"]["zip_code"] = "94107"
    (violation,) = check(payload).violations
    assert violation.hint.endswith("if you wrote it, remove it")
    del payload["data"]["patient_address"]["zip"]
    hints = {violation.path: violation.hint for violation in check(payload).violations}
    assert hints == {
        "/data/patient_address/zip": "expected a string",
        "/data/patient_address/zip_code": 'did you mean "zip", which is missing?',
    }


def test_what_is_there_is_not_meant() -> None:
    """An unknown property that looks like a known one is not taken for it where that one stands beside it."""
    payload = fixtures.load("labtest.order.updated/completed").payload
    payload["data"]["Sample_ID"] = "other"
    (violation,) = check(payload).violations
    assert violation.hint.endswith("if you wrote it, remove it")


def test_new_member_says_what_to_do() -> None:
    """The hint for a status that is no misspelling says that handlers survive it, and what to do."""
    body = fixtures.load("labtest.order.updated/completed").raw
    (violation,) = check(body.replace(b"walk_in_test.ordered", b"walk_in_test.authorized")).violations
    assert violation.hint == (
        "if Junction sent it, a tolerant handler is fine and this package needs an update; "
        "if you wrote it, use a known value"
    )


def test_another_modality_is_no_news() -> None:
    """What the modality explains is told as such, and nobody is asked to report it; what all modalities share is not."""
    payload = fixtures.load("labtest.order.updated/page").payload
    data = payload["data"]["details"]["data"] | {"shipment": None}
    payload["data"] |= {"details": {"type": "testkit", "data": data}, "priorty": True, "sample_weight": 1}
    hints = {violation.path: violation.hint for violation in check(payload).violations}
    elsewhere = "from another modality, which this contract does not cover; a tolerant handler is fine"
    unknown = "if Junction sent it, a tolerant handler is fine and this package needs an update"
    assert hints == {
        "/data/details/type": f"{elsewhere}; if you wrote it, use a known value: walk_in_test",
        "/data/details/data/shipment": f"{elsewhere}; if you wrote it, remove it",
        "/data/priorty": 'did you mean "priority"?',
        "/data/sample_weight": f"{unknown}; if you wrote it, remove it",
    }
