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
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from standardwebhooks.webhooks import hmac_data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from junction_webhooks.validation import Report
    from junction_webhooks_models import LabtestEvent

Reason: TypeAlias = Literal[
    "missing_header",
    "malformed_header",
    "too_old",
    "too_new",
    "no_matching_signature",
]

_PREFIX: Final = "whsec_"
_NAMES: Final = (
    ("svix-id", "svix-timestamp", "svix-signature"),
    ("webhook-id", "webhook-timestamp", "webhook-signature"),
)
_ID: Final = re.compile("[!-\\-/-~]{1,256}")
"""Printable ASCII without spaces or dots."""
_TIMESTAMP: Final = re.compile("[1-9][0-9]{0,10}")
_WORDS: Final[Mapping[Reason, str]] = {
    "missing_header": "a header of the signature is missing",
    "malformed_header": "a header of the signature is malformed",
    "too_old": "the delivery was signed too long ago",
    "too_new": "the delivery was signed in the future: compare the clocks",
    "no_matching_signature": "no signature matches: compare the secret, and verify the body as it arrived",
}


class InvalidSignature(ValueError):  # noqa: N818  (read as a sentence: except InvalidSignature)
    """The delivery is not what the sender signed. The message contains no secret and no part of the body.

    Example:
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
        super().__init__(_WORDS[reason])

    def __reduce__(self) -> tuple[type[InvalidSignature], tuple[Reason]]:
        """Pickle with the reason."""
        return type(self), (self.reason,)


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

    @cached_property
    def report(self) -> Report:
        """The report of `check` on the body."""
        from junction_webhooks.validation import check  # noqa: PLC0415  (slow, and not every handler wants it)

        return check(self.raw)

    @cached_property
    def event(self) -> LabtestEvent:
        """The typed event. Raises `InvalidPayload` and `UnknownEvent` as `parse_event` does."""
        from junction_webhooks.events import parse_event  # noqa: PLC0415  (slow, and not every handler wants it)

        return parse_event(self.raw)


class Webhook:
    """The signatures of one endpoint.

    `secrets` is the endpoint's `whsec_…`, or several during a rotation: each of them is enough to verify,
    and all of them sign. `tolerance` limits the age of a delivery, and how far the clocks may differ. `now`
    returns the current time as an aware datetime.
    Raises `ValueError` for a malformed secret. The message does not contain the secret.

    Example:
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

    def __init__(
        self,
        secrets: str | Sequence[str],
        *,
        tolerance: timedelta = timedelta(minutes=5),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
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

    def verify(self, body: bytes, headers: Mapping[str, str]) -> Delivery:
        """Verify the signature and return the delivery. One matching signature is enough.

        `body` is the body as it arrived, in bytes. The case of header names does not matter. Names and values
        may be str or bytes, and values may be lists of them.
        Raises `InvalidSignature`, and `TypeError` when the body is not bytes.
        """
        __tracebackhide__ = True  # pytest prints the arguments of the frames it shows
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
        id_ = id or f"msg_{random_bytes.token_hex(12)}"
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
    if isinstance(secret, str) and secret.startswith(_PREFIX):
        encoded = secret.removeprefix(_PREFIX)
        with suppress(binascii.Error, ValueError):
            key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
            if key:
                return key
    message = "a secret is whsec_ followed by base64: copy it from the endpoint's settings"
    raise ValueError(message)


def _signature(key: bytes, id_: str, timestamp: str, body: bytes) -> bytes:
    return hmac_data(key, b".".join([id_.encode(), timestamp.encode(), body]))


def _read(headers: Mapping[str, str]) -> tuple[str, str, str]:
    """Return the id, the timestamp and the signatures."""
    __tracebackhide__ = True
    values = {_text(name).lower(): value for name, value in headers.items()}
    for names in _NAMES:
        if all(name in values for name in names):
            id_, timestamp, signatures = (_text(values[name]) for name in names)
            # With a dot in the id, one signature would fit several ways to split id, time and body.
            if not _ID.fullmatch(id_) or not _TIMESTAMP.fullmatch(timestamp):
                raise InvalidSignature(reason="malformed_header")
            return id_, timestamp, signatures
    raise InvalidSignature(reason="missing_header")


def _text(value: object) -> str:
    """Return the name or value of a header as text. Another type gives "", which is malformed."""
    if isinstance(value, (list, tuple)):
        return " ".join(map(_text, value))
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if isinstance(value, str) else ""


def _given(signatures: str) -> Iterator[bytes]:
    """Yield the signatures of version 1. The header may also have signatures of other versions."""
    for each in signatures.split():
        version, _, encoded = each.partition(",")
        if version == "v1":
            try:
                yield base64.b64decode(encoded.encode("ascii"), validate=True)
            except (binascii.Error, ValueError):
                continue
