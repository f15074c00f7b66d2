"""Fuzz `parse_event` and `Webhook.verify` for as long as you like; the tests try a few thousand inputs.

    python -m junction_webhooks_dev.fuzz --inputs 1000000 --reference 20000 --headers 100000 --seed 1

An input is random bytes, or a fixture with damaged bytes or values. For each, `parse_event` must return an event or
raise `InvalidPayload`, for models and for structs, in agreement with the verdict of `check`. The fast paths
must return what the slow path returns. Damaged headers must verify or raise `InvalidSignature`. Anything else is
printed with its seed, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from junction_webhooks import InvalidPayload, InvalidSignature, Webhook, check, fixtures, parse_event
from junction_webhooks._json import decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

EVENTS = [fixture for fixture in fixtures.valid() if fixture.event_type]
INSERTIONS = [
    b"", b"\xff", b'"', b"{", b"}", b"[" * 200, b"]", b"1e400", b"-1e-400", b"NaN", b"Infinity", rb"\ud800",
    rb"\ud83d\ude00", b"9" * 400, b"18446744073709551616", b'"id": 1, ', b"null", b"\xef\xbb\xbf", b"\x00", b",",
    b"1.0", b"\xed\xa0\x80", b'"events": [], ', b'"event_type": "labtest.order.created", ', b'"id": 1E+400, ', b'"id":1e309,',
    b'"status": NaN, ', b'"data": -Infinity, ', b'"sample_id": [0, -1.5E300, 1e999], ', b" 1e5", b" -12.5e3 ", b",-2E400",
    b'"data": {"a": %s}, ' % (b"9" * 310), b'"x": %s, ' % (b'{"a":' * 150 + b"1" + b"}" * 150), b"12345678901234567890.5",
    b'"event_data": {"origin": [18446744073709551617, {"a": -9223372036854775809}]}, ', b'"event_data": {"origin": 1e20}, ',
]  # fmt: skip
VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 1.0, 1.5, 1e29, 2**63, 2**64, -(2**70), "", "x", "2022-01-01T00:00:00Z",
    "2022-01-01T00:00:00", "2022-01-01 00:00:00Z", "2022-01-01t00:00:00z", "2022-02-30T00:00:00Z",
    "2016-12-31T23:59:60Z", "0000-01-01T00:00:00Z", "2022-01-01T00:00:00+0000", "1577836800", "2022-01-01T24:00:00Z",
    "2022-01-01T00:00Z", "2022-01-01T00:00:00+00", "2022-01-01T00:00:00.123456789+00:00", "20220101T000000Z",
    "2022-01-01T00:00:00-07:00", "\x00", "\U0001f600",
    [], [None], [[]], {}, {"id": "x"}, {"type": "testkit"}, {"a": {"b": [1]}}, 10**308, 10**309, 2**64 + 1, -(2**63) - 1,
    {"origin": 2**65 + 1}, {"origin": {"a": [2**65 + 1]}}, {"origin": 1.5}, {"origin": 2**63}, "Phoenix, NY", "a: Never", "x" * 100, [2**66 + 1],
]  # fmt: skip


def random_bytes(chance: random.Random) -> bytes:
    """Return up to 60 random bytes."""
    return chance.randbytes(chance.randrange(60))


def damaged_bytes(chance: random.Random) -> bytes:
    """Return the bytes of a fixture with a few places overwritten, cut or extended."""
    body = bytearray(chance.choice(EVENTS).raw)
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(body) + 1)
        body[start : start + chance.choice([0, 0, 1, 1, 5, 50, 500])] = chance.choice(INSERTIONS)
    return bytes(body)


def damaged_values(chance: random.Random) -> bytes:
    """Return a fixture with a few values replaced, removed or added."""
    payload = copy.deepcopy(chance.choice(EVENTS).payload)
    for _ in range(chance.randint(1, 4)):
        holder: Any = payload
        while True:
            steps = list(holder) if isinstance(holder, dict) else range(len(holder))
            if not steps:
                break
            step = chance.choice(steps)
            if isinstance(holder[step], (dict, list)) and chance.random() < 0.85:
                holder = holder[step]
                continue
            change = chance.randrange(3)
            if change == 0:
                del holder[step]
            elif change == 1 and isinstance(holder, dict):
                holder[chance.choice(["unknown", "id", "status", ""])] = chance.choice(VALUES)
            else:
                holder[step] = copy.deepcopy(chance.choice(VALUES))
            break
    separators = chance.choice([None, (",", ":"), (" , ", "\t:\n")])
    return json.dumps(payload, separators=separators, ensure_ascii=chance.random() < 0.5).encode()


def outcome(body: bytes, *, as_struct: bool) -> bool | None:
    """Return whether the body parses, or None if Python cannot represent one of its instants."""
    try:
        parse_event(body, as_struct=as_struct)
    except InvalidPayload as error:
        return None if "cannot represent" in str(error) else False
    return True


def wrong(body: bytes, engine: Literal["jsonschema", "jsonschema-rs"] | None = None) -> str | None:
    """Return what is wrong with how the body is handled, or None."""
    try:
        report = check(body, engine=engine)
        expected = report.verdict != "rejected" and not report.bare
        found = [outcome(body, as_struct=as_struct) for as_struct in (False, True)]
    except Exception as error:  # noqa: BLE001  (any other exception is what this looks for)
        return f"escaped: {error!r}"
    if any(each not in {expected, None} for each in found):
        return f"check says {report.verdict}, parse_event {found}"
    if engine is None:
        for way, results in (
            ("check", _reports(body)),
            ("parse_event", _models(body)),
            ("struct", _structs(body)),
        ):
            if len(set(map(repr, results))) > 1:
                return f"the fast and the slow path of {way} differ"
    return None


def _reports(body: bytes) -> list[Any]:
    """Return the reports of a body and of its value, with the values of the violations."""
    try:
        value = decode.read(body)
    except decode.UnreadableError as error:
        (violation,) = check(body).violations
        return [(violation.keyword, violation.message), ("json", str(error))]
    if not isinstance(value, dict):
        return []
    reports = [check(body), check(body.decode()), check(value)]
    return [(asdict(report), [repr(each.value) for each in report.violations]) for report in reports]


def _models(body: bytes) -> list[Any]:
    """Return the contents of the model of a body, read by the fast and by the slow path."""
    return [
        event and (type(event), event.model_dump(), [sorted(part.model_fields_set) for part in _parts(event)])
        for event in _parsed(body, as_struct=False)
    ]


def _parts(model: Any) -> Iterator[Any]:
    yield model
    for part in dict(model).values():
        for each in part if isinstance(part, list) else [part]:
            if hasattr(each, "model_fields_set"):
                yield from _parts(each)


def _structs(body: bytes) -> list[Any]:
    """Return the contents of the struct of a body, read by the fast and by the slow path."""
    return [event and (type(event), msgspec.json.encode(event)) for event in _parsed(body, as_struct=True)]


def _parsed(body: bytes, *, as_struct: bool) -> list[Any]:
    """Return the event in a body, or None, by the fast and by the slow path: only bytes and str take the fast one."""
    events: list[Any] = []
    for given in (body, bytearray(body)):
        try:
            events.append(parse_event(given, as_struct=as_struct))
        except InvalidPayload:
            events.append(None)
    return events


NAMES: Final[list[Any]] = [
    "svix-id", "svix-timestamp", "svix-signature", "Svix-Signature", "webhook-id", "webhook-timestamp",
    "webhook-signature", "SVIX-ID", "", "content-type", b"svix-id", b"svix-signature", 7, None, "svix-id ", "\udc80",
]  # fmt: skip
TEXTS: Final[list[Any]] = [
    "", " ", "v1", "v1,", ",", "v1,,", "v1,%", "v2,AAAA", "v1a,AAAA", "v1, ", "\x00", "\ud800", "\xff", "msg_1", "msg.1", "msg 1",
    "0", "-1", "+1", "1e9", " 1", "1\n", "\uff11", "9" * 400, "99999999999", "253402300800", "nan", b"", b"\xff\xfe", b"v1,AAAA", None, 0,
    1.5, True, [], ["v1,AAAA"], [b"v1,AAAA", 3], {}, ("v1,AAAA", "x"), "v1," + "A" * 10_000, "v1,AAAA " * 2_000,
]  # fmt: skip


def damaged_headers(chance: random.Random, good: Mapping[str, str]) -> Any:
    """Return headers that were signed, with some of them removed, replaced, cut or added; or another type."""
    headers: dict[Any, Any] = dict(good)
    for _ in range(chance.randint(0, 3)):
        name = chance.choice([*good, *NAMES])
        change = chance.randrange(4)
        if change == 0:
            headers.pop(name, None)
        elif change == 1 and isinstance(headers.get(name), str):
            start = chance.randrange(len(headers[name]) + 1)
            headers[name] = (
                headers[name][:start] + chance.choice([" ", ",", "=", "\x00"]) + headers[name][start:]
            )
        else:
            headers[name] = chance.choice(TEXTS)
    return chance.choice(
        [headers, headers, headers, headers, headers, None, list(headers.items()), [], {}, "x", 7]
    )


def wrong_headers(chance: random.Random, webhook: Webhook) -> str | None:
    """Return what is wrong with how random headers are handled, or None."""
    body = chance.randbytes(chance.randrange(40))
    good = webhook.sign(body, id=chance.choice(["msg_1", "msg_" + "a" * 200]))
    headers = damaged_headers(chance, good)
    try:
        delivery = webhook.verify(body, headers)
    except InvalidSignature:
        return "signed headers are refused" if headers == good else None
    except TypeError as error:
        # Documented for what is neither a mapping nor pairs: a mistake in the code that calls it.
        return None if isinstance(headers, (str, int)) else f"escaped: {error!r}"
    except Exception as error:  # noqa: BLE001  (any other exception is what this looks for)
        return f"escaped: {error!r}"
    return None if delivery.raw == body else "another body"


def main() -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--inputs", type=int, default=100_000, help="bodies for the fast engine and the models"
    )
    parser.add_argument("--reference", type=int, default=0, help="bodies for the reference engine")
    parser.add_argument("--headers", type=int, default=0, help="sets of headers for `Webhook.verify`")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    webhook = Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    runs: list[tuple[str, int, Callable[[random.Random, int], str | None]]] = [
        ("bodies", options.inputs, lambda chance, number: wrong(made(chance, number))),
        ("bodies for the reference engine", options.reference,
         lambda chance, number: wrong(made(chance, number), "jsonschema")),
        ("sets of headers", options.headers, lambda chance, _: wrong_headers(chance, webhook)),
    ]  # fmt: skip
    failures = 0
    for what, count, attempt in runs:
        found = 0
        for number in range(count):
            complaint = attempt(random.Random(f"{options.seed}/{number}"), number)  # noqa: S311
            if complaint:
                found += 1
                sys.stdout.write(f"{what} {options.seed}/{number}: {complaint}\n")
        failures += found
        sys.stdout.write(f"{count} {what}, {found} failures\n")
    return 1 if failures else 0


def made(chance: random.Random, number: int) -> bytes:
    """Return the body with that number: random bytes, damaged bytes and damaged values in turn."""
    return (random_bytes, damaged_bytes, damaged_values)[number % 3](chance)


if __name__ == "__main__":
    sys.exit(main())
