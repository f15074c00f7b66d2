"""Whom changes break, in a sentence: the last line of the commands that tell changes."""

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
    "consumer": "a reader of the{} schemas",
    "producer": "a sender of payloads for the{} schemas",
}
_UNTIL: Final[Mapping[Role, str]] = {"consumer": " until it updates", "producer": ""}
_OTHERS: Final[Mapping[Role, Mapping[Verdict, str]]] = {
    "consumer": {
        "compatible": "take all new payloads too",
        "unproven": "may refuse new payloads until you update",
        "breaking": "refuse new payloads until you update",
    },
    "producer": {
        "compatible": "take all earlier payloads too",
        "unproven": "may refuse earlier payloads once updated",
        "breaking": "refuse some earlier payloads once updated",
    },
}
_BY_WEIGHT: Final[Sequence[Verdict]] = ("breaking", "unproven", "compatible")


class Judged(NamedTuple):
    """One change, as one role has to take it."""

    profile: str
    """`tolerant`, `strict`, or anything else for schemas that have no profile."""
    path: str
    verdict: Verdict


def verdict_line(changes: Sequence[Judged], profiles: Iterable[str], *, role: Role = "consumer") -> str:
    """What all changes of some profiles mean for one role: first for production, which is tolerant."""
    present = set(profiles)
    main = next((each for each in ("tolerant", "strict") if each in present), "")
    within = [each for each in changes if each.profile == main or not main]
    broken, unproven = (
        [each.path for each in within if each.verdict == verdict] for verdict in ("breaking", "unproven")
    )
    whom = _WHOM[role].format(f" {main}" if main else "")
    if broken:
        line = f"{_some(len(broken), len(changes))} {whom}{_UNTIL[role]}: {places(broken)}"
    else:
        line = f"{_none(len(changes), is_proven=not unproven)} {whom}"
    if unproven:
        line += f"; unproven at {places(unproven)}"
    if main == "tolerant" and "strict" in present:
        verdicts = {each.verdict for each in changes if each.profile == "strict"}
        worst: Verdict = next((each for each in _BY_WEIGHT if each in verdicts), "compatible")
        line += f"; the strict ones {_OTHERS[role][worst]}"
    return line


def places(paths: Iterable[str]) -> str:
    """Some of the paths, each once; what was read from a file cannot steer the terminal."""
    told = list(dict.fromkeys(printable(path) or "/" for path in paths))
    more = f" and {len(told) - _MOST_PLACES} more" if len(told) > _MOST_PLACES else ""
    return f"{', '.join(told[:_MOST_PLACES])}{more}"


def _some(broken: int, total: int) -> str:
    if total == 1:
        return "The change breaks"
    if broken == total:
        return f"{'Both' if total == 2 else f'All {total}'} changes break"  # noqa: PLR2004  (the word is for two)
    return f"{broken} of the {total} changes break{'s' if broken == 1 else ''}"


def _none(total: int, *, is_proven: bool) -> str:
    if total == 1:
        return f"The change {'does not' if is_proven else 'is not known to'} break"
    return f"None of the {total} changes {'breaks' if is_proven else 'is known to break'}"
