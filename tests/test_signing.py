"""Signatures: what is verified, what is refused, and that others agree."""

from __future__ import annotations

import base64
import copy
import http.client
import io
import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from importlib import import_module
from typing import Any, get_args

import multidict
import pytest
import standardwebhooks
import starlette.datastructures
import werkzeug.datastructures
from hypothesis import given
from hypothesis import strategies as st
from support.tables import table

from junction_webhooks import Delivery, InvalidPayload, InvalidSignature, UnknownEvent, Webhook, fixtures
from junction_webhooks.signing import MINIMUM_SECRET_LENGTH, Reason
from junction_webhooks_models import LabtestOrderUpdated

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  (of the public test vector)
OTHER = "whsec_" + base64.b64encode(b"another secret of the endpoint").decode()
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BODY = fixtures.load("labtest.order.updated/completed").raw

# Published by Svix with its description of how to verify by hand.
VECTOR_BODY = b'{"test": 2432232314}'
VECTOR_HEADERS = {
    "svix-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "svix-timestamp": "1614265330",
    "svix-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
VECTOR_TIME = datetime.fromtimestamp(1614265330, UTC)


def webhook(*secrets: str, now: datetime = NOW, **options: Any) -> Webhook:
    """A webhook whose clock stands still."""
    return Webhook(secrets or SECRET, now=lambda: now, **options)


def refused(body: bytes, headers: Any, hook: Webhook | None = None) -> Reason:
    """Why the delivery is refused."""
    with pytest.raises(InvalidSignature) as caught:
        (hook or webhook()).verify(body, headers)
    return caught.value.reason


def test_public_vector_of_the_package() -> None:
    """A second published vector verifies."""
    headers = {
        "svix-id": "msg_loFOjxBNrRLzqYUf",
        "svix-timestamp": "1731705121",
        "svix-signature": "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
    }
    hook = webhook("whsec_plJ3nmyCDGBKInavdOK15jsl", now=datetime.fromtimestamp(1731705121, UTC))
    assert hook.verify(b'{"event_type":"ping","data":{"success":true}}', headers).id == headers["svix-id"]


def test_public_vector() -> None:
    """The signature that Svix publishes verifies, and is made again."""
    hook = webhook(now=VECTOR_TIME)
    delivery = hook.verify(VECTOR_BODY, VECTOR_HEADERS)
    assert (delivery.id, delivery.sent_at, delivery.raw) == (
        VECTOR_HEADERS["svix-id"],
        VECTOR_TIME,
        VECTOR_BODY,
    )
    assert hook.sign(VECTOR_BODY, id=VECTOR_HEADERS["svix-id"]) == VECTOR_HEADERS


def svix_webhook() -> Any:
    """Svix's own verifier. Its package is imported here because that takes half a second."""
    return import_module("svix").Webhook(SECRET)


@pytest.mark.parametrize("body", [BODY, b"", "é😀".encode()])
def test_what_is_signed_here_verifies_elsewhere(body: bytes) -> None:
    """The packages of Svix and Standard Webhooks verify what is signed here, in any time zone."""
    sent_at = datetime.now(timezone(timedelta(hours=-7)))
    hook = Webhook(SECRET)
    svix_webhook().verify(body or b"{}", hook.sign(body or b"{}", sent_at=sent_at))
    headers = hook.sign(body, sent_at=sent_at, standard=True)
    standardwebhooks.Webhook(SECRET).verify(body, headers, json_parse=False)


def test_what_is_signed_elsewhere_verifies_here() -> None:
    """What the packages of Svix and Standard Webhooks sign verifies here."""
    signatures = (
        svix_webhook().sign("msg_1", NOW, BODY.decode()),
        standardwebhooks.Webhook(SECRET).sign("msg_1", NOW, BODY.decode()),
    )
    for prefix in ("svix", "webhook"):
        for signature in signatures:
            headers = {
                f"{prefix}-id": "msg_1",
                f"{prefix}-timestamp": str(int(NOW.timestamp())),
                f"{prefix}-signature": signature,
            }
            assert webhook().verify(BODY, headers).id == "msg_1"


def test_headers_of_any_case_and_kind() -> None:
    """Names and values of headers may be of any case, and bytes, as some frameworks give them."""
    headers = webhook().sign(BODY)
    assert webhook().verify(BODY, {name.title(): value for name, value in headers.items()})
    assert webhook().verify(BODY, {name: [value] for name, value in headers.items()})
    as_bytes: Any = {name.upper().encode(): value.encode() for name, value in headers.items()}
    assert webhook().verify(BODY, as_bytes)


def in_wsgi(headers: dict[str, str]) -> dict[str, Any]:
    """A WSGI environment, which is also Django's `request.META`."""
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return {"REQUEST_METHOD": "POST", "wsgi.input": io.BytesIO(), "wsgi.version": (1, 0), **named}


def in_django(headers: dict[str, str]) -> Any:
    """Django's `request.headers`."""
    from django.http.request import HttpHeaders  # noqa: PLC0415  (slow to import)

    return HttpHeaders(in_wsgi(headers))


def in_pairs(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    """The headers of ASGI."""
    return [(name.encode(), value.encode()) for name, value in headers.items()]


FRAMEWORKS: dict[str, Any] = {
    "a dict": dict,
    "names in capitals": lambda headers: {name.title(): value for name, value in headers.items()},
    "bytes": lambda headers: dict(in_pairs(headers)),
    "lists of values": lambda headers: {name: [value] for name, value in headers.items()},
    "pairs of bytes, ASGI": in_pairs,
    "pairs of str": lambda headers: list(headers.items()),
    "an iterator of pairs": lambda headers: iter(headers.items()),
    "pairs as JSON has them": lambda headers: list(map(list, headers.items())),
    "starlette": lambda headers: starlette.datastructures.Headers(raw=in_pairs(headers)),
    "Django": in_django,
    "Django's META and WSGI": in_wsgi,
    "werkzeug": lambda headers: werkzeug.datastructures.Headers(list(headers.items())),
    "werkzeug's environment": lambda headers: werkzeug.datastructures.EnvironHeaders(in_wsgi(headers)),
    "aiohttp": lambda headers: multidict.CIMultiDictProxy(multidict.CIMultiDict(headers)),
    "http.server": lambda headers: http.client.parse_headers(
        io.BytesIO("".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode())
    ),
    "API Gateway v1": lambda headers: {"Host": "example", "X-Forwarded-For": None, **headers},
    "API Gateway v1, multiValueHeaders": lambda headers: json.loads(
        json.dumps({name: [value] for name, value in headers.items()} | {"accept": None, "via": []})
    ),
    "API Gateway v2": lambda headers: {"accept": "*/*, text/html", **headers},
}


@table("framework", FRAMEWORKS)
@table("standard", [False, True])
def test_headers_as_frameworks_give_them(framework: str, standard: bool) -> None:
    """Headers verify in every form that frameworks and gateways give them in, and without one they do not."""
    headers = webhook().sign(BODY, id="msg_1", standard=standard)
    assert webhook().verify(BODY, FRAMEWORKS[framework](headers)).id == "msg_1"
    for name in headers:
        fewer = {each: value for each, value in headers.items() if each != name}
        assert refused(BODY, FRAMEWORKS[framework](fewer)) == "missing_header"
        assert refused(BODY, FRAMEWORKS[framework](headers | {name: "x y"})) in {
            "malformed_header",
            "no_matching_signature",
        }


@table("headers", [None, {}, [], (), iter(())])
def test_no_headers_at_all(headers: Any) -> None:
    """API Gateway sends null for no headers."""
    assert refused(BODY, headers) == "missing_header"


@table("headers", [5, "svix-id: msg_1", b"svix-id", ["svix-id"], [("svix-id",)], object()])
def test_what_has_no_headers_is_the_callers_mistake(headers: Any) -> None:
    """What is neither a mapping nor pairs raises `TypeError`, which names its type only."""
    with pytest.raises(TypeError, match="headers are a mapping, or pairs of a name and a value, not "):
        webhook().verify(BODY, headers)


def test_repeated_headers() -> None:
    """Signatures in repeated headers all count; an id or a time may be repeated only if it is the same."""
    headers = webhook().sign(BODY, id="msg_1")
    others = webhook(OTHER).sign(BODY, id="msg_1")
    pairs = [*others.items(), *headers.items()]
    assert webhook().verify(BODY, pairs).id == "msg_1"
    assert webhook(OTHER).verify(BODY, pairs).id == "msg_1"
    assert refused(BODY, [*pairs, ("svix-id", "msg_2")]) == "malformed_header"
    assert refused(BODY, [*pairs, ("Svix-Timestamp", "1")]) == "malformed_header"


@table("separator", [" ", ",", ", ", "  ", " , "])
def test_signatures_joined_by_a_comma_verify_in_any_order(separator: str) -> None:
    """Proxies join repeated headers by a comma: then it stands between signatures too."""
    headers = webhook().sign(BODY)
    good, other = headers["svix-signature"], "v1,bm90IG91cnM="
    for listed in ([good, other], [other, good], [other, good, "v1a,AAAA"], ["v1a,AAAA", good], [good]):
        assert webhook().verify(BODY, headers | {"svix-signature": separator.join(listed)})
    assert (
        refused(BODY, headers | {"svix-signature": separator.join([other, other])}) == "no_matching_signature"
    )


def test_several_secrets_and_signatures() -> None:
    """While a secret is rotated, either side may know one or both; unknown versions are passed over."""
    both = webhook(OTHER, SECRET)
    headers = both.sign(BODY)
    assert headers["svix-signature"].count("v1,") == 2
    for hook in (webhook(), webhook(OTHER), both):
        assert hook.verify(BODY, headers)
        assert both.verify(BODY, hook.sign(BODY))
    headers["svix-signature"] = "v1a,bm90IG91cnM= v2, v1,!! v1 " + headers["svix-signature"]
    assert webhook().verify(BODY, headers)


def test_every_id_is_new() -> None:
    """Without an id a delivery gets one of its own."""
    assert webhook().sign(BODY)["svix-id"] != webhook().sign(BODY)["svix-id"]


@pytest.mark.parametrize("name", ["svix-id", "svix-timestamp", "svix-signature"])
def test_missing_header(name: str) -> None:
    """Each of the three headers is needed."""
    headers = webhook().sign(BODY)
    del headers[name]
    assert refused(BODY, headers) == "missing_header"


@table(
    ("name", "value"),
    [("svix-id", value) for value in ("", "msg.1", "msg 1", "msg\n", "m\xe9", "m" * 257)]
    + [
        ("svix-timestamp", value)
        for value in ("", "soon", "1.5", "-1", "+1", " 1", "1\n", "0", "9" * 12, "9" * 400, "\uff11")
    ],
)
def test_malformed_header(name: str, value: str) -> None:
    """An id or time that cannot be one is refused as such."""
    assert refused(BODY, webhook().sign(BODY) | {name: value}) == "malformed_header"


def test_a_header_that_is_no_text_is_malformed() -> None:
    """A header that is neither str nor bytes is malformed."""
    assert refused(BODY, webhook().sign(BODY) | {"svix-id": 5}) == "malformed_header"


def test_tolerance() -> None:
    """A delivery may be five minutes old, or early by a clock; the tolerance can be set."""
    for minutes, reason in ((-5, None), (5, None), (-6, "too_old"), (6, "too_new")):
        headers = webhook().sign(BODY, sent_at=NOW + timedelta(minutes=minutes))
        if reason:
            assert refused(BODY, headers) == reason
        else:
            assert webhook().verify(BODY, headers)
        assert webhook(tolerance=timedelta(hours=1)).verify(BODY, headers)
    headers = webhook().sign(BODY, sent_at=datetime(1971, 1, 1, tzinfo=UTC))
    assert webhook(tolerance=timedelta.max).verify(BODY, headers)
    with pytest.raises(ValueError, match="not be negative"):
        webhook(tolerance=timedelta(seconds=-1))


@table("signature", ["", "v1", "v1,", "v2,abc", "v1,é", "v1,AAAA", "nonsense"])
def test_no_matching_signature(signature: str) -> None:
    """A signature that does not match is refused, however malformed."""
    headers = webhook().sign(BODY) | {"svix-signature": signature}
    assert refused(BODY, headers) == "no_matching_signature"


def test_a_changed_delivery_does_not_verify() -> None:
    """Another body, id, time or secret does not verify."""
    headers = webhook().sign(BODY)
    later = str(int(headers["svix-timestamp"]) + 1)
    assert refused(BODY + b" ", headers) == "no_matching_signature"
    assert refused(BODY, headers | {"svix-id": "msg_2"}) == "no_matching_signature"
    assert refused(BODY, headers | {"svix-timestamp": later}) == "no_matching_signature"
    assert refused(BODY, headers, webhook(OTHER)) == "no_matching_signature"


def test_every_reason_is_tried() -> None:
    """The tests above have every reason that there is."""
    assert set(get_args(Reason)) == {
        "missing_header", "malformed_header", "too_old", "too_new", "no_matching_signature",
    }  # fmt: skip


@pytest.mark.parametrize("body", [BODY.decode(), {"event_type": "labtest.order.created"}, None])
def test_only_raw_bytes(body: Any) -> None:
    """A body that was decoded or parsed is the caller's mistake."""
    with pytest.raises(TypeError, match="needs the body as it arrived, in bytes, not"):
        webhook().verify(body, webhook().sign(BODY))


@table(
    "secrets",
    [
        *(
            "",
            "whsec_",
            "whsec_!canary!",
            [],
            ["whsec_canary?"],
            "canary",
            None,
            b"whsec_canary",
            [b"canary"],
        ),
        *("whsec_AA", "whsec_AAAA", f"whsec_{'A' * 20}", "whsec_canaryAAAAAAAA", [SECRET, "whsec_AA"]),
        *(SECRET + "=" * excess for excess in (1, 2, 3, 4)),
    ],
)
def test_malformed_secrets_are_refused_and_not_shown(secrets: Any) -> None:
    """A malformed secret raises `ValueError`, which does not show it."""
    with pytest.raises(ValueError, match="secret") as caught:
        Webhook(secrets)
    assert "canary" not in repr(caught.value)


def test_secrets_of_any_length_from_the_least() -> None:
    """Svix generates 24 bytes and takes up to 75; secrets of 18 bytes are in use; fewer than 16 are refused."""
    for length in (MINIMUM_SECRET_LENGTH, 18, 24, 32, 64, 75, 200):
        secret = "whsec_" + base64.b64encode(b"k" * length).decode()
        assert webhook(secret).verify(BODY, webhook(secret).sign(BODY))
    short = base64.b64encode(b"k" * (MINIMUM_SECRET_LENGTH - 1)).decode()
    with pytest.raises(ValueError, match="at least 16 bytes"):
        webhook(f"whsec_{short}")


def test_a_webhook_can_be_pickled_and_copied() -> None:
    """Pools of processes pickle it; nothing shows the secret."""
    hook = Webhook([SECRET, OTHER], tolerance=timedelta(hours=2))
    headers = hook.sign(BODY, sent_at=datetime.now(UTC) - timedelta(hours=1))
    for other in (pickle.loads(pickle.dumps(hook)), copy.copy(hook), copy.deepcopy(hook)):  # noqa: S301
        assert other.verify(BODY, headers).raw == BODY
        assert repr(other) == "Webhook(<2 secrets>)"


@table("reason", get_args(Reason))
def test_errors_survive(reason: Reason) -> None:
    """An error is the same after pickle and copy, and made anew from its arguments, as task queues do."""
    error = InvalidSignature(reason)
    error.add_note("of attempt 2")
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301
        assert (other.reason, str(other), other.__notes__) == (reason, str(error), ["of attempt 2"])
    made = type(error)(*json.loads(json.dumps(error.args)))
    assert (made.reason, str(made), type(made)) == (reason, str(error), InvalidSignature)


def test_what_verify_would_refuse_is_not_signed() -> None:
    """A naive time, a time before 1970 and an id that no header can carry raise `ValueError`."""
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    for options in (
        {"sent_at": naive},
        {"sent_at": datetime(1960, 1, 1, tzinfo=UTC)},
        {"id": "a\nb"},
        {"id": "a.b"},
        {"id": ""},
    ):
        with pytest.raises(ValueError, match=r"must be|needs a time zone"):
            webhook().sign(BODY, **options)
    with pytest.raises(ValueError, match="time zone"):
        webhook(now=naive).sign(BODY)


def test_errors_and_reprs_show_no_secret_signature_or_body() -> None:
    """Neither an error nor a `repr` shows the secret, a signature or the body."""
    headers = webhook().sign(b"canary")
    with pytest.raises(InvalidSignature) as caught:
        webhook().verify(b"canary!", headers)
    shown = (
        repr(caught.value) + str(caught.value) + repr(webhook()) + repr(webhook().verify(b"canary", headers))
    )
    assert "canary" not in shown
    assert SECRET[6:] not in shown
    assert headers["svix-signature"][3:] not in shown
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert pickle.loads(pickle.dumps(caught.value)).reason == caught.value.reason  # noqa: S301


def test_a_verified_body_is_never_lost_to_a_parse_error() -> None:
    """`verify` does not parse: event and report come when they are asked for."""
    for body, error in (
        (b"no JSON \xff", InvalidPayload),
        (b'{"event_type": "lab_report.parsing_job.created"}', UnknownEvent),
    ):
        delivery = webhook().verify(body, webhook().sign(body))
        assert delivery.raw == body
        assert delivery.report.verdict == "rejected"
        with pytest.raises(error):
            _ = delivery.event


def test_event_and_report() -> None:
    """A delivery gives its typed event and its report, each made once."""
    delivery = webhook().verify(BODY, webhook().sign(BODY))
    assert isinstance(delivery, Delivery)
    assert isinstance(delivery.event, LabtestOrderUpdated)
    assert delivery.event.data.current_status == "completed.walk_in_test.completed"
    assert delivery.event is delivery.event
    assert delivery.report is delivery.report
    assert delivery.report.verdict == "conforms"


TEXTS = st.text(max_size=20) | st.sampled_from(["v1,", "v1,AAAA", "1614265330", "msg_1", "9" * 30])
NAMES = st.sampled_from(["svix-id", "svix-timestamp", "svix-signature", "webhook-id", "SVIX-ID"]) | TEXTS


@given(
    st.binary(max_size=20), st.dictionaries(NAMES, TEXTS | st.binary(max_size=5) | st.integers() | st.none())
)
def test_any_headers_give_a_delivery_or_invalid_signature(body: bytes, headers: Any) -> None:
    """Whatever the body and headers, nothing but `InvalidSignature` is raised."""
    pairs = list(headers.items())
    for form in (headers, pairs, {f"HTTP_{name}".upper(): [value] for name, value in headers.items()}):
        with pytest.raises(InvalidSignature):
            webhook(now=VECTOR_TIME).verify(body, form)
