"""The last line of the commands that list changes: one sentence that says who is affected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias, get_args

from junction_webhooks.cli._terminal import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from junction_webhooks.compatibility import Verdict

Role: TypeAlias = Literal["consumer", "producer"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
_MOST_PLACES: Final = 6
_WHOM: Final[Mapping[Role, str]] = {
    "consumer": "readers of the{} schemas",
    "producer": "senders of payloads for the{} schemas",
}
_UNTIL: Final[Mapping[Role, str]] = {"consumer": " until they update", "producer": ""}
_STRICT_PROFILE: Final[Mapping[Role, Mapping[Verdict, str]]] = {
    "consumer": {
        "compatible": "accept all new payloads too",
        "unproven": "may reject new payloads until you update",
        "breaking": "reject new payloads until you update",
    },
    "producer": {
        "compatible": "accept all earlier payloads too",
        "unproven": "may reject earlier payloads once you update",
        "breaking": "reject some earlier payloads once you update",
    },
}
_WORST_FIRST: Final[Sequence[Verdict]] = ("breaking", "unproven", "compatible")


class Impact(NamedTuple):
    """What one change means for one role."""

    profile: str
    """`tolerant`, `strict`, or anything else for schemas without profiles."""
    path: str
    verdict: Verdict


def verdict_line(impacts: Sequence[Impact], profiles: Iterable[str], *, role: Role = "consumer") -> str:
    """What all changes together mean for one role.

    The sentence is about the tolerant profile, which production uses, and ends with the strict one. Without a
    tolerant profile, it is about the strict one, and without profiles, about everything.
    """
    present = set(profiles)
    main = next((each for each in ("tolerant", "strict") if each in present), "")
    within = [each for each in impacts if each.profile == main or not main]
    broken, unproven = (
        [each.path for each in within if each.verdict == verdict] for verdict in ("breaking", "unproven")
    )
    whom = _WHOM[role].format(f" {main}" if main else "")
    if broken:
        line = f"{_some_break(len(broken), len(impacts))} {whom}{_UNTIL[role]}: {places(broken)}"
    else:
        line = f"{_none_breaks(len(impacts), is_proven=not unproven)} {whom}"
    if unproven:
        line += f"; unproven at {places(unproven)}"
    if main == "tolerant" and "strict" in present:
        verdicts = {each.verdict for each in impacts if each.profile == "strict"}
        worst: Verdict = next((each for each in _WORST_FIRST if each in verdicts), "compatible")
        line += f"; the strict schemas {_STRICT_PROFILE[role][worst]}"
    return line


def places(paths: Iterable[str]) -> str:
    """The first few paths, without duplicates and with control characters escaped."""
    distinct = list(dict.fromkeys(printable(path) or "/" for path in paths))
    more = f" and {len(distinct) - _MOST_PLACES} more" if len(distinct) > _MOST_PLACES else ""
    return f"{', '.join(distinct[:_MOST_PLACES])}{more}"


def _some_break(broken: int, total: int) -> str:
    if total == 1:
        return "The change breaks"
    if broken == total:
        return f"{'Both' if total == 2 else f'All {total}'} changes break"  # noqa: PLR2004  (English has a word for two)
    return f"{broken} of the {total} changes break{'s' if broken == 1 else ''}"


def _none_breaks(total: int, *, is_proven: bool) -> str:
    if total == 1:
        return f"The change {'does not' if is_proven else 'is not known to'} break"
    return f"None of the {total} changes {'breaks' if is_proven else 'is known to break'}"
