"""JSON pointers (RFC 6901), and reading and changing the values that they point to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Step: TypeAlias = str | int
"""The name of a property or the index of an item."""
Path: TypeAlias = tuple[Step, ...]
"""The steps from the root of a value to one of its parts; the empty path is the root."""

_INDEX: Final = re.compile(r"0|[1-9][0-9]*", re.ASCII)
_LONE_TILDE: Final = re.compile(r"~(?![01])")


def escape(step: Step) -> str:
    """One step as it is written in a pointer.

    Examples:
        >>> escape("a/b")
        'a~1b'
    """
    return str(step).replace("~", "~0").replace("/", "~1")


def unescape(text: str) -> str:
    """The step that `escape` escaped."""
    # The order matters: `~01` is an escaped `~1`, and no slash.
    return text.replace("~1", "/").replace("~0", "~")


def pointer(path: Iterable[Step]) -> str:
    """The pointer for a path.

    Examples:
        >>> pointer(("data", "events", 0, "status"))
        '/data/events/0/status'
    """
    return "".join(f"/{escape(step)}" for step in path)


def split(pointer: str) -> tuple[str, ...]:
    """The steps of a pointer, all as text, because only the value shows which of them are indices.

    Raises `ValueError` for text that is not a JSON pointer.

    Examples:
        >>> split("/data/a~1b/0")
        ('data', 'a/b', '0')
    """
    if (pointer and not pointer.startswith("/")) or _LONE_TILDE.search(pointer):
        message = f"{pointer!r} is not a JSON pointer, such as /data/status"
        raise ValueError(message)
    return tuple(map(unescape, pointer.split("/")[1:]))


def get(value: Any, path: Iterable[Step]) -> Any:
    """The part of a value at a path.

    Raises `LookupError` if there is none.
    """
    for step in path:
        value = value[resolved(value, step)]
    return value


def put(value: Any, path: Iterable[Step], part: Any) -> Any:
    """A copy of the value with another part at the path. The parent of the path must exist.

    Raises `LookupError` if the parent does not exist, or is a list without that index.
    """

    def replace(parent: Any, step: Step) -> None:
        parent[step if isinstance(parent, dict) else resolved(parent, step)] = part

    steps = tuple(path)
    return edited(value, steps, replace) if steps else part


def edited(value: Any, path: Iterable[Step], edit: Callable[[Any, Step], None]) -> Any:
    """The value after `edit(parent, step)`, where `step` is the last one of the path.

    Copies the containers on the path, and shares all others with `value`, which does not change.
    Raises `LookupError` if the path is empty or the parent is not an object or a list.
    """
    step, *rest = path or (None,)
    if step is None or not isinstance(value, (dict, list)):
        message = "there is no object or array here"
        raise LookupError(message)
    copy = value.copy()
    if rest:
        step = resolved(value, step)
        copy[step] = edited(value[step], rest, edit)
    else:
        edit(copy, step)
    return copy


def resolved(parent: Any, step: Step) -> Any:
    """The step, which the pointer has as text, as a key of an object or an index of a list.

    Raises `LookupError` if the parent has no such part. The message does not quote the value.
    """
    if isinstance(parent, dict):
        if step in parent:
            return step
    elif isinstance(parent, list):
        index = int(step) if isinstance(step, int) or _INDEX.fullmatch(step) else len(parent)
        if 0 <= index < len(parent):
            return index
    message = f"there is nothing at the step {step!r}"
    raise LookupError(message)
