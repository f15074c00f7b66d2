"""`junction-webhooks diff`: show what changed between two versions, and what it can break."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import compatibility
from junction_webhooks._extras import missing
from junction_webhooks._jsonschema.rules import RULES
from junction_webhooks.cli import _revisions
from junction_webhooks.cli._change_line import change_line
from junction_webhooks.cli._parsing.completers import offer
from junction_webhooks.cli._parsing.help import describe
from junction_webhooks.cli._parsing.options import add_format_option, add_output_options
from junction_webhooks.cli._terminal import FAILED, complain, count, printable
from junction_webhooks.cli._verdict_line import ROLES, Impact, verdict_line

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from junction_webhooks.cli._revisions import Revision
    from junction_webhooks.cli._verdict_line import Role
    from junction_webhooks.compatibility import Change, Comparison, Direction


_MAX_PAYLOADS: Final = 1_000_000
"""Characters of all payloads that are shown together. Those of GitHub's webhooks have up to 30,000 each."""
_DESCRIPTION: Final = """\
Show what changed between two versions of the contract, and what it can break.
OLD and NEW are each a JSON Schema file, a folder with bundles or one that was
vendored, a released version, "installed" for this package's own, a git
revision of the checkout in the working directory, or "." for that checkout
itself. The first line of the output says what they turned out to be.
"""
_NOTES: Final = """\
roles:     consumer  reads payloads with OLD; compatible if OLD accepts
                     everything that NEW accepts
           producer  sends payloads made for OLD; compatible if NEW accepts
                     everything that OLD accepts
verdicts:  compatible  proven
           breaking    a payload shows it (--show-payloads)
           unproven    neither a proof nor such a payload was found
           Work is bounded: "given up" names what was left out. Only the files
           that you name are opened, and no URL.
git:       run it in a checkout of junction-webhooks, as in `diff HEAD .`
release:   which part of the version number the changes must raise
"""
_EXIT_CODES: Final = """\
0 compatible for both roles, or for the one of --for; 1 otherwise;
           2 unreadable input or usage error
"""
_EXAMPLES: Final = (
    "junction-webhooks diff contracts/junction --for consumer",
    "junction-webhooks diff HEAD . --for consumer",
    "junction-webhooks diff old.json new.json --show-payloads",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments and the help of `diff`."""
    describe(parser, _DESCRIPTION, notes=_NOTES, exit_codes=_EXIT_CODES, examples=_EXAMPLES)
    old = parser.add_argument("old", metavar="OLD", help="a file, folder, version or git revision")
    new = parser.add_argument("new", nargs="?", metavar="NEW", help="the same; default: installed")
    for revision in (old, new):
        offer(revision, "revisions", files=True)
    parser.add_argument(
        "--for",
        dest="only",
        choices=ROLES,
        metavar="ROLE",
        help="one role only: consumer if you receive, or producer",
    )
    parser.add_argument(
        "--show-payloads", action="store_true", help="show the payload that proves each breaking verdict"
    )
    add_format_option(parser, "text", "json")
    add_output_options(parser)


def run(options: argparse.Namespace) -> int:
    """Compare two versions, and write each change and its effect on each role. Return the exit code."""
    old, new = options.old, options.new
    roles = ROLES if options.only is None else (options.only,)
    try:
        revisions = _revisions.load_both(old, new)
        new = new or _revisions.INSTALLED
        for name, revision in zip((old, new), revisions, strict=True):
            _revisions.check(name, revision)
        comparison = compatibility.compare(*(each.schemas for each in revisions))
    except ModuleNotFoundError as error:
        return complain(missing(error.name, "fast"))
    except _revisions.RevisionError as error:
        return complain(str(error))
    except ValueError as error:
        why, _, _ = str(error).partition("\n")
        return complain(f"{old} and {new} cannot be compared: {why}")
    payloads = _Payloads()
    if options.format == "json":
        sys.stdout.write(json.dumps(_record(revisions, comparison, roles, payloads), indent=2) + "\n")
    else:
        lines = _lines(revisions, comparison, roles, payloads if options.show_payloads else None)
        sys.stdout.write("\n".join(lines) + "\n")
    safe = all(getattr(comparison, role) == "compatible" for role in roles)
    return 0 if safe else FAILED


class _Payloads:
    """The payloads to show, until they are very many together."""

    def __init__(self) -> None:
        self._left = _MAX_PAYLOADS
        self._omitted = 0

    def text(self, direction: Direction) -> str | None:
        """The payload of a breaking change as JSON, or None if there was no room for it."""
        text = json.dumps(direction.payload)
        if len(text) > self._left:
            self._omitted += 1
            return None
        self._left -= len(text)
        return text

    @property
    def given_up(self) -> tuple[str, ...]:
        """The payloads that were left out, in one line."""
        if not self._omitted:
            return ()
        return (f"{count(self._omitted, 'payload')} beyond {_MAX_PAYLOADS:,} characters: not shown",)


def _record(
    revisions: tuple[Revision, Revision],
    comparison: Comparison,
    roles: Sequence[Role],
    payloads: _Payloads,
) -> dict[str, Any]:
    old, new = (each.description for each in revisions)
    record: dict[str, Any] = {
        "old": old,
        "new": new,
        **{role: getattr(comparison, role) for role in roles},
        "version_bump": comparison.version_bump,
        "changes": [
            {
                "rule": change.rule,
                "schemas": change.schemas,
                "stability": change.stability,
                "path": change.path,
                "also": change.also,
                "subject": change.subject,
                "old": change.old,
                "new": change.new,
                "what": change.what,
            }
            | {role: _direction(getattr(change, role), payloads) for role in roles}
            for change in comparison.changes
        ],
    }
    return record | {"given_up": [*comparison.given_up, *payloads.given_up]}


def _direction(direction: Direction, payloads: _Payloads) -> dict[str, Any]:
    found: dict[str, Any] = {"verdict": direction.verdict}
    if direction.verdict == "breaking" and payloads.text(direction) is not None:
        found["payload"] = direction.payload
    if direction.reason is not None:
        found["reason"] = direction.reason
    return found


def _lines(
    revisions: tuple[Revision, Revision],
    comparison: Comparison,
    roles: Sequence[Role],
    payloads: _Payloads | None,
) -> Iterator[str]:
    old, new = (printable(each.description) for each in revisions)
    yield f"{'from' if comparison.changes else 'no change from'} {old} to {new}"
    for change in comparison.changes:
        where = ", ".join(name for name in change.schemas if name)
        yield change_line(change.path, change.also, change.what, change.rule)
        if where:
            yield f"  in {where}{' (beta)' if change.stability == 'beta' else ''}"
        for role in roles:
            direction: Direction = getattr(change, role)
            yield f"  {role}: {_meaning(change, role, direction)}"
            if payloads is not None and direction.verdict == "breaking":
                text = payloads.text(direction)
                if text is not None:
                    yield f"    {text}"
    for line in (*comparison.given_up, *(payloads.given_up if payloads else ())):
        yield f"given up: {printable(line)}"
    if comparison.changes:
        yield from _summary(revisions, comparison, roles)


def _summary(
    revisions: tuple[Revision, Revision], comparison: Comparison, roles: Sequence[Role]
) -> Iterator[str]:
    verdicts = ", ".join(f"{role}: {getattr(comparison, role)}" for role in roles)
    yield verdicts if len(roles) == 1 else f"{verdicts}, release: {comparison.version_bump}"
    role = roles[0]
    profiles = {_profile(name) for each in revisions for name in each.schemas}
    impacts = [
        Impact(_profile(each.schemas[0]), each.path, getattr(each, role).verdict)
        for each in comparison.changes
    ]
    hint = ""
    if len(roles) > 1 and comparison.consumer == "compatible" != comparison.producer:
        hint = "; exit code 1 is because of senders: --for consumer leaves them out"
    yield verdict_line(impacts, profiles, role=role) + hint


def _profile(name: str) -> str:
    return name.partition("/")[0]


def _meaning(change: Change, role: Role, direction: Direction) -> str:
    if direction.verdict == "compatible":
        return direction.verdict
    why = f" ({printable(direction.reason)})" if direction.reason else ""
    return f"{direction.verdict}: {getattr(RULES[change.rule], role)}{why}"
