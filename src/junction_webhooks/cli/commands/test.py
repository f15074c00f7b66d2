"""`junction-webhooks test`: test an endpoint against the rules of delivery."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import fixtures
from junction_webhooks._json import pointer
from junction_webhooks._json.decode import UnreadableError, read
from junction_webhooks._similar import did_you_mean
from junction_webhooks.cli import _live, _test_settings
from junction_webhooks.cli._parsing.completers import offer
from junction_webhooks.cli._parsing.help import describe
from junction_webhooks.cli._parsing.options import (
    add_force_option,
    add_format_option,
    positive_integer,
    whole_number,
)
from junction_webhooks.cli._terminal import FAILED, coloured, complain, count
from junction_webhooks.live import api_stub
from junction_webhooks.live.checks.catalogue import selected
from junction_webhooks.live.checks.session import Session, Settings
from junction_webhooks.live.client import TIME_LIMIT
from junction_webhooks.live.endpoints import HttpEndpoint
from junction_webhooks.live.guard import Guard
from junction_webhooks.live.reports import junit, totals
from junction_webhooks.live.reports.text import INDENT, TextReport
from junction_webhooks.live.state.probe import Probe
from junction_webhooks.live.story_files import is_story
from junction_webhooks.live.testing import explained, first_delivery, run_checks
from junction_webhooks.signing import BENCH_SECRET

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from junction_webhooks.live.checks.model import Check, Result

_DESCRIPTION: Final = """\
Test an endpoint in any language: signatures, tolerance, delivery, state and
critical results. What fails out of order is reduced to the shortest case.
"""
_NOTES: Final = """\
Options can be in junction-webhooks.toml, under [test], or in pyproject.toml,
under [tool.junction-webhooks.test]. A case is a file that `send` plays again.
A check that passes removes the case of an earlier run.
"""
_EXIT_CODES: Final = """\
0 nothing failed; 1 a check failed; 2 nothing tested or usage error
"""
_EXAMPLES: Final = (
    "junction-webhooks test --to http://localhost:8000/webhooks",
    "junction-webhooks test --state 'http://localhost:8000/orders/{order_id}'",
    "junction-webhooks test --only signatures --format junit -o results.xml",
)
_CASES: Final = "junction-webhooks-cases"
_SETTLE: Final = 5.0
_CONCURRENCY: Final = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments and the help of `test`."""
    describe(parser, _DESCRIPTION, notes=_NOTES, exit_codes=_EXIT_CODES, examples=_EXAMPLES)
    parser.usage = "%(prog)s --to URL [options]"
    add = parser.add_argument
    _live.add_destination_options(parser)
    _live.add_secret_options(parser)
    add("--state", action="append", metavar="URL", help="where your service shows {order_id}; repeatable")
    add("--pointer", metavar="POINTER", help="the part of the answer that counts")
    add("--escalations", metavar="URL", help="where it lists what a person has to see")
    add("--state-map", metavar="FILE", help="JSON: Junction's statuses and yours, to compare")
    add("--settle", metavar="TIME", help="until answers no longer change; default: 5s")
    add("--before", metavar="CMD", help="run before each story, with its ids as JSON")
    add("--ids", metavar="FILE", help="JSON: ids that your service knows, per story")
    add("--api-port", type=positive_integer, metavar="PORT", help="serve a stub of Junction's API there")
    only = add("--only", action="append", metavar="CHECK", help="checks, groups or patterns; repeatable")
    skip = add("--skip", action="append", metavar="CHECK", help="leave these out; repeatable")
    offer(only, "checks")
    offer(skip, "checks")
    scenario = add("--scenario", action="append", metavar="NAME", help="play only this scenario; repeatable")
    offer(scenario, "scenarios")
    add(
        "--include", action="append", choices=["urgent"], help="send critical results beyond this machine too"
    )
    add("--concurrency", type=positive_integer, metavar="N", help="deliveries in flight; default: 10")
    add("--time-limit", metavar="TIME", help="for each answer; default: 15s")
    add("--seed", type=whole_number, metavar="S", help="other orders of arrival; default: 0")
    add("--cases", metavar="FOLDER", help="for cases that fail; default: " + _CASES)
    add_format_option(parser, "text", "json", "junit", default=None)
    add("-o", "--output", dest="report", metavar="FILE", help="write to a file; default: standard output")
    add_force_option(parser)


