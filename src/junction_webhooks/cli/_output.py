"""Where commands write: standard output, or a file that appears only when it is complete.

An existing file is kept unless `--force` is given, whatever the command is. A file whose name ends in `.gz`
or `.zst` is compressed.
"""

from __future__ import annotations

import gzip
import io
import secrets
import stat
import sys
from contextlib import AbstractContextManager, ExitStack, contextmanager, redirect_stdout, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

from junction_webhooks.cli._terminal import UNUSABLE, complain

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

STANDARD_OUTPUT: Final = "-"


class OutputError(Exception):
    """The output cannot be written. The message names the path, the reason and what to do."""


class OutputFile:
    """A text file that appears under its name when `keep` is called, and never half of it.

    It is written under another name in the same folder. Raises `OutputError` where it cannot be written.
    """

    def __init__(self, target: Path) -> None:
        # Through a symbolic link, the file that it leads to is replaced, and the link stays.
        self._target = target.resolve() if target.is_symlink() else target
        self._partial = self._target.with_name(f".{self._target.name}.{secrets.token_hex(4)}.partial")
        self._opened = ExitStack()
        self._shown = target
        self.file: TextIO | None = None
        """The file, once it is open."""

    def open(self) -> TextIO:
        """Return the open file."""
        if self.file is None:
            with self._explained():
                with suppress(FileExistsError):
                    # If a file is in the way, the next line says so.
                    self._target.parent.mkdir(parents=True, exist_ok=True)
                self.file = self._opened.enter_context(_created(self._partial, self._target.suffix.lower()))
        return self.file

    def write(self, text: str) -> None:
        """Write text, and open the file first if it is not open."""
        with self._explained():
            self.open().write(text)

    def is_empty(self) -> bool:
        """Return whether nothing has been written."""
        with self._explained():
            return self.file is None or not self.file.tell()

    def keep(self) -> None:
        """Let the file appear, with the permissions of the one that it replaces."""
        with self._explained():
            self._opened.close()
            if self.file is not None:
                with suppress(FileNotFoundError):
                    self._partial.chmod(stat.S_IMODE(self._target.stat().st_mode))
                self._partial.replace(self._target)

    def discard(self) -> None:
        """Remove what was written, unless it was kept."""
        with suppress(OSError):
            self._opened.close()
        with suppress(OSError):
            self._partial.unlink(missing_ok=True)

    def _explained(self) -> AbstractContextManager[None]:
        return _explained(self._shown, also_others=True)


def check_target(*targets: Path, force: bool, folder: Path | None = None) -> None:
    """Raise `OutputError` if one of the files exists, unless `force`, if one is a folder, or has no folder.

    If `folder` is given, the files are in it, or in folders below, and only what is above it has to exist.
    """
    outermost = [target.parent for target in targets] if folder is None else [folder.parent]
    absent = next((each for each in outermost if not each.exists()), None)
    if absent:
        message = f"{folder or targets[0]}: cannot be written: there is no folder {absent}: make it first"
        raise OutputError(message)
    existing = [target for target in targets if target.exists() and not _is_stream(target)]
    in_the_way = next((target for target in existing if target.is_dir()), None)
    if in_the_way:
        message = f"{in_the_way}: is a folder: name a file in it"
        raise OutputError(message)
    if existing and not force:
        more = f" (and {len(existing) - 1} more)" if len(existing) > 1 else ""
        message = f"{existing[0]}: already exists{more}: nothing was written; overwrite with --force"
        raise OutputError(message)


def run_into(options: argparse.Namespace, run: Callable[[argparse.Namespace], int]) -> int:
    """Run a command with its standard output in the file of `-o`, if there is one. Return the exit code.

    The file appears when the command has ended, unless it was interrupted, or had nothing to write because it
    found no answer.
    """
    name = options.output
    if name in {None, STANDARD_OUTPUT}:
        return run(options)
    target = Path(name)
    try:
        check_target(target, force=options.force)
        if _is_stream(target):
            with _explained(target), target.open("w", encoding="utf-8") as stream, redirect_stdout(stream):
                return run(options)
        output = OutputFile(target)
        try:
            with _explained(target), redirect_stdout(output.open()):
                code = run(options)
            if code != UNUSABLE or not output.is_empty():
                output.keep()
        finally:
            output.discard()
    except OutputError as error:
        return complain(str(error))
    return code


@contextmanager
def _explained(target: Path, *, also_others: bool = False) -> Iterator[None]:
    """Say that the file cannot be written, for any error about it, or about no file, as on a full disk.

    With `also_others`, errors about other files mean the same: those that it is made with.
    """
    try:
        yield
    except BrokenPipeError:
        # The reader of a pipe has gone: `cli.main` ends quietly.
        raise
    except OSError as error:
        if not also_others and error.filename not in {None, str(target)}:
            raise
        message = f"{target}: cannot be written: {(error.strerror or str(error)).lower()}"
        raise OutputError(message) from None


def _is_stream(target: Path) -> bool:
    """Whether a path is a device or a pipe, such as /dev/stderr. It is written to, and not replaced."""
    return target.exists() and not target.is_file() and not target.is_dir()


@contextmanager
def opened_output(target: Path | None) -> Iterator[Callable[[str], object]]:
    """A function that writes text to a file, or to standard output if the target is None.

    The file appears when everything has been written, or not at all, and only if something was. Raises
    `OutputError` if it cannot be written.
    """
    if target is None:
        yield sys.stdout.write
        return
    output = OutputFile(target)
    try:
        yield output.write
        output.keep()
    finally:
        output.discard()


@contextmanager
def _created(path: Path, suffix: str) -> Iterator[TextIO]:
    with ExitStack() as stack:
        raw: Any = stack.enter_context(path.open("xb"))
        if suffix == ".gz":
            # Without the time, so that equal payloads give equal files.
            raw = stack.enter_context(gzip.GzipFile("", "wb", fileobj=raw, mtime=0))
        elif suffix == ".zst":
            from junction_webhooks.inputs.compression import zstd  # noqa: PLC0415  (part of an extra)

            try:
                raw = stack.enter_context(zstd().ZstdFile(raw, "w"))
            except ModuleNotFoundError as error:
                raise OutputError(str(error)) from None
        yield stack.enter_context(
            io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", newline="\n")
        )
