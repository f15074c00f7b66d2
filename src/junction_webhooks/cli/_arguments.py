"""What the command line takes, and its help: lines of 79 characters, as a terminal of 80 shows them."""

from __future__ import annotations

import argparse
import shutil
import sys
from typing import Final

from junction_webhooks import contract
from junction_webhooks.cli._verdict_line import ROLES

_WIDTH: Final = 80
_VALIDATE_EPILOG: Final = """\
A payload is a whole event, or a bare order (what belongs under "data").
PATH is a file, a folder (its *.json, *.ndjson and *.jsonl, with all folders
below) or "-" for standard input. NDJSON is judged line by line.

verdicts:  conforms  it is what Junction documents
           drifts    it has news (an unknown property or member, something
                     missing or malformed) that a tolerant handler survives
           rejected  a handler would break on what is marked as breaking
exit code: 0 all conform, or with --tolerant none is rejected; 1 otherwise;
           2 cannot read, or usage
"""
_REDACT_EPILOG: Final = """\
Names, addresses and other patient data become fiction, ids become other ids,
days move into the past by one number of days, and what the contract does not
know is dropped. Within one run the same original gives the same replacement,
so that equalities between payloads survive; another run gives others.

exit code: 0 all were redacted; 1 a payload could not be, and is not written;
           2 cannot read, or usage
"""
_SCENARIOS_EPILOG: Final = """\
Without NAME all are listed, under the titles of their stories. A scenario's
timeline has a line a delivery: the time since the first, the event type, and
what it tells.

exit code: 0; 2 there is no scenario NAME, or usage
"""
_GENERATE_EPILOG: Final = """\
Payloads conform, or with --profile tolerant are what Junction may send
tomorrow, and never rejected. They try a parser: histories and ids need not be
consistent. Most have a history; half of what is optional is missing. For
realistic ones: junction-webhooks scenarios NAME --format ndjson.
The first is the simplest, no two are equal. The same seed gives the same
payloads, as long as the versions of this package and of Hypothesis are the
same; fewer are the beginning of more.

exit code: 0; 2 the extra "test" is not installed, or usage
"""
_VENDOR_EPILOG: Final = """\
A README and a lock file beside the copies have version, options and hashes.
Run again, it updates what it wrote and tells each change by event and JSON
pointer; an option that is not given is then the lock file's, and one that
changes is named. Nothing that it did not write is touched, all files change or
none, and a newer version stays. A folder holds one profile.

what:      schemas    one self-contained schema an event, and one for all
           fixtures   payloads that conform, and broken ones with what to
                      expect
           types      TypeScript
           documents  OpenAPI 3.1 and AsyncAPI 3
exit code: 0 done, or with --check nothing found; 1 --check found a file that
           was edited by hand or is missing, or DEST behind or ahead of this
           package; 2 cannot be written or read, DEST is ahead, or usage
"""
_DIFF_EPILOG: Final = """\
OLD and NEW are each a JSON Schema file, a folder with bundles or one that was
vendored, a released version, or a git revision of the checkout in the working
directory ("." is the checkout itself, with bundles made from its schemas).
The first line says what they turned out to be.

consumer:  reads payloads with OLD. compatible: OLD takes all that NEW does
producer:  sends payloads made for OLD. compatible: NEW takes all that OLD does
verdicts:  compatible  proven
           breaking    a payload shows it (--show-payloads)
           unproven    neither a proof nor a payload was found
release:   the part of the version that the changes must raise
exit code: 0 compatible for both, or for the one of --for; 1 otherwise;
           2 cannot read, or usage
"""
_DRIFT_EPILOG: Final = """\
OPENAPI.json is Junction's OpenAPI document, 3.0 or 3.1, or "-" for standard
input. Each difference to the contract is told once: breaking ones, which the
tolerant profile may refuse, and tolerated ones. What was decided, in
schemas/drift_baseline.json or by x-provenance, is listed apart with its
reason.

exit code: 0 nothing unexplained; 1 unexplained differences;
           2 cannot read, no OpenAPI, or usage
"""


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help as wide as what is written by hand in it, or narrower on a narrow terminal."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=min(_WIDTH, shutil.get_terminal_size().columns) - 1)


