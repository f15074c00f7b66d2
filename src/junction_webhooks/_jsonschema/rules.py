"""The names of all differences between two schemas, and what each means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Rule(NamedTuple):
    """What a difference is, and whom it can hurt."""

    sentence: str
    """What changed, with `{subject}`, `{old}` and `{new}`."""
    consumer: str
    """What can happen to whoever reads payloads with the old schema, where it is not compatible."""
    producer: str
    """What can happen to whoever sends payloads made for the old schema, where it is not compatible."""


REWORDED: Final = "words_changed"
"""The rule of descriptions, titles and examples, which commands tell in one line."""
_ARRIVES: Final = "may receive a value that it refuses"
_REFUSED: Final = "may send a value that is refused"

RULES: Final[Mapping[str, Rule]] = {
    "event_added": Rule("the event {subject} is new", "may receive an event that it does not know", _REFUSED),
    "event_removed": Rule(
        "the event {subject} is gone", _ARRIVES, "may send an event that is no longer known"
    ),
    "property_added": Rule(
        "the property {subject} is new: {new}",
        "may receive a property that it does not know",
        "may send this property already, with another meaning",
    ),
    "required_property_added": Rule(
        "the property {subject} is new, and required: {new}",
        "may receive a property that it does not know",
        "does not send it",
    ),
    "property_removed": Rule(
        "the property {subject} is gone",
        "may miss it",
        "may send a property that is no longer known",
    ),
    "required_added": Rule("{subject} is required now", _ARRIVES, "may leave it out"),
    "required_removed": Rule("{subject} is no longer required", "may miss it", _REFUSED),
    "value_added": Rule("the value {subject} is new", "may receive a value that it does not know", _REFUSED),
    "value_removed": Rule("the value {subject} is gone", _ARRIVES, "may send a value that is gone"),
    "enum_added": Rule("the values are listed now", _ARRIVES, "may send a value that is not listed"),
    "enum_removed": Rule("the values are no longer listed", "may receive any value", _REFUSED),
    "type_changed": Rule(
        "the type {old} became {new}", "may receive the other type", "may send the other type"
    ),
    "null_added": Rule("it may be null now", "may receive null", _REFUSED),
    "null_removed": Rule("it may no longer be null", _ARRIVES, "may send null"),
    "variant_added": Rule("{subject} is a new alternative", "may receive this alternative", _REFUSED),
    "variant_removed": Rule("the alternative {subject} is gone", _ARRIVES, "may send this alternative"),
    "format_added": Rule("it has the format {new} now", _ARRIVES, "may send another form"),
    "format_removed": Rule("it has no longer the format {old}", "may receive another form", _REFUSED),
    "format_changed": Rule(
        "the format {old} became {new}", "may receive the other form", "may send the other form"
    ),
    "pattern_added": Rule("it has the pattern {new} now", _ARRIVES, "may send another form"),
    "pattern_removed": Rule("it has no longer the pattern {old}", "may receive another form", _REFUSED),
    "pattern_changed": Rule(
        "the pattern {old} became {new}", "may receive another form", "may send another form"
    ),
    "limit_tightened": Rule("{subject} went from {old} to {new}", _ARRIVES, "may send a value beyond it"),
    "limit_loosened": Rule("{subject} went from {old} to {new}", "may receive a value beyond it", _REFUSED),
    "limit_changed": Rule("{subject} went from {old} to {new}", _ARRIVES, _REFUSED),
    "object_opened": Rule(
        "properties beside the listed ones are taken",
        "may receive properties that it does not know",
        _REFUSED,
    ),
    "object_closed": Rule(
        "properties beside the listed ones are refused",
        _ARRIVES,
        "may send properties beside the listed ones",
    ),
    "keyword_changed": Rule("the keyword {subject} changed", _ARRIVES, _REFUSED),
    "known_value_added": Rule("the known value {subject} is new", "", ""),
    "known_value_removed": Rule("{subject} is no longer a known value", "", ""),
    REWORDED: Rule("only words changed", "", ""),
    "unnamed": Rule("they differ in a way that no rule names", _ARRIVES, _REFUSED),
}


TELLING: Final = frozenset({"known_value_added", "known_value_removed", REWORDED})
"""The rules of what only tells a reader more: no value is taken or refused for it."""


def sentence(rule: str, subject: str | None, old: Any, new: Any) -> str:
    """What changed, in words."""
    facts = {"subject": subject, "old": _shown(old), "new": _shown(new)}
    return RULES[rule].sentence.format_map(facts)


def _shown(value: Any) -> str:
    return "none" if value is None else str(value)
