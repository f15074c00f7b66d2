"""The form in which `redact` writes payloads: that of the original."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks.inputs.presets import document_skeleton

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from junction_webhooks.inputs.records import Input, Layout

_STAND_IN: Final = "rows"


class PayloadWriter:
    """Writes payloads one after another, as documents, lines or items of an array, as the originals were."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._open: Layout | None = None
        """The array that is not closed yet."""
        self._ending = ""

    def add(self, original: Input, payload: Mapping[str, Any]) -> None:
        """Write a payload where the original had its own, wrapped in the same way."""
        layout = original.layout
        row = payload if original.wrapping is None else original.wrapping.wrap(payload)
        if layout.form != "rows":
            self.close()
            self._write(json.dumps(row, indent=2 if layout.form == "document" else None) + "\n")
            return
        if layout == self._open:
            self._write(",\n")
        else:
            self.close()
            beginning, self._ending = _around(layout)
            self._write(beginning)
            self._open = layout
        self._write(json.dumps(row))

    def close(self) -> None:
        """End an array that is open."""
        if self._open is not None:
            self._write(self._ending)
            self._open = None


def _around(layout: Layout) -> tuple[str, str]:
    """What a document has before and after its rows."""
    document = json.dumps(document_skeleton(layout.path, [_STAND_IN]))
    beginning, _, ending = document.partition(json.dumps(_STAND_IN))
    return beginning + "\n", f"\n{ending}\n"
