"""`junction-webhooks diff`: what changed between two versions, and whom it can break."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from junction_webhooks import compatibility
from junction_webhooks._extras import missing
from junction_webhooks._jsonschema.rules import RULES
from junction_webhooks.cli import _revisions
from junction_webhooks.cli._change_line import change_line
from junction_webhooks.cli._terminal import FAILED, complain, printable
from junction_webhooks.cli._verdict_line import ROLES, Judged, verdict_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from junction_webhooks.cli._revisions import Revision
    from junction_webhooks.cli._verdict_line import Role
    from junction_webhooks.compatibility import Change, Comparison, Direction


def run(old: str, new: str, *, only: Role | None, as_json: bool, show_payloads: bool) -> int:
    """Compare two versions for consumer, producer or both, and write every change; returns the exit code."""
    judged = ROLES if only is None else (only,)
    try:
        revisions = _revisions.load_both(old, new)
        comparison = compatibility.compare(*(each.schemas for each in revisions))
    except ModuleNotFoundError as error:
        return complain(missing(error.name, "fast"))
    except _revisions.RevisionError as error:
        return complain(str(error))
    except ValueError as error:
        why, _, _ = str(error).partition("\n")
        return complain(f"{old} and {new} cannot be compared: one holds no JSON Schema: {why}")
    if as_json:
        sys.stdout.write(json.dumps(_record(revisions, comparison, judged), indent=2) + "\n")
    else:
        lines = _lines(revisions, comparison, judged, show_payloads=show_payloads)
        sys.stdout.write("\n".join(lines) + "\n")
    safe = all(getattr(comparison, name) == "compatible" for name in judged)
    return 0 if safe else FAILED


def _record(
    revisions: tuple[Revision, Revision], comparison: Comparison, judged: Sequence[Role]
) -> dict[str, Any]:
    old, new = (each.description for each in revisions)
    return {
        "old": old,
        "new": new,
        **{name: getattr(comparison, name) for name in judged},
        "version_bump": comparison.version_bump,
        "changes": [
            {
                "rule": change.rule,
                "schemas": change.schemas,
                "path": change.path,
                "also": change.also,
                "subject": change.subject,
                "old": change.old,
                "new": change.new,
                "what": change.what,
            }
            | {name: _side(getattr(change, name)) for name in judged}
            for change in comparison.changes
        ],
    }


def _side(direction: Direction) -> dict[str, Any]:
    shown = {"payload": direction.payload} if direction.verdict == "breaking" else {}
    return {"verdict": direction.verdict} | shown


def _lines(
    revisions: tuple[Revision, Revision],
    comparison: Comparison,
    judged: Sequence[Role],
    *,
    show_payloads: bool,
) -> Iterator[str]:
    old, new = (printable(each.description) for each in revisions)
    yield f"{'from' if comparison.changes else 'no change from'} {old} to {new}"
    for change in comparison.changes:
        where = ", ".join(name for name in change.schemas if name)
        yield change_line(change.path, change.also, change.what, change.rule)
        if where:
            yield f"  in {where}"
        for name in judged:
            direction: Direction = getattr(change, name)
            yield f"  {name}: {_told(change, name, direction)}"
            if show_payloads and direction.verdict == "breaking":
                yield f"    {json.dumps(direction.payload)}"
    if comparison.changes:
        yield from _summary(revisions, comparison, judged)


def _summary(
    revisions: tuple[Revision, Revision], comparison: Comparison, judged: Sequence[Role]
) -> Iterator[str]:
    verdicts = ", ".join(f"{name}: {getattr(comparison, name)}" for name in judged)
    yield verdicts if len(judged) == 1 else f"{verdicts}, release: {comparison.version_bump}"
    role = judged[0]
    profiles = {_profile(name) for each in revisions for name in each.schemas}
    changes = [
        Judged(_profile(each.schemas[0]), each.path, getattr(each, role).verdict)
        for each in comparison.changes
    ]
    hint = ""
    if len(judged) > 1 and comparison.consumer == "compatible" != comparison.producer:
        hint = "; exit code 1 is for senders, whom --for consumer leaves out"
    yield verdict_line(changes, profiles, role=role) + hint


def _profile(name: str) -> str:
    return name.partition("/")[0]


def _told(change: Change, name: str, direction: Direction) -> str:
    if direction.verdict == "compatible":
        return direction.verdict
    return f"{direction.verdict}: {getattr(RULES[change.rule], name)}"
