"""The validators of the docs site: the bundles, compiled to JavaScript by ajv. This needs Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

from junction_webhooks._jsonschema.formats import SPELLED_OUT
from junction_webhooks._jsonschema.visit import walk
from junction_webhooks.contract import BASE_URI, PROFILES, SchemaError
from junction_webhooks.contract import _files as _data
from junction_webhooks.contract.bundler import all_events_bundle
from junction_webhooks.contract.known_events import known_events
from junction_webhooks_dev.codegen.rendering import HEADER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from junction_webhooks.contract import Schema

FOLDER: Final = "browser"
"""The folder below `generated/` for what Node makes."""
NEEDED: Final = "needs Node 20 with npm, and then: make node"
_COMPILER: Final = Path(__file__).with_suffix(".mjs")
_BRANCHES: Final = 2


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
    yield f"{FOLDER}/known_events.js", _known_events()
    yield f"{FOLDER}/formats.js", _formats()


def _known_events() -> bytes:
    listed = {
        each.event_type: {"phrase": each.phrase, "urgency": each.urgency} for each in known_events().values()
    }
    return f"// {HEADER}\nexport default {json.dumps(listed, indent=1)};\n".encode()


def _formats() -> bytes:
    """Return the format that each pattern spells out, for the messages of the page."""
    listed = {keywords["pattern"]: name for name, keywords in SPELLED_OUT.items()}
    return f"// {HEADER}\nexport default {json.dumps(listed, indent=1)};\n".encode()


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
