"""The rules of compatibility: one value for each way in which two schemas can differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Bump: TypeAlias = Literal["major", "minor", "patch"]
Kind: TypeAlias = Literal["added", "removed", "changed", "loosened", "tightened"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One way in which two schemas can differ, and who is affected."""

    id: str
    """Its name in reports. Code never parses it."""
    aspect: str
    """What differs. All rules with the same aspect are about the same part of a schema."""
    kind: Kind
    message: str
    """What changed, with `{subject}`, `{old}` and `{new}`."""
    consumer: str = ""
    """What can happen to a reader that uses the old schema, if the change is not compatible."""
    producer: str = ""
    """What can happen to a sender that uses the old schema, if the change is not compatible."""
    widens: bool | None = None
    """Whether the new schema accepts more. None, here and for `narrows`, if that depends on the schemas."""
    narrows: bool | None = None
    """Whether the new schema rejects more."""
    names_property: bool = False
    """Whether the subject is a property of the object at the path. Its own path is then one step longer."""
    tolerant_bump: Bump = "major"
    """The version bump in the tolerant profile, by the policy in `docs/versions.md`."""

    @property
    def is_annotation(self) -> bool:
        """Whether only annotations changed, so that the same values are accepted as before."""
        return self.widens is False and self.narrows is False

    def describe(self, subject: str | None, old: Any, new: Any) -> str:
        """What changed, in words."""
        old, new = ("none" if value is None else str(value) for value in (old, new))
        return self.message.format(subject=subject, old=old, new=new)


_ARRIVES: Final = "may receive a value that it refuses"
_REFUSED: Final = "may send a value that is refused"
_OTHER_FORM: Final = ("may receive another form", "may send another form")

