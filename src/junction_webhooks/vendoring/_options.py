"""The options of a vendored folder."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, Literal, TypeAlias, get_args

from junction_webhooks.contract import Draft, Profile

What: TypeAlias = Literal[
    "schemas",
    "fixtures",
    "types",
    "documents",
    "signatures",
    "scenarios",
    "lifecycles",
    "values",
    "suite",
]
"""One part of the contract that can be vendored."""
WHAT: Final[tuple[What, ...]] = get_args(What)
"""All parts that can be vendored, in the order of the lock file."""


@dataclass(frozen=True, slots=True)
class Options:
    """Which form of the contract a vendored folder contains."""

    profile: Profile = "tolerant"
    draft: Draft = "2020-12"
    what: tuple[What, ...] = ("schemas",)
    """A selection from `WHAT`, in that order."""
    base_uri: str = ""
    """Where the folder will be served.

    Each `$id` is this, followed by the path of its file. Empty: as published.
    """
    formats: bool = False
    """Whether the schemas name formats next to the patterns that spell them out."""


def differing(old: Options, new: Options) -> dict[str, tuple[str, str]]:
    """The options that differ, by their names on the command line, with the old and the new value."""
    both = {field.name: (getattr(old, field.name), getattr(new, field.name)) for field in fields(Options)}
    return {
        name.replace("_", "-"): (_word(one), _word(other))
        for name, (one, other) in both.items()
        if one != other
    }


def option_changes(old: Options, new: Options) -> list[str]:
    """Each option that differs, in words."""
    return [
        f"{name}: {before or '(none)'} -> {after or '(none)'}"
        for name, (before, after) in differing(old, new).items()
    ]


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ",".join(value) if isinstance(value, tuple) else str(value)
