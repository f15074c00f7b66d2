"""Why a signature is not valid: the secret, the body, or the clock.

`Webhook.verify` says as little as a handler may reveal. This is for the developer who has the body, the
headers and the secret, and wants to know which of them is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from junction_webhooks._tracebacks import clears_locals
from junction_webhooks.signing import BENCH_SECRET, InvalidSignature, Webhook

if TYPE_CHECKING:
    from junction_webhooks.signing import Delivery, Headers

Verdict: TypeAlias = Literal[
    "valid",
    "missing_header",
    "malformed_header",
    "too_old",
    "too_new",
    "bench_secret",
    "reserialized",
    "wrong_secret",
]
_TOLERANCE: Final = timedelta(minutes=5)
_FORMS: Final[Mapping[str, Mapping[str, Any]]] = {
    "the same JSON without spaces": {"separators": (",", ":")},
    "the same JSON with spaces after commas and colons": {},
    "the same JSON with indentation by 2": {"indent": 2},
    "the same JSON with indentation by 4": {"indent": 4},
}
"""How JSON may be written, with the options of `json.dumps`."""
_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is wrong with a signature, if anything."""

    verdict: Verdict
    message: str
    """The same in words. It contains no secret and no part of the body."""
    delivery: Delivery | None = None
    """The id and the time, if the signature matches the body or another form of it."""

    @property
    def is_valid(self) -> bool:
        """Whether a handler with this secret accepts the delivery."""
        return self.verdict == "valid"


@clears_locals
def explain(
    body: bytes,
    headers: Headers,
    secrets: str | Sequence[str],
    *,
    now: datetime | None = None,
    any_time: bool = False,
) -> Explanation:
    """Verify a signature, and find out why it is not valid.

    `secrets` are one or several, as for `Webhook`. `now` is the time of the verification. With `any_time`,
    the age of the signature does not matter.
    Raises `ValueError` for a malformed secret, and `TypeError` as `Webhook.verify` does.

    Examples:
        >>> from junction_webhooks import Webhook
        >>> from junction_webhooks.live.verification import explain
        >>> secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        >>> headers = Webhook(secret).sign(b'{"a":1}')
        >>> explain(b'{"a": 1}', headers, secret).verdict
        'reserialized'
    """
    try:
        delivery = _verified(body, headers, secrets)
    except InvalidSignature as error:
        if error.reason == "missing_header":
            return Explanation(
                "missing_header", "svix-id, svix-timestamp and svix-signature are not all there"
            )
        if error.reason == "malformed_header":
            return Explanation("malformed_header", "svix-id or svix-timestamp is malformed")
        return _mismatch(body, headers, secrets)
    age = (now or datetime.now(UTC)) - delivery.sent_at
    if not any_time and abs(age) > _TOLERANCE:
        when = f"{delivery.sent_at:%Y-%m-%d %H:%M:%S} UTC"
        if age > _TOLERANCE:
            message = f"the signature is right, but it was made at {when}, more than five minutes ago"
            return Explanation("too_old", message, delivery)
        message = f"the signature is right, but it is from the future, {when}: compare the clocks"
        return Explanation("too_new", message, delivery)
    return Explanation("valid", "the signature is valid", delivery)


def _verified(body: bytes, headers: Headers, secrets: str | Sequence[str]) -> Delivery:
    """Return the delivery, whatever its age. Raises `InvalidSignature`."""
    return Webhook(secrets, tolerance=timedelta.max).verify(body, headers)


def _matching(body: bytes, headers: Headers, secrets: str | Sequence[str]) -> Delivery | None:
    try:
        return _verified(body, headers, secrets)
    except InvalidSignature:
        return None


def _mismatch(body: bytes, headers: Headers, secrets: str | Sequence[str]) -> Explanation:
    if delivery := _matching(body, headers, BENCH_SECRET):
        message = "it is signed with the public bench secret and not with yours: it is a test delivery"
        return Explanation("bench_secret", message, delivery)
    for form, other in _other_forms(body):
        for known in (secrets, BENCH_SECRET):
            if delivery := _matching(other, headers, known):
                message = (
                    f"the body was changed after it was signed: the signature is for {form}. "
                    "Verify the bytes as they arrived, before anything parses them"
                )
                return Explanation("reserialized", message, delivery)
    message = "the secret is not the one that signed, or the body, the id or the time was changed"
    return Explanation("wrong_secret", message)


def _other_forms(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield forms that the body may have had before something parsed or stored it, with a name for each."""
    yield "the body without the white space around it", body.strip()
    yield "the body without its byte order mark", body.removeprefix(_BOM)
    yield "the body with a line break at its end", body + b"\n"
    yield "the body with other line breaks", body.replace(b"\r\n", b"\n")
    yield "the body with other line breaks", body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    try:
        value = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return
    for name, options in _FORMS.items():
        for ascii_only in (False, True):
            escaped = ", with all letters beyond ASCII escaped" if ascii_only else ""
            text = json.dumps(value, ensure_ascii=ascii_only, **options)
            # Lone surrogates cannot be encoded, and no signature is for them.
            raw = text.encode("utf-8", "replace")
            yield name + escaped, raw
            yield name + escaped, raw + b"\n"
