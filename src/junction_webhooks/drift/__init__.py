"""How Junction's OpenAPI document, its SDK and its list of events differ from the contract.

`compare(document)` lists each difference once and says whether it is safe in production; `compare_sdk()` and
`compare_events(listing)` do the same for the other two sources. Reviewed differences, which are in the
baseline, are listed separately, with the reason. The baseline consists of `schemas/drift_baseline.json` and
the properties that are always sent, according to `x-provenance`, but not required.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from junction_webhooks._json.decode import Body
from junction_webhooks.drift._baseline import BaselineEntry, Source, baseline
from junction_webhooks.drift._documents import compare_document
from junction_webhooks.drift._event_lists import event_types
from junction_webhooks.drift._events import EVENT_TYPE, event_drifts
from junction_webhooks.drift._openapi import UpstreamEvent
from junction_webhooks.drift._parsing import parse
from junction_webhooks.drift._report import Drift, DriftError, DriftReport, Impact, report
from junction_webhooks.drift._sdk import document_of_sdk

__all__ = [
    "BaselineEntry",
    "Drift",
    "DriftError",
    "DriftReport",
    "Impact",
    "Source",
    "baseline",
    "compare",
    "compare_events",
    "compare_sdk",
]


def compare(document: Body | dict[str, Any]) -> DriftReport:
    """Compare an OpenAPI document, 3.0 or 3.1, with the contract.

    `document` is bytes or text, in JSON or YAML, or a parsed dict. YAML needs PyYAML, from the extra `cli`.
    Raises `DriftError` if it cannot be read, is not OpenAPI, or has no schema of any event of the contract.

    Examples:
        >>> from junction_webhooks import drift
        >>> try:
        ...     report = drift.compare(b"openapi: 3.1.0")
        ... except drift.DriftError as error:
        ...     print(error)
        it has no components.schemas: is it an OpenAPI document?
    """
    return compare_document(document if isinstance(document, dict) else parse(document), "openapi")


def compare_sdk(python: str | Path | None = None, *, timeout: float = 60) -> DriftReport:
    """Compare the types of the `junction` package that is installed for `python` with the contract.

    `python` is the interpreter of the environment that has the SDK; by default, the current one. Another
    process imports the types of webhooks and nothing else, and is stopped after `timeout` seconds.
    Raises `DriftError` if the SDK is not there, is another package of that name, or cannot be read.

    Examples:
        >>> from junction_webhooks import drift
        >>> try:
        ...     report = drift.compare_sdk("no-such-python")
        ... except drift.DriftError as error:
        ...     print(error)
        no-such-python: cannot be run: no such file or directory
    """
    return compare_document(document_of_sdk(python, timeout=timeout), "sdk")


def compare_events(listing: Body) -> DriftReport:
    r"""Compare a list of event types with those of the contract: one per line, a JSON array or a YAML list.

    Event types that the contract lists as outside its scope are not new.
    Raises `DriftError` if it is not such a list.

    Examples:
        >>> from junction_webhooks import contract, drift
        >>> report = drift.compare_events("\n".join([*contract.EVENT_TYPES, "labtest.sample.lost"]))
        >>> [each.what for each in report.unexplained]
        ['the event labtest.sample.lost is new']
    """
    found = list(event_drifts({each: UpstreamEvent() for each in event_types(listing)}))
    return report("events", None, found, compared=lambda entry: entry.pattern == EVENT_TYPE)
