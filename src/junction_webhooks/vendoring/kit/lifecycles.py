"""Lifecycles as tables, and test vectors for histories and for which of two payloads is newer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import fixtures, lifecycle
from junction_webhooks._json.patch import patched
from junction_webhooks.contract.bundler import as_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from junction_webhooks.lifecycle import Lifecycle, Rule
    from junction_webhooks.vendoring._options import Options, What

_STATES: Final = """\
A history starts with an `initial` state. `finality`: after `open`, another state follows; after
`quiescent`, usually nothing; after `terminal`, only a listed transition. `cancellable` says whether
Junction documents that an order can be cancelled in that state; null if no source says.

`webhook` is the event that a transition sends; null if only teams that asked Junction for it get one.
`provenance` says how a transition is known. Never reject a payload because of a transition that is not
listed.
"""
_HISTORIES: Final = """\
`findings` lists what is unusual in the history of each `payload`: a JSON pointer, the rule, and how serious
it is. `error`: the payload contradicts itself. `warning`: it contradicts Junction's documentation. `info`:
it is known to happen, or there is nothing to check. Compare times as instants.
"""
_RULES: Final[Mapping[Rule, str]] = {
    "unknown_status": "An entry has a status that is not in the table of states.",
    "unexpected_start": "The first entry has a status that is not `initial`.",
    "undocumented_transition": (
        "Two entries in a row have listed statuses, but no transition joins them. The severity is `info` "
        "after a `quiescent` state, and else `warning`."
    ),
    "second_redraw": "An order whose `origin` is `redraw` has an entry that offers a redraw.",
    "time_goes_back": "An entry is earlier than the one before it.",
    "last_event_differs": "`last_event` is not the newest entry. A property that is null counts as missing.",
    "status_differs": (
        "The `status` of an order is not the first of the three parts of the newest entry's status, or the "
        "`event_status` of an appointment is not that status."
    ),
    "transaction_lacks_order": "The `order_transaction` does not list the order itself.",
    "transaction_differs": (
        "The `low_level_status` of the order in its transaction is not the last part of the newest entry's "
        "status."
    ),
    "other_modality": (
        "The order is not a walk-in test, or the appointment is not at a Patient Service Center. The rules "
        "for statuses and transitions then do not apply."
    ),
    "no_history": "The event has no history.",
}
_NEWER: Final = """\
Is `new` newer than `old`, another payload about the same object? The rules are:

1. Equal `data`: `same`.

2. Compare the histories (`events`) entry by entry, as far as the shorter one goes. Two entries are equal if
they have equal statuses and equal ids or, where one has no id, equal instants in `created_at`. If two differ:
`undecided`.

