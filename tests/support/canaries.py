"""Canaries: values that stand for patient data, planted to see where they come out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

CANARY = "canary4711"
"""Small letters first, so that it is mistaken for a word, too."""
NUMBER = 47114711


def is_quiet(text: str) -> bool:
    """Whether no canary is in the text."""
    return CANARY not in text.lower() and str(NUMBER) not in text


def raised_by(call: Callable[[], object]) -> BaseException:
    """What the call raises."""
    try:
        call()
    except Exception as error:  # noqa: BLE001  (whatever it is, it must be quiet)
        return error
    message = "the call raised nothing"
    raise AssertionError(message)
