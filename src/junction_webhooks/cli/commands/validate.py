"""`junction-webhooks validate`: check payloads against the contract."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import contract
from junction_webhooks._json.decode import duplicate_keys
from junction_webhooks._json.display import shown_pointer
from junction_webhooks.cli._parser import add_event_option, describe
from junction_webhooks.cli._terminal import FAILED, UNUSABLE, coloured, complain, count, printable, progress
from junction_webhooks.contract import families
from junction_webhooks.inputs import InputError, files, payloads
from junction_webhooks.validation import check

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence

    from junction_webhooks.inputs import Input
    from junction_webhooks.validation import Report, Verdict, Violation

_DESCRIPTION: Final = """\
Check payloads against the contract. A payload is a whole event, or a bare
order: what belongs under "data". NDJSON is checked line by line.
"""
_EPILOG: Final = """\
verdicts:
  conforms  what Junction documents
  drifts    something is new, missing or malformed, but a tolerant handler
            copes
  rejected  would break a handler, at the places marked as breaking

examples:
  junction-webhooks validate payload.json captured/
  cat payload.json | junction-webhooks validate --tolerant -

exit code: 0 all conform, or with --tolerant none is rejected; 1 otherwise;
           2 unreadable input or usage error
"""
_MOST_SHOWN: Final = 20
"""The most violations that the text format shows per payload. JSON has all that `check` lists."""
_IN_SENTENCE: Final[Mapping[Verdict, tuple[str, str]]] = {
    "conforms": ("conforms", "conform"),
    "drifts": ("drifts", "drift"),
    "rejected": ("is rejected", "are rejected"),
}
"""Each verdict as a verb, in the singular and in the plural."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments and the help of `validate`."""
    describe(parser, _DESCRIPTION, _EPILOG)
    parser.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        help='a file, a folder (its *.json, *.ndjson and *.jsonl, at any depth), or "-" for standard input',
    )
    parser.add_argument("--tolerant", action="store_true", help="accept payloads that drift")
    add_event_option(
        parser,
        f"the event that each payload must be, or whose data it is: {', '.join(contract.EVENT_TYPES)}",
    )
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="text (default), or JSON, one line per payload",
    )
    parser.add_argument(
        "--show-values", action="store_true", help="show the offending values, which may be patient data"
    )


def run(options: argparse.Namespace) -> int:
    """Check every payload of the paths and write its report. Return the exit code."""
    verdicts: Counter[Verdict] = Counter()
    unusable = unlisted = 0
    found = list(_files(options.paths))
    for file in progress(found, total=len(found)):
        try:
            for each in _payloads(file):
                report = check(each.body, event_type=options.event)
                verdicts[report.verdict] += 1
                if options.format == "json":
                    _write(json.dumps(_record(each, report, show_values=options.show_values)))
                elif each.line is None or report.violations:
                    _write(_text(each, report, show_values=options.show_values))
                else:
                    # NDJSON can have thousands of lines: to list those that conform would hide the others.
                    unlisted += 1
        except InputError as error:
            unusable += 1
            complain(str(error))
    if options.format == "text" and (unlisted or verdicts.total() > 1):
        _write(_summary(verdicts))
    if unusable:
        return UNUSABLE
    return FAILED if verdicts["rejected"] or (verdicts["drifts"] and not options.tolerant) else 0


def _files(paths: Sequence[str]) -> Iterator[str | InputError]:
    """The files of all paths, in order, or the error of a path that has none.

    Errors are reported in order too, and the other paths are still checked.
    """
    for path in paths:
        try:
            yield from files(path)
        except InputError as error:
            yield error


def _payloads(file: str | InputError) -> Iterator[Input]:
    if isinstance(file, InputError):
        raise file
    yield from payloads(file)


def _record(found: Input, report: Report, *, show_values: bool) -> dict[str, Any]:
    return {
        "source": found.source,
        "line": found.line,
        "verdict": report.verdict,
        "event_type": report.event_type,
        "bare": report.bare,
        "violations": [_violation(violation, show_values=show_values) for violation in report.violations],
        "truncated": report.truncated,
        "duplicate_keys": _duplicates(found, report),
    }


def _violation(violation: Violation, *, show_values: bool) -> dict[str, Any]:
    fields = ("path", "keyword", "message", "hint", "reason", "pattern", "breaking", "schema_path")
    record = {name: getattr(violation, name) for name in fields}
    return record | ({"value": violation.value} if show_values else {})


def _text(found: Input, report: Report, *, show_values: bool) -> str:
    verdict = coloured(report.verdict, report.verdict)
    lines = [f"{printable(found.place)}: {verdict}{_checked_as(report)}{_breaking_share(report)}"]
    hint = ""
    for violation in report.violations[:_MOST_SHOWN]:
        path = printable(violation.path) or "the payload"
        mark = coloured("rejected", "breaking: ") if violation.breaking else ""
        rule = coloured("faint", f"({violation.keyword})")
        lines.append(f"  {mark}{coloured('bold', path)} {printable(violation.message)} {rule}")
        if show_values and violation.keyword not in {"required", "json"}:
            lines.append(f"    value: {json.dumps(violation.value)}")
        # Several violations in a row often have the same hint: once is enough.
        if violation.hint != hint:
            hint = violation.hint
            lines.append(f"    {printable(hint)}")
    hidden = len(report.violations) - _MOST_SHOWN
    if report.truncated:
        lines.append(f"  and more: --format json lists the first {len(report.violations)}")
    elif hidden > 0:
        lines.append(f"  and {hidden} more: --format json lists them all")
    lines += [
        f"  {coloured('bold', printable(path))} appears more than once: the last one counts"
        for path in _duplicates(found, report)
    ]
    return "\n".join(lines)


def _checked_as(report: Report) -> str:
    if report.event_type is None:
        return ""
    family = families.of(report.event_type)
    is_bare_form = report.bare and family.bare_form is not None
    return f" ({f'bare {family.name}, no envelope' if is_bare_form else report.event_type})"


def _breaking_share(report: Report) -> str:
    """How many of the violations are breaking, unless the answer is none or all."""
    breaking = sum(violation.breaking for violation in report.violations)
    if not 0 < breaking < len(report.violations):
        return ""
    first = "the first " if report.truncated else ""
    return f": {breaking} of {first}{len(report.violations)} violations would break a handler"


def _duplicates(found: Input, report: Report) -> list[str]:
    unreadable = any(violation.keyword == "json" for violation in report.violations)
    return [] if unreadable else sorted({*map(shown_pointer, duplicate_keys(found.body))})


def _summary(verdicts: Counter[Verdict]) -> str:
    parts = [
        f"{verdicts[verdict]} {coloured(verdict, one if verdicts[verdict] == 1 else more)}"
        for verdict, (one, more) in _IN_SENTENCE.items()
        if verdicts[verdict]
    ]
    return f"{count(verdicts.total(), 'payload')}: {', '.join(parts)}"


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