EVENT_ADDED: Final = Rule(
    "event_added", "event", "added", "the event {subject} is new",
    "may receive an event that it does not know", _REFUSED,
    widens=True, narrows=False, tolerant_bump="minor",
)  # fmt: skip
EVENT_REMOVED: Final = Rule(
    "event_removed", "event", "removed", "the event {subject} is gone",
    _ARRIVES, "may send an event that is no longer known", widens=False, narrows=True,
)  # fmt: skip
# What a new property holds is typed in the tolerant profile too, where nothing was promised about it before.
PROPERTY_ADDED: Final = Rule(
    "property_added", "property", "added", "the property {subject} is new: {new}",
    "may receive a property that it does not know", "may already send this property with another meaning",
    names_property=True, tolerant_bump="minor",
)  # fmt: skip
REQUIRED_PROPERTY_ADDED: Final = Rule(
    "required_property_added", "required property", "added",
    "the property {subject} is new, and required: {new}",
    "may receive a property that it does not know", "does not send it", names_property=True,
)  # fmt: skip
PROPERTY_REMOVED: Final = Rule(
    "property_removed", "property", "removed", "the property {subject} is gone",
    "may miss it", "may send a property that is no longer known", names_property=True,
)  # fmt: skip
REQUIRED_ADDED: Final = Rule(
    "required_added", "required", "added", "{subject} is now required",
    _ARRIVES, "may leave it out", widens=False, narrows=True, names_property=True,
)  # fmt: skip
REQUIRED_REMOVED: Final = Rule(
    "required_removed", "required", "removed", "{subject} is no longer required",
    "may miss it", _REFUSED, widens=True, narrows=False, names_property=True,
)  # fmt: skip
VALUE_ADDED: Final = Rule(
    "value_added", "value", "added", "the value {subject} is new",
    "may receive a value that it does not know", _REFUSED, widens=True, narrows=False,
)  # fmt: skip
VALUE_REMOVED: Final = Rule(
    "value_removed", "value", "removed", "the value {subject} is gone",
    _ARRIVES, "may send a value that is gone", widens=False, narrows=True,
)  # fmt: skip
KNOWN_VALUE_ADDED: Final = Rule(
    "known_value_added", "value", "added", "the known value {subject} is new", widens=False, narrows=False
)
KNOWN_VALUE_REMOVED: Final = Rule(
    "known_value_removed", "value", "removed", "{subject} is no longer a known value",
    widens=False, narrows=False,
)  # fmt: skip
ENUM_ADDED: Final = Rule(
    "enum_added", "enum", "added", "the values are now listed",
    _ARRIVES, "may send a value that is not listed", narrows=True,
)  # fmt: skip
ENUM_REMOVED: Final = Rule(
    "enum_removed", "enum", "removed", "the values are no longer listed",
    "may receive any value", _REFUSED, widens=True,
)  # fmt: skip
TYPE_CHANGED: Final = Rule(
    "type_changed", "type", "changed", "the type {old} became {new}",
    "may receive the other type", "may send the other type",
)  # fmt: skip
NULL_ADDED: Final = Rule(
    "null_added", "null", "added", "it may now be null",
    "may receive null", _REFUSED, widens=True, narrows=False,
)  # fmt: skip
NULL_REMOVED: Final = Rule(
    "null_removed", "null", "removed", "it may no longer be null",
    _ARRIVES, "may send null", widens=False, narrows=True,
)  # fmt: skip
BRANCH_ADDED: Final = Rule(
    "branch_added", "branch", "added", "{subject} is a new alternative",
    "may receive this alternative", _REFUSED, widens=True, narrows=False,
)  # fmt: skip
BRANCH_REMOVED: Final = Rule(
    "branch_removed", "branch", "removed", "the alternative {subject} is gone",
    _ARRIVES, "may send this alternative", widens=False, narrows=True,
)  # fmt: skip
FORMAT_ADDED: Final = Rule(
    "format_added", "format", "added", "it now has the format {new}",
    _ARRIVES, "may send another form", widens=False, narrows=True,
)  # fmt: skip
FORMAT_REMOVED: Final = Rule(
    "format_removed", "format", "removed", "it no longer has the format {old}",
    "may receive another form", _REFUSED, widens=True, narrows=False,
)  # fmt: skip
FORMAT_CHANGED: Final = Rule(
    "format_changed", "format", "changed", "the format {old} became {new}",
    "may receive the other form", "may send the other form",
)  # fmt: skip
PATTERN_ADDED: Final = Rule(
    "pattern_added", "pattern", "added", "it now has the pattern {new}",
    _ARRIVES, "may send another form", widens=False, narrows=True,
)  # fmt: skip
PATTERN_REMOVED: Final = Rule(
    "pattern_removed", "pattern", "removed", "it no longer has the pattern {old}",
    "may receive another form", _REFUSED, widens=True, narrows=False,
)  # fmt: skip
PATTERN_CHANGED: Final = Rule(
    "pattern_changed", "pattern", "changed", "the pattern {old} became {new}", *_OTHER_FORM
)
_LIMIT_MOVED: Final = "{subject} went from {old} to {new}"
LIMIT_LOOSENED: Final = Rule(
    "limit_loosened", "limit", "loosened", _LIMIT_MOVED,
    "may receive a value beyond it", _REFUSED, widens=True, narrows=False,
)  # fmt: skip
LIMIT_TIGHTENED: Final = Rule(
    "limit_tightened", "limit", "tightened", _LIMIT_MOVED,
    _ARRIVES, "may send a value beyond it", widens=False, narrows=True,
)  # fmt: skip
LIMIT_CHANGED: Final = Rule("limit_changed", "limit", "changed", _LIMIT_MOVED, _ARRIVES, _REFUSED)
OBJECT_OPENED: Final = Rule(
    "object_opened", "object", "loosened", "properties besides the listed ones are accepted",
    "may receive properties that it does not know", _REFUSED, widens=True, narrows=False,
)  # fmt: skip
OBJECT_CLOSED: Final = Rule(
    "object_closed", "object", "tightened", "properties besides the listed ones are rejected",
    _ARRIVES, "may send properties besides the listed ones", widens=False, narrows=True,
)  # fmt: skip
KEYWORD_CHANGED: Final = Rule(
    "keyword_changed", "keyword", "changed", "the keyword {subject} changed", _ARRIVES, _REFUSED
)
REWORDED: Final = Rule("words_changed", "words", "changed", "only words changed", widens=False, narrows=False)
UNNAMED: Final = Rule(
    "unnamed", "schema", "changed", "they differ in a way that no rule names", _ARRIVES, _REFUSED
)

RULES: Final[Mapping[str, Rule]] = {
    rule.id: rule
    for rule in (
        EVENT_ADDED, EVENT_REMOVED, PROPERTY_ADDED, REQUIRED_PROPERTY_ADDED, PROPERTY_REMOVED, REQUIRED_ADDED,
        REQUIRED_REMOVED, VALUE_ADDED, VALUE_REMOVED, ENUM_ADDED, ENUM_REMOVED, TYPE_CHANGED, NULL_ADDED,
        NULL_REMOVED, BRANCH_ADDED, BRANCH_REMOVED, FORMAT_ADDED, FORMAT_REMOVED, FORMAT_CHANGED,
        PATTERN_ADDED, PATTERN_REMOVED, PATTERN_CHANGED, LIMIT_TIGHTENED, LIMIT_LOOSENED, LIMIT_CHANGED,
        OBJECT_OPENED, OBJECT_CLOSED, KEYWORD_CHANGED, KNOWN_VALUE_ADDED, KNOWN_VALUE_REMOVED, REWORDED,
        UNNAMED,
    )
}  # fmt: skip
"""All rules by their ids."""
