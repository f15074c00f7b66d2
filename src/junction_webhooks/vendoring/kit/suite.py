"""The fixtures as groups of tests in the format of the JSON Schema Test Suite."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from junction_webhooks import contract
from junction_webhooks.vendoring import _fixtures

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from junction_webhooks.vendoring._options import Options, What


def files(options: Options, what: What) -> Iterator[tuple[str, bytes]]:
    """Yield one file per event type, and those with one mistake per payload. Each file has one group."""
    by_schema: dict[str, list[dict[str, Any]]] = {}
    for entry, raw in _fixtures.indexed(options):
        test = _test(f"{entry['file']}: {entry['title']}", json.loads(raw), valid=entry[options.profile])
        by_schema.setdefault(entry["schema"], []).append(test)
    for schema, tests in by_schema.items():
        path, _, pointer = schema.partition("#")
        name = pointer.rpartition("/")[2].lower() or path.removeprefix("schemas/").removesuffix(".json")
        yield f"{what}/{name}.json", _group(options, schema, "fixtures", tests)
    for name, rules in _fixtures.rule_groups().items():
        tests = [_test(_broken(rule), rule["payload"], valid=rule[options.profile]) for rule in rules]
        yield f"{what}/rules/{name}.json", _group(options, rules[0]["schema"], "one mistake each", tests)


def _broken(rule: dict[str, Any]) -> str:
    """Return the rules of the strict profile that a payload breaks, in one line."""
    found = rule["violations"]["strict"]["validator"]
    return ", ".join(f"{each['keyword']} at {each['path'] or 'the payload'}" for each in found)


def _test(description: str, data: object, *, valid: bool) -> dict[str, Any]:
    return {"description": description, "data": data, "valid": valid}


def _group(options: Options, schema: str, about: str, tests: Sequence[dict[str, Any]]) -> bytes:
    """Return a file with one group, in which each test is a line."""
    path, _, pointer = schema.partition("#")
    name = path.removeprefix("schemas/").removesuffix(".json")
    bundle: Any = contract.bundle(options.profile, name, draft=options.draft)  # type: ignore[arg-type]
    # The groups of a run share their ids, so that a runner may see a second schema with the same one.
    del bundle["$id"]
    if pointer:
        del bundle["oneOf"]
        bundle["allOf"] = [{"$ref": f"#{pointer}"}]
    lines = ",\n".join(f"      {json.dumps(test)}" for test in tests)
    description = json.dumps(f"{name}, {options.profile} profile: {about}")
    head = f'    "description": {description},\n    "schema": {json.dumps(bundle)},'
    return f'[\n  {{\n{head}\n    "tests": [\n{lines}\n    ]\n  }}\n]\n'.encode()
