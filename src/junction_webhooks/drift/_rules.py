"""The rules of `drift`: those of all comparisons, and what only Junction's documents can say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from junction_webhooks._jsonschema.rules import RULES as _COMMON
from junction_webhooks._jsonschema.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

EVENT_RENAMED: Final = Rule(
    "event_renamed", "event", "changed", "the event {old} is gone, and {new} may be its new name"
)
EVENT_DEPRECATED: Final = Rule(
    "event_deprecated", "event", "changed", "the event {subject} is now deprecated"
)
DEPRECATED: Final = Rule("deprecated", "deprecation", "added", "{subject} is now deprecated")
UNDEPRECATED: Final = Rule(
    "undeprecated", "deprecation", "removed", "{subject} is deprecated only in the contract"
)
VALUE_DEPRECATED: Final = Rule(
    "value_deprecated", "deprecation", "added", "the value {subject} is now deprecated"
)
EXHAUSTIVE_ADDED: Final = Rule(
    "exhaustive_added", "exhaustive", "added", "its values are now marked as exhaustive"
)
EXHAUSTIVE_REMOVED: Final = Rule(
    "exhaustive_removed", "exhaustive", "removed",
    "its values are no longer marked as exhaustive: more may follow",
)  # fmt: skip
KEYWORD_UNKNOWN: Final = Rule(
    "keyword_unknown", "keyword", "added", "it has the keyword {subject}, which drift does not compare"
)

RULES: Final[Mapping[str, Rule]] = {
    **_COMMON,
    **{
        rule.id: rule
        for rule in (
            EVENT_RENAMED, EVENT_DEPRECATED, DEPRECATED, UNDEPRECATED, VALUE_DEPRECATED, EXHAUSTIVE_ADDED,
            EXHAUSTIVE_REMOVED, KEYWORD_UNKNOWN,
        )
    },
}  # fmt: skip
"""All rules that a finding can have, by their ids."""
