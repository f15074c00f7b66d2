"""Results as JUnit's XML, which every CI service shows. A check that was not made is skipped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from junction_webhooks.live.checks.model import Result

_NAME: Final = "junction-webhooks"


def as_xml(results: Iterable[Result]) -> str:
    """Return the results as XML: a suite per group, and a test case per check."""
    root = ET.Element("testsuites", name=_NAME)
    groups: dict[str, list[Result]] = {}
    for each in results:
        groups.setdefault(each.check.group, []).append(each)
    for group, listed in groups.items():
        suite = ET.SubElement(
            root,
            "testsuite",
            name=f"{_NAME}.{group}",
            tests=str(len(listed)),
            failures=str(sum(each.finding.status == "failed" for each in listed)),
            errors="0",
            skipped=str(sum(each.finding.status == "not checked" for each in listed)),
            time=f"{sum(each.duration for each in listed):.3f}",
        )
        for each in listed:
            _add_case(suite, each)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _add_case(suite: ET.Element, result: Result) -> None:
    check, finding = result.check, result.finding
    case = ET.SubElement(
        suite,
        "testcase",
        classname=f"{_NAME}.{check.group}",
        name=check.id,
        time=f"{result.duration:.3f}",
    )
    message = _printable(finding.message)
    if finding.status == "failed":
        failure = ET.SubElement(case, "failure", message=message, type=check.id)
        failure.text = _printable("\n".join(_explanation(result)))
    elif finding.status == "not checked":
        ET.SubElement(case, "skipped", message=message)
    elif message:
        ET.SubElement(case, "system-out").text = f"{finding.status}: {message}"


def _explanation(result: Result) -> list[str]:
    example = result.finding.counterexample
    return [
        *(example.timeline() if example else ()),
        *result.finding.details,
        f"why: {result.check.why}",
        f"rule: {result.check.rule.text} (docs: {result.check.rule.section})",
    ]


def _printable(text: str) -> str:
    """Return the text without the control characters that XML cannot have."""
    return "".join(char if char.isprintable() or char == "\n" else "?" for char in text)