class _Version(argparse.Action):
    """Of the package and of the contract in it; found out only when they are asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version  # noqa: PLC0415  (not every run tells it)

        from junction_webhooks.contract import releases as _releases  # noqa: PLC0415

        released = "" if _releases.is_released(contract.version()) else ", not released"
        told = f"{version('junction-webhooks')} (contract {contract.version()}{released})"
        sys.stdout.write(f"{parser.prog} {told}\n")
        parser.exit()


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    whole = argparse.ArgumentParser(
        prog="junction-webhooks",
        epilog="junction-webhooks COMMAND --help tells what a command takes and returns.",
        formatter_class=_Help,
        description="The contract of Junction's walk-in lab-test webhooks. Independent of Junction.",
    )
    whole.add_argument("-V", "--version", action=_Version, nargs=0, help="show the versions and exit")
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")

    validate = _command(commands, "validate", "judge payloads by the contract", _VALIDATE_EPILOG)
    validate.add_argument("paths", nargs="+", metavar="PATH", help='file, folder or "-"')
    validate.add_argument("--tolerant", action="store_true", help="accept payloads that drift")
    validate.add_argument(
        "--event",
        choices=contract.EVENT_TYPES,
        metavar="TYPE",
        help=f"the event that each payload must be, or belong under: {', '.join(contract.EVENT_TYPES)}",
    )
    validate.add_argument(
        "--format", choices=("text", "json"), default="text", help="text (default), or JSON, a line a payload"
    )
    validate.add_argument(
        "--show-values", action="store_true", help="show offending values, which may be patient data"
    )

    redact = _command(
        commands,
        "redact",
        "make safe fixtures of captured payloads",
        _REDACT_EPILOG,
        description="Make safe fixtures of captured payloads: the same shape, without patient data.",
    )
    redact.add_argument("path", metavar="PATH", help='file, folder or "-"')
    redact.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        help="file to write, or folder for a folder; by default standard output",
    )
    redact.add_argument("--force", action="store_true", help="overwrite files that exist")
    redact.add_argument(
        "--event", choices=contract.EVENT_TYPES, metavar="TYPE", help="the event that each payload must be"
    )

    scenarios = _command(
        commands, "scenarios", "whole stories of deliveries, to test handlers with", _SCENARIOS_EPILOG
    )
    scenarios.add_argument("name", nargs="?", metavar="NAME", help="the scenario to tell")
    scenarios.add_argument(
        "--format",
        choices=("text", "ndjson"),
        default="text",
        help="text (default), or the payloads in the order they are sent, a line each",
    )

    generate = _command(
        commands,
        "generate",
        "draw payloads from the schemas, to try a parser with",
        _GENERATE_EPILOG,
        description="Draw payloads of an event from the schemas, one in a line (NDJSON).",
    )
    generate.add_argument(
        "event",
        choices=contract.EVENT_TYPES,
        metavar="EVENT",
        help=f"the event: {', '.join(contract.EVENT_TYPES)}",
    )
    generate.add_argument(
        "-n", "--number", type=_positive, default=10, metavar="N", help="how many; default 10"
    )
    generate.add_argument(
        "--seed", type=int, metavar="S", help="a whole number; without it one is drawn and told"
    )
    generate.add_argument("--profile", choices=contract.PROFILES, default="strict", help="default strict")

    vendor = _command(
        commands,
        "vendor",
        "copy the contract into another repository, and update it there",
        _VENDOR_EPILOG,
        description="Copy the contract into another repository, and keep it up to date.",
    )
    vendor.add_argument("destination", metavar="DEST", help="the folder to write")
    vendor.add_argument("--profile", choices=contract.PROFILES, help="default tolerant")
    vendor.add_argument("--draft", choices=contract.DRAFTS, help="of JSON Schema; default 2020-12")
    vendor.add_argument("--what", metavar="LIST", help="with commas; default schemas")
    vendor.add_argument("--base-uri", metavar="URI", help='where DEST will be served: the base of each "$id"')
    either = vendor.add_mutually_exclusive_group()
    either.add_argument("--check", action="store_true", help="write nothing; is DEST as it should be?")
    either.add_argument("--force", action="store_true", help="write an older version over a newer one")

    diff = _command(
        commands, "diff", "what changed between two versions, and whom it can break", _DIFF_EPILOG
    )
    diff.add_argument("old", metavar="OLD", help="file, folder, version or git revision")
    diff.add_argument("new", metavar="NEW", help="the same")
    diff.add_argument(
        "--for",
        dest="only",
        choices=ROLES,
        help="judge for one side alone: consumer if you only receive payloads",
    )
    diff.add_argument("--format", choices=("text", "json"), default="text", help="text (default), or JSON")
    diff.add_argument(
        "--show-payloads", action="store_true", help="show the payload behind each breaking verdict"
    )

    drift = _command(
        commands, "drift", "compare Junction's OpenAPI document with the contract", _DRIFT_EPILOG
    )
    drift.add_argument("document", metavar="OPENAPI.json", help='file or "-"')
    drift.add_argument(
        "--format",
        choices=("text", "json", "markdown"),
        default="text",
        help="text (default), JSON, or Markdown for the body of an issue",
    )
    return whole


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    about: str,
    epilog: str,
    *,
    description: str = "",
) -> argparse.ArgumentParser:
    """A command under its name, about which its own help can say more than the list of all."""
    described = description or f"{about[0].upper()}{about[1:]}."
    return commands.add_parser(name, help=about, description=described, epilog=epilog, formatter_class=_Help)


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) < 1:
        message = f"{text!r} is no whole number from 1"
        raise argparse.ArgumentTypeError(message)
    return int(text)
