"""Validates the payloads of a vendored folder with one validator at its default options, and compares the verdicts.

    python validate.py jsonschema|jsonschema-rs|fastjsonschema FOLDER
    python validate.py sourcemeta FOLDER COMMAND

The last one is a command in C++, which takes many payloads at once.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    IsValid = Callable[[Any], bool]
    Case = tuple[str, bool, Any]
    """What the payload is, whether it is valid, and the payload."""


def by_jsonschema(schema: Any) -> IsValid:
    """Return a validator of `jsonschema`."""
    import jsonschema  # noqa: PLC0415

    found: IsValid = jsonschema.validators.validator_for(schema)(schema).is_valid
    return found


def by_jsonschema_rs(schema: Any) -> IsValid:
    """Return a validator of `jsonschema-rs`."""
    import jsonschema_rs  # noqa: PLC0415

    found: IsValid = jsonschema_rs.validator_for(schema).is_valid
    return found


def by_fastjsonschema(schema: Any) -> IsValid:
    """Return a validator of `fastjsonschema`, which knows draft-07 and older ones."""
    import fastjsonschema  # type: ignore[import-not-found]  # noqa: PLC0415

    validate = fastjsonschema.compile(schema)

    def is_valid(payload: Any) -> bool:
        try:
            validate(payload)
        except fastjsonschema.JsonSchemaValueException:
            return False
        return True

    return is_valid


MAKERS = {
    "jsonschema": by_jsonschema,
    "jsonschema-rs": by_jsonschema_rs,
    "fastjsonschema": by_fastjsonschema,
}


def differing(name: str, schema: Any, cases: list[Case], command: list[str]) -> list[str]:
    """Return what has another verdict by the schema."""
    if name != "sourcemeta":
        is_valid = MAKERS[name](schema)
        return [what for what, expected, payload in cases if is_valid(payload) != expected]
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch, "schema.json").write_text(json.dumps(schema))
        tests = [{"description": what, "valid": valid, "data": payload} for what, valid, payload in cases]
        Path(scratch, "tests.json").write_text(json.dumps({"target": "./schema.json", "tests": tests}))
        done = subprocess.run(
            [*command, "test", "tests.json"], cwd=scratch, capture_output=True, text=True, check=False
        )
    counted = re.search(r"PASS (\d+)/(\d+)", done.stdout)
    all_passed = done.returncode == 0 and counted and {*counted.groups()} == {str(len(cases))}
    return [] if all_passed else [done.stdout + done.stderr]


def schema_of(folder: Path, reference: str) -> Any:
    """Return the schema of an entry: a file, or a part of one, which the pointer after # names."""
    path, _, within = reference.partition("#")
    schema = json.loads((folder / path).read_bytes())
    if not within:
        return schema
    del schema["oneOf"]
    return schema | {"allOf": [{"$ref": f"#{within}"}]}


def entries(folder: Path) -> Iterator[tuple[dict[str, Any], Any]]:
    """Yield what to expect of each payload, and the payload."""
    index = json.loads((folder / "fixtures/index.json").read_bytes())
    for entry in index["payloads"]:
        yield entry, json.loads((folder / entry["file"]).read_bytes())
    for path in index["rules"]:
        for line in (folder / path).read_text("utf-8").splitlines():
            rule = json.loads(line)
            yield rule, rule["payload"]


def main(name: str, folder: Path, command: list[str]) -> int:
    """Print how many payloads there are and which verdicts differ. Return 1 if any does."""
    options = json.loads((folder / "junction-webhooks.lock.json").read_bytes())["options"]
    by_schema: dict[str, list[Case]] = {}
    for expected, payload in entries(folder):
        what = str(expected.get("file", expected["violations"]))
        by_schema.setdefault(expected["schema"], []).append((what, expected[options["profile"]], payload))
    wrong = [
        what
        for reference, cases in by_schema.items()
        for what in differing(name, schema_of(folder, reference), cases, command)
    ]
    sys.stdout.writelines(f"{name}: not as expected: {what}\n" for what in wrong)
    count = sum(map(len, by_schema.values()))
    sys.stdout.write(
        f"{name}, {options['profile']}, draft {options['draft']}: {count} payloads, {len(wrong)} other verdicts\n"
    )
    return 0 if count and not wrong else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:]))
