"""What the scripts of the docs site import: the bundles, compiled by ajv, and tables. This needs Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

from junction_webhooks import lifecycle
from junction_webhooks._jsonschema.formats import SPELLED_OUT
from junction_webhooks._jsonschema.visit import walk
from junction_webhooks.contract import BASE_URI, PROFILES, SchemaError, families
from junction_webhooks.contract import _files as _data
from junction_webhooks.contract.annotations import data_of
from junction_webhooks.contract.bundler import all_events_bundle
from junction_webhooks.contract.known_events import known_events
from junction_webhooks.inputs.presets import PRESETS
from junction_webhooks_dev.codegen.rendering import HEADER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from junction_webhooks.contract import Schema
    from junction_webhooks.contract.families import Family, History, Modality
    from junction_webhooks.lifecycle import Lifecycle

FOLDER: Final = "browser"
"""The folder below `generated/` for what Node makes."""
NEEDED: Final = "needs Node 20 with npm, and then: make node"
_COMPILER: Final = Path(__file__).with_suffix(".mjs")
_BRANCHES: Final = 2
_TYPES_IN_JAVASCRIPT: Final = {str: "string", dict: "object", object: "any"}


def can_build() -> bool:
    """Return whether Node and ajv are installed."""
    return shutil.which("node") is not None and (_modules() / "node_modules" / "ajv").is_dir()


def files() -> Iterator[tuple[str, bytes]]:
    """Yield the path below `generated/` and the content of each file.

    Raises `SchemaError` when the page could not count the mistakes of an `anyOf`, and
    `subprocess.CalledProcessError` when Node fails.
    """
    bundles = {profile: {"$id": BASE_URI + profile} | all_events_bundle(profile) for profile in PROFILES}
    for bundle in bundles.values():
        _check_branches(bundle)
    done = subprocess.run(  # noqa: S603  (our own file)
        ["node", str(_COMPILER)],  # noqa: S607  (whichever Node the machine has)
        input=json.dumps({"modules": str(_modules()), "bundles": bundles}).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    yield f"{FOLDER}/validators.js", done.stdout
    yield f"{FOLDER}/known_events.js", _module(_known_events())
    yield f"{FOLDER}/formats.js", _module(_formats())
    yield f"{FOLDER}/families.js", _module([_family(each) for each in families.FAMILIES])
    yield f"{FOLDER}/wrappers.js", _module(_wrappers())


def _module(exported: object) -> bytes:
    return f"// {HEADER}\nexport default {json.dumps(exported, indent=1)};\n".encode()


def _known_events() -> dict[str, dict[str, str]]:
    return {
        each.event_type: {"phrase": each.phrase, "urgency": each.urgency} for each in known_events().values()
    }


def _formats() -> dict[str, str]:
    """Return the format that each pattern spells out, for the messages of the page."""
    return {keywords["pattern"]: name for name, keywords in SPELLED_OUT.items()}


def _family(family: Family) -> dict[str, object]:
    """Return what the page must know about a family: its events, their classes, and its history."""
    machine = lifecycle.of(family)
    return {
        "name": family.name,
        "prefix": family.prefix,
        "identity": family.identity,
        "classes": {each: families.class_name(each) for each in family.event_types},
        "bareEventType": family.bare_form.event_type if family.bare_form else None,
        "typical": sorted(family.typical),
        "known": sorted(data_of(family).known_names) if family.typical else [],
        "modality": family.modality and _modality(family.modality),
        "history": family.history and _history(family.history),
        "lifecycle": machine and _machine(machine),
    }


def _modality(modality: Modality) -> dict[str, object]:
    return {
        "path": modality.path,
        "walkIn": modality.walk_in,
        "others": modality.others,
        "explains": modality.explains,
    }


def _history(history: History) -> dict[str, object]:
    return {
        "entries": history.entries,
        "status": history.status,
        "statusIsHighLevel": history.status_is_high_level,
        "lastEntry": history.last_entry,
        "transaction": history.transaction,
    }


def _machine(machine: Lifecycle) -> dict[str, object]:
    """Return the states of a lifecycle, each with the states that may follow."""
    return {
        status: {
            "initial": state.initial,
            "finality": state.finality,
            "next": [each.target for each in machine.transitions if each.source == status],
        }
        for status, state in machine.states.items()
    }


def _wrappers() -> list[dict[str, object]]:
    """Return the wrappers that are recognized: what marks each, and where the payload is."""
    return [
        {
            "name": preset.name,
            "path": preset.path,
            "marks": [[path, _TYPES_IN_JAVASCRIPT[kind]] for path, kind in preset.marks.items()],
        }
        for preset in PRESETS
    ]


def _modules() -> Path:
    return (_data.checkout() or Path()) / "tests"


def _check_branches(bundle: Schema) -> None:
    """What `check.js` assumes about `anyOf`, so that it can fold the errors of its branches."""
    for path, schema in walk(bundle):
        for name, part in schema.get("properties", {}).items():
            branches = part.get("anyOf", [])
            targets = [
                bundle["$defs"][branch["$ref"].rsplit("/", 1)[-1]] for branch in branches if "$ref" in branch
            ]
            alone = part.keys() <= {"anyOf", "description"}
            objects = [target for target in targets if "properties" in target]
            nested = [target for target in targets if "anyOf" in target or "$ref" in target]
            if branches and (not alone or len(branches) != _BRANCHES or len(objects) > 1 or nested):
                place = ".".join([str(step) for step in path[1:]] + [name])
                message = f"{place}: anyOf must be the only keyword, around two scalars or one $ref and null"
                raise SchemaError(message)