3. The longer history is a sign for its payload. So is the later `updated_at` of an order or a critical
result, if the instants differ. If all signs say `newer`, or all `older`, that is the answer. If there is no
sign, or they contradict each other: `undecided`. Then fetch the current object from Junction's API.
"""
_ORDER: Final = "labtest.order.updated/completed"
_REDRAW: Final = "labtest.order.updated/redraw_completed"
_APPOINTMENT: Final = "labtest.appointment.updated/page"
_TRACKING: Final = "labtest.order_tracking.updated/estimated"


def _put(path: str, value: object) -> dict[str, Any]:
    return {"op": "replace", "path": f"/data/{path}", "value": value}


_WALK_IN: Final = "collecting_sample.walk_in_test"
_HISTORY_CASES: Final[Sequence[tuple[str, str, Sequence[dict[str, Any]]]]] = (
    ("an order that is completed", _ORDER, ()),
    ("an appointment that was rescheduled", _APPOINTMENT, ()),
    ("a redraw", _REDRAW, ()),
    ("a status that is not listed", _ORDER, [_put("events/2/status", f"{_WALK_IN}.patient_reminded")]),
    ("a start with another status", _ORDER, [{"op": "remove", "path": "/data/events/0"}]),
    (
        "a transition that is not listed",
        _ORDER,
        [_put("events/2/status", f"{_WALK_IN}.appointment_cancelled")],
    ),
    (
        "a cancelled order that is reinstated",
        _ORDER,
        [_put("events/3/status", "cancelled.walk_in_test.cancelled")],
    ),
    ("an entry with an earlier time", _ORDER, [_put("events/3/created_at", "2026-03-10T18:05:11+00:00")]),
    ("the same instants in another zone", _ORDER, [_put("events/3/created_at", "2026-03-11T10:20:44-05:00")]),
    ("a last event of another entry", _ORDER, [_put("last_event/id", 1)]),
    ("a status that differs from the newest entry", _ORDER, [_put("status", "failed")]),
    ("an event status that differs from the newest entry", _APPOINTMENT, [_put("event_status", "cancelled")]),
    ("a transaction without the order", _ORDER, [_put("order_transaction/orders", [])]),
    (
        "a transaction with another status of the order",
        _ORDER,
        [_put("order_transaction/orders/0/low_level_status", "ordered")],
    ),
    ("a redraw of a redraw", _REDRAW, [_put("events/2/status", f"{_WALK_IN}.redraw_available")]),
    ("a test kit", _ORDER, [_put("details/type", "testkit")]),
    ("an appointment at home", _APPOINTMENT, [_put("type", "phlebotomy")]),
    ("a tracking, which has no history", _TRACKING, ()),
)
"""Names, fixtures, and the changes to them. Their findings together have every rule."""
_LAST: Final = {"op": "remove", "path": "/data/events/5"}
_EARLIER: Final = _put("updated_at", "2026-03-14T09:12:50+00:00")
_NEWER_CASES: Final[Sequence[tuple[str, str, Sequence[dict[str, Any]], Sequence[dict[str, Any]]]]] = (
    ("the same payload", _ORDER, (), ()),
    ("one more entry", _ORDER, [_LAST, _EARLIER], ()),
    ("one entry less", _ORDER, (), [_LAST, _EARLIER]),
    ("one more entry, but the same time of the last change", _ORDER, [_LAST], ()),
    (
        "one entry less, but a later change: perhaps a deletion",
        _ORDER,
        (),
        [_LAST, _put("updated_at", "2026-03-16T00:00:00Z")],
    ),
    ("one more entry, but an earlier change", _ORDER, [_LAST], [_EARLIER]),
    ("equal histories and a later change", _ORDER, (), [_put("updated_at", "2026-03-16T00:00:00Z")]),
    ("equal histories and an earlier change", _ORDER, (), [_EARLIER]),
    ("the same instant in another zone", _ORDER, (), [_put("updated_at", "2026-03-14T21:40:18-05:00")]),
    ("equal histories and changes, another property", _ORDER, (), [_put("notes", "Call first.")]),
    ("another id of an entry", _ORDER, [_LAST], [_put("events/4/id", 1)]),
    (
        "another status of an entry",
        _ORDER,
        [_LAST],
        [_put("events/4/status", "received.walk_in_test.ordered")],
    ),
    (
        "another time of an entry that has ids",
        _ORDER,
        [_LAST, _EARLIER],
        [_put("events/4/created_at", "2026-03-14T09:12:51Z")],
    ),
    ("an appointment with one more entry", _APPOINTMENT, [{"op": "remove", "path": "/data/events/1"}], ()),
    ("an appointment with one entry less", _APPOINTMENT, (), [{"op": "remove", "path": "/data/events/1"}]),
    (
        "an appointment with another time of an entry",
        _APPOINTMENT,
        (),
        [_put("events/1/created_at", "2022-01-01T00:00:01Z")],
    ),
    (
        "an appointment with the same instant in another zone",
        _APPOINTMENT,
        [{"op": "remove", "path": "/data/events/1"}],
        [_put("events/0/created_at", "2021-12-31T19:00:00-05:00")],
    ),
    (
        "an appointment with the same history and another slot",
        _APPOINTMENT,
        (),
        [_put("start_at", "2022-01-02T00:00:00")],
    ),
    (
        "a critical result with a later change",
        "labtest.result.critical/final",
        (),
        [_put("updated_at", "2030-01-01T00:00:00Z")],
    ),
    (
        "a critical result with the same time and another status",
        "labtest.result.critical/final",
        (),
        [_put("status", "partial")],
    ),
    ("two trackings: nothing says which is newer", _TRACKING, (), [_put("markers", [])]),
)
"""Names, fixtures, and the changes that make the old and the new payload of them."""


def files(_options: Options, what: What) -> Iterator[tuple[str, bytes]]:
    """Yield one table per lifecycle, and the two files of vectors."""
    for machine in lifecycle.machines():
        yield f"{what}/{machine.subject}.json", as_json({"about": _paragraphs(_STATES), **_table(machine)})
    histories = list(map(_history_vector, _HISTORY_CASES))
    yield (
        f"{what}/history.json",
        as_json({"about": _paragraphs(_HISTORIES), "rules": _RULES, "vectors": histories}),
    )
    newer = list(map(_newer_vector, _NEWER_CASES))
    yield f"{what}/newer.json", as_json({"about": _paragraphs(_NEWER), "vectors": newer})


def _paragraphs(text: str) -> list[str]:
    return [" ".join(each.split()) for each in text.split("\n\n")]


def _table(machine: Lifecycle) -> dict[str, Any]:
    states = {
        status: {
            "meaning": state.meaning,
            "initial": state.initial,
            "finality": state.finality,
            "cancellable": state.cancellable,
        }
        for status, state in machine.states.items()
    }
    transitions = [
        {
            "from": each.source,
            "to": each.target,
            "cause": each.cause,
            "webhook": each.webhook,
            "provenance": each.provenance,
        }
        for each in machine.transitions
    ]
    return {
        "title": machine.title,
        "created_webhook": machine.created_webhook,
        "states": states,
        "transitions": transitions,
    }


def _changed(fixture: str, patch: Sequence[dict[str, Any]]) -> Any:
    return patched(fixtures.load(fixture).payload, list(patch))


def _history_vector(case: tuple[str, str, Sequence[dict[str, Any]]]) -> dict[str, Any]:
    name, fixture, patch = case
    payload = _changed(fixture, patch)
    findings = [
        {"path": each.path, "rule": each.rule, "severity": each.severity}
        for each in lifecycle.check_history(payload)
    ]
    return {"name": name, "findings": findings, "payload": payload}


def _newer_vector(
    case: tuple[str, str, Sequence[dict[str, Any]], Sequence[dict[str, Any]]],
) -> dict[str, Any]:
    name, fixture, before, after = case
    old, new = _changed(fixture, before), _changed(fixture, after)
    return {"name": name, "answer": lifecycle.compare(old, new), "old": old, "new": new}
