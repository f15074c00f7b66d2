"""Test vectors for signatures, in the form that programs in other languages can run.

Libraries differ in a few inputs, such as signatures separated by commas or a dot in the id. Those are not in
the vectors: a vector has an outcome that every correct verifier gives.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from junction_webhooks import fixtures
from junction_webhooks.contract.bundler import as_json
from junction_webhooks.signing import Reason, Webhook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from junction_webhooks.vendoring._options import Options, What

Prefix = Literal["svix", "webhook"]

# Made of words, so that nobody takes them for real ones: neither people nor scanners of repositories.
SECRET: Final = f"whsec_{b64encode(b'test test test test test test ').decode()}"
"""The secret of the vectors and the scenarios. It is public, and signs nothing but tests."""
_OTHER: Final = f"whsec_{b64encode(b'othertothertothertothertothert').decode()}"
_OLD: Final = f"whsec_{b64encode(b'oldoldoldoldoldoldoldoldoldold').decode()}"
_ID: Final = "msg_public_test_vector"
_TIME: Final = datetime(2026, 1, 1, tzinfo=UTC)
_TIMESTAMP: Final = "{timestamp}"
_NO_SIGNATURE: Final = "A" * 43 + "="
"""In base64, as long as a signature, and none."""
_ABOUT: Final = """\
The secrets are public test secrets. They belong to no endpoint: never configure one.

To verify: the key is the base64 after `whsec_`, decoded. The signed text is id, timestamp and body, joined
by dots. The signature is its HMAC-SHA256 in base64, after `v1,`. The header can have several signatures,
separated by spaces: one match with one of the receiver's secrets is enough. Ignore signatures of other
versions. Compare in constant time. Refuse a timestamp more than 300 seconds in the past or the future.
`body` is a text: encode it as UTF-8, and do not parse it before you verify it. Ignore upper and lower
case in the names of headers.

`secrets` are the receiver's. `outcome` is `valid` or `invalid`. `reason` says why, in the words of the Python
package; your verifier may use others.
"""
_CLOCK_FREE: Final = """\
Headers are given in full. Verify with `timestamp` as the current time, or without looking at the clock. If
your library lets you do neither, run `relative.json`. For a valid vector, signing `id`, `timestamp` and
`body` with one of its `secrets` gives a signature that is in the header.
"""
_RELATIVE: Final = """\
To run a vector, replace `{timestamp}` in the headers by the current time plus `offset`, in whole seconds.
For each entry of `signed`, sign the vector's `id`, the current time plus the entry's `offset`, and the
entry's `body`, with the secret `signed_with`. Replace `{0}` by the first result in base64, and `{1}` by the
second. Then verify the headers and the vector's `body` with the real clock.
"""
_WEBHOOK: Final = """\
The same vectors with the header names of Standard Webhooks. Junction sends `svix-` headers. Accept `webhook-`
headers only if your library does.
"""


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signature is made of."""

    secret: str = SECRET
    body: str | None = None
    """None for the body that is sent."""
    later: int = 0
    """How many seconds after the time in the header."""


@dataclass(frozen=True, slots=True)
class Vector:
    """A delivery, and whether it verifies. `{0}` and `{1}` in `signature` are the signatures of `signed`."""

    name: str
    reason: Reason | None = None
    """Why it is refused; None if it verifies."""
    body: str = '{"event_type": "labtest.order.updated", "data": {}}'
    secrets: tuple[str, ...] = (SECRET,)
    """The receiver's."""
    signed: tuple[Signed, ...] = (Signed(),)
    """The signatures, in the order of their placeholders."""
    offset: int = 0
    """When it is signed, in seconds from now."""
    headers: Mapping[str, str | None] = field(default_factory=dict)
    """Headers that differ from the usual, by the last word of their names; None for a missing one."""
    capitalized: bool = False
    """Whether header names arrive as `Svix-Id`, as they do from servers that capitalize them."""


