"""Why a signature is not valid."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from support.tables import table

from junction_webhooks import Webhook, fixtures
from junction_webhooks.live.verification import explain
from junction_webhooks.signing import BENCH_SECRET

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  (of no endpoint)
OTHER = "whsec_b3RoZXIgc2VjcmV0IG90aGVyIHNlY3JldA=="
NOW = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)
BODY = fixtures.scenario("redraw").deliveries[-1].raw.replace(b"Quest", "Quést 😀".encode())
HEADERS = Webhook(SECRET).sign(BODY, id="msg_1", sent_at=NOW)


def test_valid() -> None:
    """The right secret, the bytes as they arrived, and the right time; the names of headers do not matter."""
    for headers in (
        HEADERS,
        Webhook(SECRET).sign(BODY, id="msg_1", sent_at=NOW, standard=True),
        [*HEADERS.items()],
    ):
        found = explain(BODY, headers, SECRET, now=NOW)
        assert (found.verdict, found.is_valid) == ("valid", True)
        assert found.delivery is not None
        assert (found.delivery.id, found.delivery.sent_at) == ("msg_1", NOW)


def test_the_clock() -> None:
    """A signature is accepted for five minutes, before and after; `any_time` accepts it for ever."""
    for minutes, verdict in [
        (-6, "too_new"),
        (-4, "valid"),
        (4, "valid"),
        (6, "too_old"),
        (6 * 10**6, "too_old"),
    ]:
        now = NOW + timedelta(minutes=minutes)
        found = explain(BODY, HEADERS, SECRET, now=now)
        assert found.verdict == verdict
        assert found.delivery is not None
        assert verdict == "valid" or "2026-05-06 07:08:09 UTC" in found.message
        assert explain(BODY, HEADERS, SECRET, now=now, any_time=True).is_valid


FORMS = {
    "Python": json.dumps(json.loads(BODY)).encode(),
    "Python, sorted away from ASCII": json.dumps(json.loads(BODY), ensure_ascii=False).encode(),
    "indented": json.dumps(json.loads(BODY), indent=2).encode(),
    "python3 -m json.tool": json.dumps(json.loads(BODY), indent=4).encode() + b"\n",
    "an editor": BODY + b"\n",
    "Windows": BODY + b"\r\n",
    "a byte order mark": b"\xef\xbb\xbf" + BODY,
}


@table("form", FORMS)
def test_another_form_of_the_body(form: str) -> None:
    """A body that was parsed and written again, or stored by an editor, is recognized in both directions."""
    found = explain(FORMS[form], HEADERS, SECRET, now=NOW)
    assert found.verdict == "reserialized"
    assert "without" in found.message
    signed = Webhook(SECRET).sign(FORMS[form], sent_at=NOW)
    if form not in {"Windows", "a byte order mark"}:
        assert explain(BODY, signed, SECRET, now=NOW).verdict == "reserialized"


def test_the_wrong_secret() -> None:
    """Another secret, or a changed value, cannot be distinguished; the public secret can."""
    changed = BODY.replace(b"completed", b"cancelled", 1)
    assert explain(BODY, HEADERS, OTHER, now=NOW).verdict == "wrong_secret"
    assert explain(changed, HEADERS, SECRET, now=NOW).verdict == "wrong_secret"
    assert explain(b"\xff not JSON", HEADERS, SECRET, now=NOW).verdict == "wrong_secret"
    assert explain(b"[" * 100_000, HEADERS, SECRET, now=NOW).verdict == "wrong_secret"
    assert explain(b'"\\ud800"', HEADERS, SECRET, now=NOW).verdict == "wrong_secret"
    bench = Webhook(BENCH_SECRET).sign(BODY, sent_at=NOW)
    assert explain(BODY, bench, SECRET, now=NOW).verdict == "bench_secret"
    assert explain(BODY, bench, BENCH_SECRET, now=NOW).is_valid
    assert explain(BODY, HEADERS, [OTHER, SECRET], now=NOW).is_valid


def test_headers() -> None:
    """Missing and malformed headers are named."""
    without = {name: value for name, value in HEADERS.items() if name != "svix-id"}
    assert explain(BODY, without, SECRET).verdict == "missing_header"
    assert explain(BODY, HEADERS | {"svix-timestamp": "yesterday"}, SECRET).verdict == "malformed_header"
    with pytest.raises(ValueError, match="a secret is whsec_ followed by base64"):
        explain(BODY, HEADERS, "secret")


def test_messages_are_quiet() -> None:
    """No explanation contains the body, a signature or a secret."""
    for body, secret in [(BODY, SECRET), (BODY, OTHER), (FORMS["indented"], SECRET), (b"x", BENCH_SECRET)]:
        found = explain(body, HEADERS, secret)
        shown = found.message + repr(found)
        for private in (SECRET, OTHER, BENCH_SECRET, HEADERS["svix-signature"], "labtest", "patient"):
            assert private.removeprefix("whsec_") not in shown
