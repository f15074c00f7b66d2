"""What records tracebacks with local variables sees no body and no secret, at its defaults."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from support.canaries import CANARY, is_quiet, raised_by
from support.tables import table

from junction_webhooks import Webhook, check, fixtures, lifecycle, parse_event, redact
from junction_webhooks.pytest_plugin import assert_conforms
from junction_webhooks_models import LabtestOrderUpdated

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  (of the public test vector)
WEBHOOK = Webhook(SECRET)


def broken(**data: Any) -> dict[str, Any]:
    """An order with a canary in its data, which is rejected."""
    payload = fixtures.load("labtest.order.updated/everything").payload
    payload["data"] |= {"notes": CANARY, "patient_details": [CANARY], **data}
    return payload


BROKEN = json.dumps(broken()).encode()
UNKNOWN = json.dumps({**broken(), "event_type": "labtest.invented"}).encode()
DELIVERIES = {body: WEBHOOK.verify(body, WEBHOOK.sign(body)) for body in (BROKEN, UNKNOWN)}
LEAP = json.dumps(
    {
        **fixtures.load("labtest.order.updated/everything").payload,
        "data": {**broken(patient_details=None)["data"], "created_at": "2016-12-31T23:59:60Z"},
    }
).encode()
NO_PAYLOAD: Any = [CANARY]
NOT_HASHABLE: Any = {"event_type": {CANARY: CANARY}, "data": CANARY}
FROZEN = parse_event(fixtures.load("labtest.order.updated/everything").raw)

RAISING: dict[str, Callable[[], object]] = {
    "parse_event": lambda: parse_event(BROKEN),
    "parse_event of a struct": lambda: parse_event(BROKEN, as_struct=True),
    "parse_event of an unknown event": lambda: parse_event(UNKNOWN),
    "parse_event of a torn body": lambda: parse_event(BROKEN[:-2]),
    "parse_event of a leap second": lambda: parse_event(LEAP),
    "parse_event of a dict": lambda: parse_event(broken()),
    "parse_event of no payload": lambda: parse_event(NO_PAYLOAD),
    "parse_event as no event type": lambda: parse_event(BROKEN, event_type=CANARY[:6]),  # type: ignore[call-overload]
    "delivery.event": lambda: DELIVERIES[BROKEN].event,
    "delivery.event of an unknown event": lambda: DELIVERIES[UNKNOWN].event,
    "verify": lambda: WEBHOOK.verify(BROKEN, WEBHOOK.sign(UNKNOWN)),
    "verify without headers": lambda: WEBHOOK.verify(BROKEN, {}),
    "verify of no bytes": lambda: WEBHOOK.verify(CANARY, {}),  # type: ignore[arg-type]
    "verify with odd headers": lambda: WEBHOOK.verify(BROKEN, [CANARY]),  # type: ignore[list-item]
    "sign": lambda: WEBHOOK.sign(BROKEN, id=f"{CANARY}.1"),
    "sign with an empty id": lambda: WEBHOOK.sign(BROKEN, id=""),
    "a malformed secret": lambda: Webhook(f"whsec_{CANARY}!"),
    "a malformed secret of several": lambda: Webhook([SECRET, CANARY]),
    "a short secret": lambda: Webhook("whsec_Y2FuYXJ5NDcxMQ=="),
    "check of no payload": lambda: check(NO_PAYLOAD),
    "check as no event type": lambda: check(BROKEN, event_type="labtest"),  # type: ignore[arg-type]
    "redact": lambda: redact(BROKEN[:-2]),
    "redact of an unknown event": lambda: redact(UNKNOWN),
    "redact with a short key": lambda: redact(BROKEN, key=CANARY.encode()),
    "check_history": lambda: lifecycle.check_history(json.loads(UNKNOWN)),
    "check_history of no payload": lambda: lifecycle.check_history(NO_PAYLOAD),
    "check_history of an odd event type": lambda: lifecycle.check_history(NOT_HASHABLE),
    "compare": lambda: lifecycle.compare(broken(), broken(id=CANARY)),
    "compare of an unknown event": lambda: lifecycle.compare(broken(), json.loads(UNKNOWN)),
    "assert_conforms": lambda: assert_conforms(BROKEN),
    "assert_conforms of no payload": lambda: assert_conforms(NO_PAYLOAD),
    "a frozen model": lambda: setattr(FROZEN.data, "notes", CANARY),
}
every_error = table("call", RAISING.values(), ids=RAISING)


@every_error
def test_no_frame_of_ours_holds_the_body(call: Callable[[], object]) -> None:
    """Walked by hand: neither our frames, nor those of libraries below, nor those of causes hold a canary."""
    error: BaseException | None = raised_by(call)
    while error is not None:
        step = error.__traceback__
        while step is not None:
            frame = step.tb_frame
            if frame.f_globals["__name__"] not in {__name__, "support.canaries"}:
                # Objects hold what they hold, but nobody sees it: they have a repr of their own.
                held = {name: getattr(value, "__dict__", value) for name, value in frame.f_locals.items()}
                held.pop("self", None)
                assert is_quiet(repr(held)), f"{frame.f_code.co_qualname}: {list(held)}"
            step = step.tb_next
        error = error.__cause__ or error.__context__


@every_error
def test_sentry(call: Callable[[], object]) -> None:
    """The event that sentry-sdk sends by default has no canary."""
    import sentry_sdk  # noqa: PLC0415  (slow to import)
    from sentry_sdk.transport import Transport  # noqa: PLC0415

    sent: list[Any] = []

    class Recorder(Transport):
        def capture_envelope(self, envelope: object) -> None:
            sent.append(envelope)

    error = raised_by(call)
    with sentry_sdk.new_scope() as scope:
        # The integrations patch the libraries that they are for.
        options: Any = {"transport": Recorder, "default_integrations": False}
        scope.set_client(sentry_sdk.Client(dsn="https://key@sentry.example/1", **options))
        scope.capture_exception(error)
    (event,) = [envelope.get_event() for envelope in sent]
    assert event["exception"]["values"][-1]["type"] == type(error).__name__
    assert any("vars" in frame for frame in event["exception"]["values"][-1]["stacktrace"]["frames"])
    assert is_quiet(json.dumps(event, default=repr))


@every_error
def test_structlog(call: Callable[[], object]) -> None:
    """`dict_tracebacks` of structlog writes no canary."""
    import structlog  # noqa: PLC0415

    error = raised_by(call)
    written = structlog.processors.dict_tracebacks(None, "error", {"exc_info": error})
    assert written["exception"][0]["exc_type"] == type(error).__name__
    assert written["exception"][-1]["frames"]
    assert is_quiet(repr(written))


@every_error
def test_rich(call: Callable[[], object]) -> None:
    """A traceback of rich with local variables prints no canary."""
    from rich.console import Console  # noqa: PLC0415
    from rich.traceback import Traceback  # noqa: PLC0415

    error = raised_by(call)
    console = Console(file=io.StringIO(), width=200)
    console.print(
        Traceback.from_exception(type(error), error, error.__traceback__, show_locals=True, extra_lines=0)
    )
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert type(error).__name__ in text
    assert is_quiet(text)


@every_error
def test_django(call: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """What Django's reporter puts into its page and its mail has no canary."""
    from django.conf import UserSettingsHolder, global_settings, settings  # noqa: PLC0415
    from django.views.debug import ExceptionReporter  # noqa: PLC0415

    # Not `settings.configure`: other tests in this process have settings of their own.
    ours = UserSettingsHolder(global_settings)
    ours.SECRET_KEY = "of a test"  # noqa: S105
    monkeypatch.setitem(object.__getattribute__(settings, "__dict__"), "_wrapped", ours)
    error = raised_by(call)
    reporter = ExceptionReporter(None, type(error), error, error.__traceback__)
    data = reporter.get_traceback_data()
    assert data["exception_type"] == type(error).__name__
    assert any(frame["vars"] for frame in data["frames"])
    assert is_quiet(repr(data["frames"]) + data["exception_value"])


