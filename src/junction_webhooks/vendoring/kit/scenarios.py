"""Scenarios as files for programs in other languages: what to send, and what is then known."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import fixtures, lifecycle
from junction_webhooks.contract import families
from junction_webhooks.contract.bundler import as_json
from junction_webhooks.vendoring.kit.signatures import SECRET, signed_headers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from junction_webhooks.contract.families import Family
    from junction_webhooks.fixtures import JourneyDelivery, Scenario
    from junction_webhooks.vendoring._options import Options, What

_ABOUT: Final = """\
To test a handler, send the deliveries in this order: POST each `body` as UTF-8 with its `headers`. `offset`
is in seconds since the first one. They are signed at `start` plus `offset`, with a public test secret; a
verifier that looks at the clock needs new ones: sign again with the secret `signed_with`, as the README
explains.

`final` is the state of each object afterwards: its `status`, and the `delivery` whose `data` is the newest.
A `status` of null means that the object has none. If `decidable` is true, the payloads themselves show
which is the newest: a handler reaches this state in whatever order they arrive. Otherwise it has to fetch
the current object.
"""


def files(_options: Options, what: What) -> Iterator[tuple[str, bytes]]:
    """Yield one file per scenario."""
    about = [" ".join(each.split()) for each in _ABOUT.split("\n\n")]
    for scenario in fixtures.scenarios():
        made = {
            "title": scenario.title,
            "story": scenario.story,
            "about": scenario.about,
            "usage": about,
            "signed_with": SECRET,
            "start": scenario.start.isoformat(),
            "deliveries": [_delivery(scenario, each) for each in scenario.deliveries],
            "final": list(_final(scenario)),
        }
        yield f"{what}/{scenario.name}.json", as_json(made)


def _delivery(scenario: Scenario, delivery: JourneyDelivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "offset": delivery.offset // timedelta(seconds=1),
        "event_type": delivery.event_type,
        "summary": delivery.summary,
        "headers": signed_headers(delivery.raw, id_=delivery.id, sent_at=scenario.start + delivery.offset),
        "body": delivery.raw.decode(),
    }


def _final(scenario: Scenario) -> Iterator[dict[str, Any]]:
    """Yield what each object is in the end, in the order of their first deliveries."""
    payloads: dict[tuple[str, str], list[JourneyDelivery]] = {}
    # The ids are numbered in the order in which Junction sent them, which may not be that of their arrival.
    for delivery in sorted(scenario.deliveries, key=lambda each: each.id):
        family, data = families.of(delivery.event_type), delivery.payload["data"]
        if not delivery.resent:
            payloads.setdefault((family.name, data[family.identity]), []).append(delivery)
    for (name, id_), (*earlier, newest) in payloads.items():
        last = newest.payload
        yield {
            "object": name,
            "id": id_,
            "status": _status(families.of(newest.event_type), last["data"]),
            "delivery": newest.id,
            "decidable": all(lifecycle.compare(each.payload, last) in {"newer", "same"} for each in earlier),
        }


def _status(family: Family, data: Mapping[str, Any]) -> object:
    """Return the status of an object: that of the newest entry, if it has a history."""
    entries = data[family.history.entries] if family.history else []
    return entries[-1]["status"] if entries else data.get("status")
