"""Where `redact` writes: in the layout of the original, and never half a file."""

from __future__ import annotations

import gzip
import io
import json
import secrets
import sys
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from junction_webhooks.inputs.compression import zstd
from junction_webhooks.inputs.presets import document_skeleton

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from junction_webhooks.inputs.records import Input, Layout

_STAND_IN: Final = "rows"


class OutputError(Exception):
    """The output cannot be written. The message names the path, the reason and what to do."""


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


@contextmanager
def opened_output(target: Path | None) -> Iterator[Callable[[str], object]]:
    """A function that writes text to a file, or to standard output if the target is None.

    The file appears when everything has been written, or not at all, and only if something was. It is
    compressed if its name ends in `.gz` or `.zst`. Raises `OutputError` if it cannot be written.
    """
    if target is None:
        yield sys.stdout.write
        return
    # Written next to the target and then renamed, so that nobody ever sees half a file.
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    opened = ExitStack()
    file: IO[str] | None = None

    def write(text: str) -> None:
        nonlocal file
        try:
            if file is None:
                file = opened.enter_context(_created(partial, target.suffix.lower()))
            file.write(text)
        except OSError as error:
            raise _cannot_write(target, error) from None

    try:
        try:
            yield write
        except BaseException:
            with suppress(OSError):
                opened.close()
            raise
        try:
            opened.close()
            if file is not None:
                partial.replace(target)
        except OSError as error:
            raise _cannot_write(target, error) from None
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


@contextmanager
def _created(path: Path, suffix: str) -> Iterator[IO[str]]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        raw: Any = stack.enter_context(path.open("xb"))
        if suffix == ".gz":
            # Without the time, so that equal payloads give equal files.
            raw = stack.enter_context(gzip.GzipFile("", "wb", fileobj=raw, mtime=0))
        elif suffix == ".zst":
            try:
                raw = stack.enter_context(zstd().ZstdFile(raw, "w"))
            except ModuleNotFoundError as error:
                raise OutputError(str(error)) from None
        yield stack.enter_context(io.TextIOWrapper(raw, encoding="utf-8", newline="\n"))


def _cannot_write(target: Path, error: OSError) -> OutputError:
    return OutputError(f"{target}: cannot be written: {(error.strerror or str(error)).lower()}")
