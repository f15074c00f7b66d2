"""Signatures of deliveries: `Webhook` verifies them, and signs in tests.

Junction delivers through Svix, whose signatures are those of Standard Webhooks under other header names:
HMAC-SHA256 over `id.timestamp.body`, with the base64 secret after `whsec_`. `verify` accepts both names.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import secrets as random_bytes
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeAlias

from standardwebhooks.webhooks import hmac_data

from junction_webhooks._lazy import lazy
from junction_webhooks._tracebacks import clears_locals

if TYPE_CHECKING:
    import junction_webhooks_models
    from junction_webhooks import validation
else:
    junction_webhooks_models = lazy("junction_webhooks_models")
    validation = lazy("junction_webhooks.validation")

HeaderName: TypeAlias = str | bytes
HeaderValue: TypeAlias = str | bytes | Sequence[str] | Sequence[bytes] | None

Reason: TypeAlias = Literal[
    "missing_header",
    "malformed_header",
    "too_old",
    "too_new",
    "no_matching_signature",
]

MINIMUM_SECRET_LENGTH: Final = 16
"""The least number of bytes in a secret. Shorter ones are mistakes, and can be guessed.

Standard Webhooks asks for 24 to 64 bytes and Svix generates 24. But secrets of 18 bytes are in use, and
longer ones do no harm.
"""
BENCH_SECRET: Final = "whsec_anVuY3Rpb24td2ViaG9va3MgdGVzdCBzZWNyZXQ="  # noqa: S105  (public on purpose)
"""The public secret that test deliveries are signed with. No endpoint in production has it.

So a test delivery that arrives at the wrong place fails verification there.
"""
_PREFIX: Final = "whsec_"
_NAMES: Final = (
    ("svix-id", "svix-timestamp", "svix-signature"),
    ("webhook-id", "webhook-timestamp", "webhook-signature"),
)
_CGI_PREFIX: Final = "HTTP_"
"""What WSGI and CGI put before the name of a header, which they also write in capitals with underscores."""
_ID: Final = re.compile("[!-\\-/-~]{1,256}")
"""Printable ASCII without spaces or dots."""
_TIMESTAMP: Final = re.compile("[1-9][0-9]{0,10}")
_SEPARATORS: Final = re.compile("[\\s,]+")
"""Between a version and its signature, and between signatures: proxies join repeated headers by a comma."""
_WORDS: Final[Mapping[Reason, str]] = {
    "missing_header": "a header of the signature is missing",
    "malformed_header": "a header of the signature is malformed",
    "too_old": "the delivery was signed too long ago",
    "too_new": "the delivery was signed in the future: compare the clocks",
    "no_matching_signature": "no signature matches: compare the secret, and verify the body as it arrived",
}


class InvalidSignature(ValueError):  # noqa: N818  (read as a sentence: except InvalidSignature)
    """The delivery is not what the sender signed. The message contains no secret and no part of the body.

    Examples:
        >>> from junction_webhooks import InvalidSignature, Webhook
        >>> webhook = Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        >>> try:
        ...     webhook.verify(b"{}", {})
        ... except InvalidSignature as error:
        ...     print(error.reason)
        missing_header
    """

    def __init__(self, reason: Reason) -> None:
        self.reason: Reason = reason
        """What is wrong, as one of a few words, suitable as the label of a metric."""
        # Its only argument is the one in `args`, so that task queues can rebuild it from there.
        super().__init__(reason)

    def __str__(self) -> str:
        """What is wrong, in a sentence."""
        return _WORDS[self.reason]


class _HasItems(Protocol):
    """A mapping, or what only looks like one: werkzeug's headers, and those of the standard library."""

    def items(self) -> Iterable[tuple[HeaderName, HeaderValue]]: ...


Headers: TypeAlias = _HasItems | Iterable[tuple[HeaderName, HeaderValue]] | None
"""Headers as frameworks give them; see `Webhook.verify`."""


