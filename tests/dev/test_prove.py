"""Every rule of the schemas is proven: when it goes, a payload written by hand notices."""

from __future__ import annotations

import pytest
from support.checkout import ROOT

from junction_webhooks import fixtures
from junction_webhooks_dev import prove


@pytest.fixture(scope="module")
def proof() -> prove.Proof:
    """Who notices each constraint."""
    return prove.prove(prove.constraints())


@pytest.mark.exhaustive
def test_every_constraint_is_noticed(proof: prove.Proof) -> None:
    """No constraint of a strict bundle can go unnoticed."""
    assert [f"{each}: {prove.suggestion(each)}" for each in proof.survivors] == []
    assert len(proof.noticed) > 900


@pytest.mark.exhaustive
def test_what_is_no_constraint_is_known(proof: prove.Proof) -> None:
    """Only the properties of the object that is open by nature refuse nothing, as `covers` proves."""
    open_by_nature = ("$defs", "AppointmentEventData", "properties")
    assert {each.rule[:3] for each in proof.equivalent} == {open_by_nature}


@pytest.mark.parametrize(
    "rule",
    [
        ("$defs", "Order", "required", "team_id"),
        ("$defs", "GeoPoint", "properties", "lat", "maximum"),
        ("$defs", "Timestamp", "pattern"),
        ("$defs", "Physician", "additionalProperties"),
        ("properties", "client_user_id", "type"),
    ],
)
def test_without_negative_payloads_a_constraint_survives(
    rule: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule that nothing breaks survives, and a payload is suggested that would notice."""
    monkeypatch.setattr(prove, "negatives", lambda: {event_type: [] for event_type in prove.EVENT_TYPES})
    (constraint, *_) = [each for each in prove.constraints() if each.rule == rule]
    assert prove.prove([constraint]).survivors == [constraint]
    assert '"breaks": ' in prove.suggestion(constraint)


def test_nothing_is_proven_by_fixtures_that_do_not_conform(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a valid fixture that is refused there is no proof, and the error says where to look."""
    monkeypatch.setattr(prove, "positives", lambda _: [{}])
    with pytest.raises(
        ValueError, match=r"does not conform: see `junction-webhooks validate fixtures/valid`"
    ):
        prove.prove([])


@pytest.mark.exhaustive
def test_the_table_counts_all(proof: prove.Proof) -> None:
    """The printed table has a line for each kind of constraint, and its numbers add up."""
    lines = prove.table(proof).splitlines()[1:]
    assert sum(int(line.split()[-1]) for line in lines) == len(proof.noticed)
    assert sum(int(line.split()[-2]) for line in lines) == len(proof.noticed) + len(proof.equivalent)


@pytest.mark.exhaustive
def test_the_readme_counts_constraints_right(proof: prove.Proof) -> None:
    """The README says how many constraints are proven."""
    assert f"each of the {len(proof.noticed)} constraints" in (ROOT / "README.md").read_text()


def test_the_readme_counts_mistakes_right() -> None:
    """The README says how many invalid fixtures there are."""
    assert f"gives {len(fixtures.invalid())} payloads with one mistake" in (ROOT / "README.md").read_text()
