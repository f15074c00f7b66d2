"""How `generated/` is made from `schemas/`, and how to tell that it is stale.

Nothing here imports generated code, and nothing else writes into `generated/`.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import jsonschema

from junction_webhooks._json.pointer import pointer
from junction_webhooks.contract import (
    LIFECYCLES,
    SchemaError,
    lifecycle,
    lifecycle_schema,
    meta_schema,
    schemas,
)
from junction_webhooks.contract import _files as _data
from junction_webhooks.contract import bundler as bundles
from junction_webhooks.contract import releases as _releases
from junction_webhooks.contract import version as contract_version
from junction_webhooks_dev.codegen import browser as validators
from junction_webhooks_dev.codegen import changes, diagrams, documents, manifest, models
from junction_webhooks_dev.codegen import typescript as types

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

State: TypeAlias = Literal["stale", "missing", "orphaned"]
_BY_PYTHON: Final = "__pycache__"


@dataclass(frozen=True, slots=True)
class Difference:
    """A file under `generated/` that is not what the schemas say; `path` is relative to it."""

    path: str
    state: State


class ReleasedError(RuntimeError):
    """A version would be published a second time, with other bundles."""


class NoCheckoutError(RuntimeError):
    """`build` was asked for where there is no checkout of the project."""


def outputs() -> dict[str, bytes]:
    """Every generated file by its path below `generated/`, sorted: the same bytes on any machine.

    What Node makes is taken as it lies there where Node is not: see `skipped`.
    Raises `SchemaError` for a schema or lifecycle that is wrong, and `ModuleNotFoundError` when
    datamodel-code-generator is not installed, or jsonschema-rs to compare releases with.
    """
    _check_schemas()
    by_node = _as_it_lies(validators.FOLDER) if skipped() else validators.files()
    by_python = (
        bundles.files(),
        diagrams.files(),
        documents.files(),
        models.files(),
        _releases.index(),
        [changes.file(), types.file()],
    )
    made = dict(sorted(chain(*by_python, by_node)))
    return made | {manifest.PATH: bundles.as_json(manifest.manifest(made))}


def skipped() -> str:
    """What is not built anew on this machine, and what that would need; empty when all is."""
    return "" if validators.can_build() else f"generated/{validators.FOLDER} {validators.NEEDED}"


def _as_it_lies(folder: str) -> Iterator[tuple[str, bytes]]:
    root = _generated()
    for path in root.joinpath(folder).rglob("*"):
        if path.is_file():
            yield path.relative_to(root).as_posix(), path.read_bytes()


def _check_schemas() -> None:
    """Refuse what is no schema or lifecycle of this house: something would be made of it all the same."""
    forms = [jsonschema.Draft202012Validator.META_SCHEMA, meta_schema()]
    standard, ours, of_lifecycles = map(jsonschema.Draft202012Validator, [*forms, lifecycle_schema()])
    for name, schema in schemas().items():
        _refuse(name, (*standard.iter_errors(schema), *ours.iter_errors(schema)))
        if not isinstance(schema.get("title"), str):
            message = f"schemas/{name}.json: /title: it needs a title, the name of its class"
            raise SchemaError(message)
    for name in LIFECYCLES:
        machine = lifecycle(name)
        _refuse(f"lifecycles/{name}", of_lifecycles.iter_errors(machine))
        for number, transition in enumerate(machine["transitions"]):
            for end in ("from", "to"):
                if transition[end] not in machine["states"]:
                    place = f"schemas/lifecycles/{name}.json: /transitions/{number}/{end}"
                    message = f"{place}: {transition[end]!r} is none of the states"
                    raise SchemaError(message)


def _refuse(name: str, errors: Iterable[jsonschema.ValidationError]) -> None:
    for error in errors:
        message = f"schemas/{name}.json: {pointer(error.absolute_path) or '/'}: {error.message}"
        raise SchemaError(message)


def differences(made: Mapping[str, bytes]) -> list[Difference]:
    """How `generated/` differs from what was made, sorted by path."""
    root = _generated()
    there = {
        path.relative_to(root).as_posix(): path
        for path in root.rglob("*")
        if path.is_file() and _BY_PYTHON not in path.parts and not _releases.is_release(path)
    }
    found = [
        Difference(path, "missing" if path not in there else "stale")
        for path, content in made.items()
        if path not in there or there[path].read_bytes() != content
    ]
    found += [Difference(path, "orphaned") for path in there if path not in made]
    return sorted(found, key=lambda difference: difference.path)


def write(made: Mapping[str, bytes]) -> list[Difference]:
    """Make `generated/` hold exactly what was made; returns what was different before.

    Each file is replaced in one step, so that a reader never sees half of one.
    """
    root = _generated()
    changes = differences(made)
    root.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root.parent, prefix=".generated-") as staging:
        for change in changes:
            target = root / change.path
            if change.state == "orphaned":
                target.unlink()
                continue
            staged = Path(staging) / change.path
            staged.parent.mkdir(parents=True, exist_ok=True)
            staged.write_bytes(made[change.path])
            target.parent.mkdir(parents=True, exist_ok=True)
            staged.replace(target)
    _remove_empty_folders(root)
    return changes


def release() -> Path:
    """Publish the bundles of the schemas as the version in `schemas/VERSION`; returns the new file.

    Raises `ReleasedError` when that version is already published with other bundles.
    """
    _generated()
    version = contract_version()
    _check_schemas()
    packed = _releases.packed(version, bundles.files())
    target = _releases.path_of(version)
    if _releases.find(version) not in (None, _releases.unpacked(packed)):
        message = f"{version} is published already, with other bundles: raise the one in schemas/VERSION"
        raise ReleasedError(message)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(packed)
    return target


def _remove_empty_folders(root: Path) -> None:
    for folder in sorted((path for path in root.rglob("*") if path.is_dir()), reverse=True):
        if all(inside.name == _BY_PYTHON for inside in folder.iterdir()) and folder.name != _BY_PYTHON:
            shutil.rmtree(folder)


def _generated() -> Path:
    root = _data.checkout()
    if root is None:
        message = "there is no checkout here: generated files are made in the project's own repository"
        raise NoCheckoutError(message)
    return root / "generated"