@dataclass(frozen=True)
class Delivery:
    """A verified delivery: what `Webhook.verify` returns."""

    id: str
    """The same in every attempt.

    Use it to deduplicate, in one transaction with everything that the delivery changes.
    """
    sent_at: datetime
    """When this attempt was signed, in UTC."""
    raw: bytes = field(repr=False, compare=False)
    """The body as it arrived."""

    # Not `functools.cached_property`: one of its frames holds the body when an exception passes through.
    @property
    @clears_locals
    def report(self) -> validation.Report:
        """The report of `check` on the body."""
        return self._once("report", validation.check)  # type: ignore[no-any-return]

    @property
    @clears_locals
    def event(self) -> junction_webhooks_models.LabtestEvent:
        """The typed event. Raises `InvalidPayload` and `UnknownEvent` as `parse_event` does."""
        from junction_webhooks.events import parse_event  # noqa: PLC0415  (slow, and not every handler wants it)

        return self._once("event", parse_event)  # type: ignore[no-any-return]

    def _once(self, name: str, read: Callable[[bytes], object]) -> Any:
        """Return what was read from the body before, or read it."""
        made = self.__dict__
        if name not in made:
            made[name] = read(self.raw)
        return made[name]


def _current_time() -> datetime:
    return datetime.now(UTC)


class Webhook:
    """The signatures of one endpoint.

    `secrets` is the endpoint's `whsec_…`, or several during a rotation: each of them is enough to verify,
    and all of them sign. Each has at least 16 bytes; Svix generates 24.
    `tolerance` limits the age of a delivery, and how far the clocks may differ. `now`
    returns the current time as an aware datetime.
    Raises `ValueError` for a malformed or a short secret. The message does not contain the secret.

    Examples:
        >>> from junction_webhooks import Webhook, fixtures
        >>> webhook = Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        >>> body = fixtures.load("labtest.order.updated/completed").raw
        >>> headers = webhook.sign(body, id="msg_1")
        >>> delivery = webhook.verify(body, headers)
        >>> delivery.id, delivery.report.verdict
        ('msg_1', 'conforms')
        >>> delivery.event.data.current_status
        'completed.walk_in_test.completed'
    """

    @clears_locals
    def __init__(
        self,
        secrets: str | Sequence[str],
        *,
        tolerance: timedelta = timedelta(minutes=5),
        now: Callable[[], datetime] = _current_time,
    ) -> None:
        self._keys = [_key(secret) for secret in ([secrets] if isinstance(secrets, str) else secrets or ())]
        if not self._keys:
            message = "a webhook needs at least one secret"
            raise ValueError(message)
        if tolerance < timedelta(0):
            message = "the tolerance must not be negative"
            raise ValueError(message)
        self._tolerance = tolerance
        self._now = now

    @clears_locals
    def verify(self, body: bytes, headers: Headers) -> Delivery:
        """Verify the signature and return the delivery. One matching signature is enough.

        `body` is the body as it arrived, in bytes. `headers` are what the framework gives: a mapping, such as
        `request.headers` in Starlette, FastAPI, Django, Flask, aiohttp and Azure Functions, Django's
        `request.META` or a WSGI environment, and `event["headers"]` or `event["multiValueHeaders"]` of API
        Gateway; or pairs of name and value, as in ASGI. The case of names does not matter. Names and values
        may be str or bytes, and values may be lists of them. None means that there are no headers.
        Raises `InvalidSignature`, and `TypeError` if the body is not bytes or `headers` is none of these.
        """
        if not isinstance(body, (bytes, bytearray, memoryview)):
            message = (
                f"verify needs the body as it arrived, in bytes, not {type(body).__name__}: "
                "in FastAPI `await request.body()`, in Flask `request.get_data()`"
            )
            raise TypeError(message)
        body = bytes(body)
        id_, timestamp, signatures = _read(headers)
        given = list(_given(signatures))
        expected = [_signature(key, id_, timestamp, body) for key in self._keys]
        # Compare every pair, so that the time taken does not reveal which secret came close.
        if not any([hmac.compare_digest(one, other) for one in expected for other in given]):  # noqa: C419
            raise InvalidSignature(reason="no_matching_signature")
        sent_at = datetime.fromtimestamp(int(timestamp), UTC)
        age = self._now() - sent_at
        if age > self._tolerance:
            raise InvalidSignature(reason="too_old")
        if -age > self._tolerance:
            raise InvalidSignature(reason="too_new")
        return Delivery(id_, sent_at, body)

    @clears_locals
    def sign(
        self,
        body: bytes,
        *,
        id: str | None = None,  # noqa: A002  (the name of the header, and of the delivery's field)
        sent_at: datetime | None = None,
        standard: bool = False,
    ) -> dict[str, str]:
        """Sign a body and return the headers, under Svix's names or, with `standard`, the standard ones.

        `id` defaults to a new one, and `sent_at` to the current time.
        Raises `ValueError` for an id or a time that `verify` would refuse, or a time without a zone.
        """
        sent_at = sent_at or self._now()
        if sent_at.tzinfo is None:
            message = "sent_at needs a time zone"
            raise ValueError(message)
        id_ = f"msg_{random_bytes.token_hex(12)}" if id is None else id
        timestamp = str(int(sent_at.timestamp()))
        if not _ID.fullmatch(id_) or not _TIMESTAMP.fullmatch(timestamp):
            message = "id must be printable ASCII without spaces or dots, and sent_at must be after 1970"
            raise ValueError(message)
        made = [base64.b64encode(_signature(key, id_, timestamp, body)).decode() for key in self._keys]
        values = (id_, timestamp, " ".join(f"v1,{each}" for each in made))
        return dict(zip(_NAMES[1 if standard else 0], values, strict=True))

    def __repr__(self) -> str:
        """Show how many secrets there are, but not the secrets."""
        return f"{type(self).__name__}(<{len(self._keys)} secret{'s' if len(self._keys) > 1 else ''}>)"