@every_error
def test_logging(call: Callable[[], object], caplog: pytest.LogCaptureFixture) -> None:
    """A logged exception has no canary, nor its arguments."""
    caplog.clear()
    error = raised_by(call)
    logging.getLogger("a handler").error("failed: %r %r", error, error.args, exc_info=error)
    assert type(error).__name__ in caplog.text
    assert is_quiet(caplog.text)


IN_A_SUITE = """
import pickle
from pathlib import Path
from junction_webhooks import Webhook, check, lifecycle, parse_event, redact
from junction_webhooks.pytest_plugin import assert_conforms

BROKEN, OTHER = (Path(f"{name}.json").read_bytes() for name in ("broken", "other"))
SECRET = Path("secret").read_text()
WEBHOOK = Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

def test_secret(): Webhook(SECRET)
def test_secrets(): Webhook(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SECRET])
def test_verify(): WEBHOOK.verify(BROKEN, WEBHOOK.sign(OTHER))
def test_sign(): WEBHOOK.sign(BROKEN, id="")
def test_event(): WEBHOOK.verify(BROKEN, WEBHOOK.sign(BROKEN)).event
def test_parse(): parse_event(BROKEN)
def test_parse_other(): parse_event(OTHER)
def test_check(): check([BROKEN])
def test_redact(): redact(OTHER)
def test_history(): lifecycle.check_history([BROKEN])
def test_compare(): lifecycle.compare([BROKEN], OTHER)
def test_conforms(): assert_conforms(BROKEN)
def test_junction_sign(junction_sign): junction_sign(BROKEN, id="")
def test_junction_sign_odd(junction_sign): junction_sign([BROKEN])
def test_frozen():
    event = parse_event(Path("sound.json").read_bytes())
    event.data.notes = BROKEN.decode()
"""


@pytest.mark.exhaustive
def test_pytest_with_local_variables(tmp_path: Path) -> None:
    """`pytest --showlocals` shows no canary when our functions raise in a consumer's suite."""
    (tmp_path / "broken.json").write_bytes(BROKEN)
    (tmp_path / "other.json").write_bytes(UNKNOWN)
    (tmp_path / "sound.json").write_bytes(fixtures.load("labtest.order.updated/everything").raw)
    (tmp_path / "secret").write_text(f"whsec_{CANARY} not base64!")
    (tmp_path / "test_suite.py").write_text(IN_A_SUITE)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--showlocals",
        "-vv",
        "--full-trace",
        "-p",
        "no:cacheprovider",
        "-c",
        "/dev/null",
    ]
    done = subprocess.run(
        [*command, "test_suite.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert f"{IN_A_SUITE.count('def ')} failed" in done.stdout
    assert is_quiet(done.stdout)


def test_the_models_hold_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """A model that refuses its input says so without it, in every form of the error."""
    error: Any = raised_by(partial(LabtestOrderUpdated.model_validate, broken()))
    for text in (str(error), repr(error), repr(error.errors()), error.json()):
        assert is_quiet(text)
    assert not capsys.readouterr().out
