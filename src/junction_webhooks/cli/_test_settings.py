"""Options of `test` from a file: `junction-webhooks.toml`, or `pyproject.toml`."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._similar import did_you_mean
from junction_webhooks.cli._live import SECRET_VARIABLE, URL_VARIABLE, OptionError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

_OWN: Final = "junction-webhooks.toml"
_SHARED: Final = "pyproject.toml"
_REPEATABLE: Final = frozenset({"allow_host", "state", "only", "skip", "scenario", "include"})
_TEXTS: Final = frozenset(
    {
        "to",
        "secret_file",
        "pointer",
        "escalations",
        "state_map",
        "settle",
        "before",
        "ids",
        "format",
        "output",
        "cases",
        "time_limit",
    }
)
_NUMBERS: Final = frozenset({"api_port", "concurrency", "seed"})
_SWITCHES: Final = frozenset({"force"})
_ALL: Final = _REPEATABLE | _TEXTS | _NUMBERS | _SWITCHES
_DESTINATIONS: Final = {"output": "report"}
"""The names that the parser gives to options with another name."""


def read_settings(folder: Path) -> dict[str, Any]:
    """Return the options in the file of a folder, by the names that argparse gives them.

    Raises `OptionError` for a file that cannot be read, an unknown option and a value of a wrong type.
    """
    own, shared = _table(folder / _OWN), _table(folder / _SHARED)
    if own is not None:
        return _checked(_OWN, own.get("test", {}))
    if shared is not None:
        return _checked(_SHARED, shared.get("tool", {}).get("junction-webhooks", {}).get("test", {}))
    return {}


def apply(options: argparse.Namespace, settings: Mapping[str, Any]) -> None:
    """Set the options that neither the command line nor a variable has."""
    has_secret = options.secret is not None or bool(os.environ.get(SECRET_VARIABLE))
    given = {"to": bool(os.environ.get(URL_VARIABLE)), "secret_file": has_secret}
    for name, value in settings.items():
        chosen = _DESTINATIONS.get(name, name)
        if getattr(options, chosen, None) in (None, [], False) and not given.get(name):
            setattr(options, chosen, value)


def _table(path: Path) -> dict[str, Any] | None:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not TOML"
        message = f"{path.name}: cannot be read: {(reason or 'unknown reason').lower()}"
        raise OptionError(message) from None


def _checked(file: str, table: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for written, value in table.items():
        name = written.replace("-", "_")
        if name == "secret":
            message = f"{file}: a secret does not belong there: use secret-file, or a variable"
            raise OptionError(message)
        if name not in _ALL:
            known = [each.replace("_", "-") for each in sorted(_ALL)]
            near = did_you_mean(written, known) or f"there are {', '.join(known)}"
            message = f"{file}: {written} is not an option of test: {near}"
            raise OptionError(message)
        if name in _REPEATABLE:
            value = [value] if isinstance(value, str) else value  # noqa: PLW2901  (one or several)
            is_right = isinstance(value, list) and all(isinstance(each, str) for each in value)
        elif name in _NUMBERS:
            is_right = isinstance(value, int) and not isinstance(value, bool)
        elif name in _SWITCHES:
            is_right = isinstance(value, bool)
        else:
            is_right = isinstance(value, str)
        if not is_right:
            message = f"{file}: {written} has a value of the wrong type"
            raise OptionError(message)
        made[name] = value
    return made