def run(options: argparse.Namespace) -> int:
    """Test the endpoint and write the results. Return the exit code."""
    try:
        _test_settings.apply(options, _test_settings.read_settings(Path()))
    except _live.OptionError as error:
        return complain(str(error))
    # The file may be named in the settings, so that `cli.main` does not know it yet.
    options.output = options.report
    if options.output is None:
        return _run(options)
    from junction_webhooks.cli._output import run_into  # noqa: PLC0415  (only -o needs it)

    return run_into(options, _run)


def _run(options: argparse.Namespace) -> int:
    try:
        guard = Guard(options.allow_host)
        destination = _live.destination(options, guard)
        chosen = _live.secrets(options)
        endpoint = HttpEndpoint(destination, guard, _seconds(options, "time_limit", TIME_LIMIT))
        settings = _settings(options, guard)
        checks = _checks(options)
        with _stub(options) as stub:
            session = Session(endpoint, chosen, settings, stub=stub)
            outcome = first_delivery(session)
            if not outcome.accepted:
                complain(explained(outcome, str(endpoint)))
                if outcome.status in {400, 401, 403} and chosen == [BENCH_SECRET]:
                    _live.explain_bench_secret()
                return complain("nothing was tested")
            if stub and options.format in {None, "text"}:
                sys.stdout.write(f"Junction's API is at http://127.0.0.1:{options.api_port}\n")
            results = _tested(session, checks, options)
    except (_live.OptionError, _BeforeError) as error:
        return complain(str(error))
    if not results:
        return complain("nothing is left to check: state.statuses needs --state-map FILE")
    if all(each.finding.status == "not checked" for each in results):
        return complain("none of these checks could be made: see the reasons above")
    return FAILED if any(each.finding.status == "failed" for each in results) else 0


def _checks(options: argparse.Namespace) -> Sequence[Check]:
    """Return the checks to run. Raises `OptionError` for an unknown one."""
    try:
        return selected(options.only or (), options.skip or ())
    except ValueError as error:
        raise _live.OptionError(str(error)) from None


def _tested(session: Session, checks: Sequence[Check], options: argparse.Namespace) -> list[Result]:
    """Run the checks, write their results, and return them."""
    results: list[Result] = []
    report = _Report(session, options)
    try:
        for result in run_checks(session, checks):
            results.append(result)
            report.add(result, _saved(result, options.cases or _CASES))
    except KeyboardInterrupt:
        if (options.format or "text") == "text" and results:
            report.end(results)
        complain(f"stopped after {count(len(results), 'check')}")
        raise
    report.end(results)
    return results


class _Report:
    """Writes results: text as they come, and the other formats at the end."""

    def __init__(self, session: Session, options: argparse.Namespace) -> None:
        self._session = session
        self._format = options.format or "text"
        self._text = TextReport(coloured)
        if self._format == "text":
            self._write(f"{session.endpoint}: accepts a valid delivery")

    def add(self, result: Result, saved: Path | None) -> None:
        """Write one result, and how to repeat its shortest case."""
        if self._format != "text":
            return
        for line in self._text.lines(result):
            self._write(line)
        if saved:
            self._write(f"{INDENT}again: junction-webhooks send {saved} --to {self._session.endpoint}")

    def end(self, results: Sequence[Result]) -> None:
        """Write what was not checked, and the totals."""
        if self._format == "text":
            for line in (*self._text.rest(), "", totals.in_words(results)):
                self._write(line)
        elif self._format == "json":
            about = {"to": str(self._session.endpoint), "seed": self._session.settings.seed}
            self._write(json.dumps(totals.as_json(results, **about), indent=2))
        else:
            sys.stdout.write(junit.as_xml(results))

    def _write(self, line: str) -> None:
        sys.stdout.write(line + "\n")
        # Somebody may be watching.
        sys.stdout.flush()


def _saved(result: Result, folder: str) -> Path | None:
    """Write the shortest case of a failed check to a file, and return the file; None if there is none.

    The case of an earlier run is removed, unless the check could not be made.
    """
    example = result.finding.counterexample
    path = Path(folder) / f"{result.check.id}.json"
    if example is None:
        if result.finding.status != "not checked" and is_story(path):
            path.unlink()
            with suppress(OSError):
                # It stays if it has other files.
                path.parent.rmdir()
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(example.as_file(), "utf-8")
    return path