def vectors() -> tuple[Vector, ...]:
    """Return all vectors. Those with an offset need a clock."""
    real = fixtures.load("labtest.order.updated/completed").raw.decode()
    malformed: tuple[tuple[str, Mapping[str, str | None], Reason], ...] = (
        ("no signature header", {"signature": None}, "missing_header"),
        ("no timestamp header", {"timestamp": None}, "missing_header"),
        ("no id header", {"id": None}, "missing_header"),
        ("an empty signature header", {"signature": ""}, "no_matching_signature"),
        ("a signature in another form", {"signature": "sha256:{0}"}, "no_matching_signature"),
        ("a signature of version 2 only", {"signature": "v2,{0}"}, "no_matching_signature"),
        ("a signature that is not base64", {"signature": "v1,not*base64!"}, "no_matching_signature"),
        ("a version without a signature", {"signature": "v1,"}, "no_matching_signature"),
        ("a signature that is too short", {"signature": "v1,AAAA"}, "no_matching_signature"),
        ("a timestamp that is not a number", {"timestamp": "yesterday"}, "malformed_header"),
        ("a timestamp in ISO 8601", {"timestamp": "2026-01-01T00:00:00Z"}, "malformed_header"),
        ("an empty timestamp", {"timestamp": ""}, "malformed_header"),
    )
    return (
        Vector("valid"),
        Vector("valid: a whole event", body=real),
        Vector("valid: not ASCII", body='{"name": "Zoë Ñandú 😀 漢字"}'),
        Vector("valid: odd JSON", body='{ "b": 1.0,\t"a": 1e2,\r\n "text": "\\u00e9" }\n'),
        Vector("valid: capitalized header names", capitalized=True),
        Vector("wrong secret", "no_matching_signature", signed=(Signed(_OTHER),)),
        Vector("tampered: another body", "no_matching_signature", body="{}", signed=(Signed(body="[]"),)),
        Vector("tampered: one more space", "no_matching_signature", body="{} ", signed=(Signed(body="{}"),)),
        Vector("tampered: another id", "no_matching_signature", headers={"id": "msg_other"}),
        Vector("tampered: another timestamp", "no_matching_signature", signed=(Signed(later=-60),)),
        Vector("expired", "too_old", offset=-330),
        Vector("expired long ago", "too_old", offset=-86_400),
        Vector("not yet expired", offset=-240),
        Vector("in the future", "too_new", offset=330),
        Vector("in the near future", offset=240),
        Vector(
            "rotation: signed with both secrets",
            signed=(Signed(), Signed(_OLD)),
            headers={"signature": "v1,{0} v1,{1}"},
        ),
        Vector(
            "rotation: the receiver has only the old secret",
            signed=(Signed(), Signed(_OLD)),
            secrets=(_OLD,),
            headers={"signature": "v1,{0} v1,{1}"},
        ),
        Vector("rotation: the receiver has both secrets", signed=(Signed(_OLD),), secrets=(SECRET, _OLD)),
        Vector(
            "rotation: neither secret matches",
            "no_matching_signature",
            signed=(Signed(_OTHER),),
            secrets=(SECRET, _OLD),
        ),
        Vector("several signatures: the last matches", headers={"signature": f"v1,{_NO_SIGNATURE} v1,{{0}}"}),
        Vector(
            "several signatures: another version first",
            headers={"signature": f"v1a,{_NO_SIGNATURE} v1,{{0}}"},
        ),
        Vector(
            "several signatures: none matches",
            "no_matching_signature",
            signed=(Signed(_OTHER), Signed(_OLD)),
            headers={"signature": "v1,{0} v1,{1}"},
        ),
        *(Vector(f"malformed: {name}", reason, headers=headers) for name, headers, reason in malformed),
    )


def files(_options: Options, what: What) -> Iterator[tuple[str, bytes]]:
    """Yield the three groups: with a fixed time, relative to now, and with the other header names."""
    timed = vectors()
    free = [each for each in timed if not each.offset]
    yield f"{what}/clock_free.json", _group([_ABOUT, _CLOCK_FREE], map(_clock_free, free))
    yield f"{what}/relative.json", _group([_ABOUT, _RELATIVE], (_relative(each, "svix") for each in timed))
    other = (_relative(each, "webhook") for each in timed)
    yield f"{what}/webhook_headers.json", _group([_ABOUT, _WEBHOOK, _RELATIVE], other)


def signed_headers(body: bytes, *, id_: str, sent_at: datetime) -> dict[str, str]:
    """Return the headers of a delivery, signed with the public test secret."""
    return {"content-type": "application/json", **Webhook(SECRET).sign(body, id=id_, sent_at=sent_at)}


def _group(about: Iterable[str], made: Iterable[Mapping[str, Any]]) -> bytes:
    paragraphs = [" ".join(each.split()) for text in about for each in text.split("\n\n")]
    return as_json({"about": paragraphs, "vectors": list(made)})


def _clock_free(vector: Vector) -> dict[str, Any]:
    now = int(_TIME.timestamp())
    made = [_signature(vector, each) for each in vector.signed]

    def filled(text: str) -> str:
        text = text.replace(_TIMESTAMP, str(now))
        for number, signature in enumerate(made):
            text = text.replace(f"{{{number}}}", signature)
        return text

    return {
        **_start(vector),
        "secrets": list(vector.secrets),
        "id": _ID,
        "timestamp": now,
        "body": vector.body,
        "headers": _headers(vector, "svix", filled),
    }


def _signature(vector: Vector, signed: Signed) -> str:
    body = vector.body if signed.body is None else signed.body
    sent_at = _TIME + timedelta(seconds=signed.later)
    headers = Webhook(signed.secret).sign(body.encode(), id=_ID, sent_at=sent_at)
    return headers["svix-signature"].removeprefix("v1,")


def _relative(vector: Vector, prefix: Prefix) -> dict[str, Any]:
    return {
        **_start(vector),
        "secrets": list(vector.secrets),
        "id": _ID,
        "offset": vector.offset,
        "body": vector.body,
        "signed": [
            {
                "signed_with": each.secret,
                "offset": vector.offset + each.later,
                "body": vector.body if each.body is None else each.body,
            }
            for each in vector.signed
        ],
        "headers": _headers(vector, prefix, str),
    }


def _start(vector: Vector) -> dict[str, Any]:
    outcome = "invalid" if vector.reason else "valid"
    return {"name": vector.name, "outcome": outcome, "reason": vector.reason}


def _headers(vector: Vector, prefix: Prefix, filled: Callable[[str], str]) -> dict[str, str]:
    usual = {"id": _ID, "timestamp": _TIMESTAMP, "signature": "v1,{0}"}
    headers = {f"{prefix}-{name}": text for name, text in (usual | dict(vector.headers)).items()}
    return {
        name.title() if vector.capitalized else name: filled(text)
        for name, text in headers.items()
        if text is not None
    }
