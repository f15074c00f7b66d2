"""The rules of compatibility as values."""

from __future__ import annotations

from junction_webhooks._jsonschema import rules
from junction_webhooks._jsonschema.rules import RULES, Rule


def test_every_rule_is_listed_once_by_its_id() -> None:
    """No rule is missing in the list, none is there twice, and two rules never say the same."""
    defined = [value for value in vars(rules).values() if isinstance(value, Rule)]
    assert sorted(RULES) == sorted(rule.id for rule in defined)
    assert list(RULES.values()) == [RULES[rule.id] for rule in RULES.values()]


def test_rules_say_whom_they_can_break() -> None:
    """A rule says what can happen to each side that it can break; one of annotations breaks nobody."""
    for rule in RULES.values():
        assert bool(rule.consumer) == bool(rule.producer) == (not rule.is_annotation), rule.id
    assert {rule.id for rule in RULES.values() if rule.is_annotation} == {
        "known_value_added", "known_value_removed", "words_changed",
    }  # fmt: skip


def test_messages_name_what_changed() -> None:
    """Every message can be written, and an absent limit is called none."""
    for rule in RULES.values():
        assert "{" not in rule.describe("subject", 1, 2)
    assert rules.LIMIT_LOOSENED.describe("maxLength", 7, None) == "maxLength went from 7 to none"
    assert rules.VALUE_ADDED.describe("{braces}", None, None) == "the value {braces} is new"


def test_profiles_are_compared_by_aspect_and_kind() -> None:
    """A value of an enum and a known value of an open set are the same change in two profiles."""
    for closed, open_set in (
        (rules.VALUE_ADDED, rules.KNOWN_VALUE_ADDED),
        (rules.VALUE_REMOVED, rules.KNOWN_VALUE_REMOVED),
    ):
        assert (closed.aspect, closed.kind) == (open_set.aspect, open_set.kind)
    others = [(rule.aspect, rule.kind) for rule in RULES.values() if rule.aspect != "value"]
    assert len(set(others)) == len(others)