def _settings(options: argparse.Namespace, guard: Guard) -> Settings:
    """Return what to ask. Raises `OptionError`."""
    known = [each.name for each in fixtures.scenarios()]
    for name in options.scenario or ():
        if name not in known:
            near = did_you_mean(name, known) or "`junction-webhooks scenarios` lists all"
            message = f"--scenario: there is no scenario {name!r}: {near}"
            raise _live.OptionError(message)
    for template in options.state or ():
        if "{" not in template:
            # It would have the same answer for every story.
            message = f"--state: {template}: write {{order_id}} where your URL has the id of the order"
            raise _live.OptionError(message)
    _check_pointer(options)
    return Settings(
        state=_probe("--state", options.state or (), guard, options.pointer or ""),
        escalations=_probe("--escalations", [options.escalations] if options.escalations else (), guard),
        state_map=_json_file("--state-map", options.state_map, dict) if options.state_map else None,
        settle=_seconds(options, "settle", _SETTLE),
        seed=options.seed or 0,
        concurrency=options.concurrency or _CONCURRENCY,
        include_urgent="urgent" in (options.include or ()),
        scenarios=options.scenario or (),
        before=_Before(options.before) if options.before else None,
        ids=_ids(options.ids) if options.ids else (),
    )


def _check_pointer(options: argparse.Namespace) -> None:
    """Raise `OptionError` for a pointer that is malformed or has nothing to point into."""
    if options.pointer is None:
        return
    try:
        pointer.split(options.pointer)
    except ValueError as error:
        message = f"--pointer: {error}"
        raise _live.OptionError(message) from None
    if not options.state:
        message = "--pointer: is the part of an answer to --state URL, which is missing"
        raise _live.OptionError(message)


def _probe(option: str, templates: Sequence[str], guard: Guard, part: str = "") -> Probe | None:
    """Return what to ask; None without URLs. Raises `OptionError` for a URL that may not be asked."""
    try:
        for template in templates:
            guard.check(template)
        return Probe(tuple(templates), part) if templates else None
    except ValueError as error:
        message = f"{option}: {error}"
        raise _live.OptionError(message) from None


def _seconds(options: argparse.Namespace, name: str, default: float) -> float:
    text = getattr(options, name)
    try:
        return _live.read_seconds(text).total_seconds() if text is not None else default
    except ValueError as error:
        message = f"--{name.replace('_', '-')}: {error}"
        raise _live.OptionError(message) from None


def _json_file(option: str, path: str, kind: type) -> Any:
    try:
        value = read(Path(path).read_bytes())
    except OSError as error:
        message = f"{option}: {path}: cannot be read: {(error.strerror or str(error)).lower()}"
        raise _live.OptionError(message) from None
    except UnreadableError as error:
        message = f"{option}: {path}: {error}"
        raise _live.OptionError(message) from None
    if not isinstance(value, kind):
        message = f"{option}: {path}: expected {'an object' if kind is dict else 'an array of objects'}"
        raise _live.OptionError(message)
    return value


def _ids(path: str) -> Sequence[Mapping[str, str]]:
    found = _json_file("--ids", path, list)
    if not all(
        isinstance(each, dict) and all(isinstance(id_, str) for id_ in each.values()) for each in found
    ):
        message = f"--ids: {path}: expected an array of objects, with texts such as order_id"
        raise _live.OptionError(message)
    return [dict(each) for each in found]


class _BeforeError(Exception):
    """The command of `--before` failed."""


class _Before:
    """Runs a command with the ids of a story on its standard input."""

    def __init__(self, command: str) -> None:
        self._command = command

    def __call__(self, ids: Mapping[str, Any]) -> None:
        done = subprocess.run(  # noqa: S602  (the user's own command, with pipes if wanted)
            self._command, shell=True, input=json.dumps(ids).encode(), stdout=subprocess.DEVNULL, check=False
        )
        if done.returncode:
            message = f"--before: the command exited with {done.returncode}"
            raise _BeforeError(message)


@contextmanager
def _stub(options: argparse.Namespace) -> Iterator[api_stub.ApiStub | None]:
    if options.api_port is None:
        yield None
        return
    try:
        served = api_stub.running(options.api_port)
        with served as (stub, _):
            yield stub
    except OSError as error:
        message = f"--api-port: {options.api_port}: {(error.strerror or 'cannot be used').lower()}"
        raise _live.OptionError(message) from None