def _key(secret: str) -> bytes:
    key = _decoded(secret)
    if key is None:
        message = "a secret is whsec_ followed by base64: copy it from the endpoint's settings"
        raise ValueError(message)
    if len(key) < MINIMUM_SECRET_LENGTH:
        message = f"a secret has at least {MINIMUM_SECRET_LENGTH} bytes: copy it from the endpoint's settings"
        raise ValueError(message)
    return key


def _decoded(secret: str) -> bytes | None:
    if isinstance(secret, str) and secret.startswith(_PREFIX):
        encoded = secret.removeprefix(_PREFIX)
        padded = encoded + "=" * (-len(encoded) % 4)
        # Some versions of Python accept more padding than there can be, and others do not.
        if padded.endswith("==="):
            return None
        with suppress(binascii.Error, ValueError):
            return base64.b64decode(padded, validate=True) or None
    return None


def _signature(key: bytes, id_: str, timestamp: str, body: bytes) -> bytes:
    return hmac_data(key, b".".join([id_.encode(), timestamp.encode(), body]))


def _read(headers: Headers) -> tuple[str, str, str]:
    """Return the id, the timestamp and the signatures."""
    values: dict[str, list[str]] = {}
    for name, value in _pairs(headers):
        texts = list(map(_text, _listed(value)))
        if texts:
            values.setdefault(_normalized(name), []).extend(texts)
    for names in _NAMES:
        if all(name in values for name in names):
            ids, timestamps, signatures = (values[name] for name in names)
            # A header may be repeated, but then it has to say the same.
            id_, timestamp = (each[0] if len(set(each)) == 1 else "" for each in (ids, timestamps))
            # With a dot in the id, one signature would fit several ways to split id, time and body.
            if not _ID.fullmatch(id_) or not _TIMESTAMP.fullmatch(timestamp):
                raise InvalidSignature(reason="malformed_header")
            return id_, timestamp, " ".join(signatures)
    raise InvalidSignature(reason="missing_header")


def _pairs(headers: Headers) -> Iterator[tuple[object, object]]:
    """Yield names and values. Raises `TypeError` for what has none."""
    pairs: Any = () if headers is None else headers.items() if hasattr(headers, "items") else headers
    if isinstance(pairs, Iterable) and not isinstance(pairs, (str, bytes)):
        for pair in pairs:
            if not isinstance(pair, (tuple, list)) or len(pair) != 2:  # noqa: PLR2004  (a name and a value)
                break
            yield pair[0], pair[1]
        else:
            return
    message = f"headers are a mapping, or pairs of a name and a value, not {type(headers).__name__}"
    raise TypeError(message)


def _normalized(name: object) -> str:
    text = _text(name)
    if text.startswith(_CGI_PREFIX):
        text = text.removeprefix(_CGI_PREFIX).replace("_", "-")
    return text.lower()


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, (list, tuple)) else () if value is None else (value,)


def _text(value: object) -> str:
    """Return the name or value of a header as text. Another type gives "", which is malformed."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if isinstance(value, str) else ""


def _given(signatures: str) -> Iterator[bytes]:
    """Yield the signatures of version 1. The header may also have signatures of other versions."""
    for version, encoded in pairwise(_SEPARATORS.split(signatures)):
        if version == "v1":
            with suppress(binascii.Error, ValueError):
                yield base64.b64decode(encoded.encode("ascii"), validate=True)
