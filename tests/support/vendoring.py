"""What the tests of vendored folders share."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import contract, vendoring
from junction_webhooks.contract import releases as _releases
from junction_webhooks.vendoring import LOCK
from junction_webhooks.vendoring._lock import digest
from support import command

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ALL: Final = vendoring.WHAT
HERE: Final = _releases.told(f"version {contract.version()} of the contract")
EDITED: Final = "was edited since `vendor` wrote it, by hand or by a formatter"
ORDER: Final = "schemas/labtest.order.updated.json"


run = partial(command.run, "vendor")
"""Run `vendor` with these arguments, in this process."""


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def age(folder: Path, change: Callable[[dict[str, Any]], object], *, version: str = "0.8.0") -> None:
    """Make the folder one that an older release vendored: other schemas, and a lock that fits them."""
    lock = json.loads((folder / LOCK).read_bytes())
    for path in lock["files"]:
        if path.startswith("schemas/labtest.order."):
            schema = json.loads((folder / path).read_bytes())
            change(schema["$defs"])
            (folder / path).write_text(json.dumps(schema))
            lock["files"][path] = digest((folder / path).read_bytes())
    (folder / LOCK).write_text(json.dumps(lock | {"contract": version}))


def less(definitions: dict[str, Any]) -> None:
    """Turn the definitions into those of a release that knew less."""
    definitions["OrderStatus"]["examples"].remove("completed.walk_in_test.corrected")
    del definitions["Order"]["properties"]["priority"]
    definitions["Order"]["properties"]["bygone"] = {"description": "Gone.", "type": "string"}
    definitions["Order"]["required"].remove("details")
    definitions["LabTest"]["properties"]["price"]["type"] = "number"
    definitions["Lab"]["properties"]["name"]["description"] = "Something else."
    definitions["Order"]["description"] = "Something else."


def tree(folder: Path) -> dict[str, str | bytes | None]:
    """Everything below a folder, by its path: content of files, target of links, and None for all else."""
    return {
        path.relative_to(folder).as_posix(): str(path.readlink())
        if path.is_symlink()
        else path.read_bytes()
        if path.is_file()
        else None
        for path in folder.rglob("*")
    }
