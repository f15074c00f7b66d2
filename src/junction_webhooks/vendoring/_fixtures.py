"""The payloads of a vendored folder, and what to expect of each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import contract, fixtures
from junction_webhooks._json.patch import patched
from junction_webhooks.contract import _files as _data
from junction_webhooks.contract.bundler import as_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from junction_webhooks.vendoring._options import Options, What

_ABOUT: Final = """\
Each payload, its schema, and whether the strict and the tolerant profile accept it. `file` and `schema` are
relative to the folder of the README. What follows # in `schema` is a JSON pointer into the file.

`violations` has two lists for each profile. `validator` lists the keywords that fail by JSON Schema alone,
each with the JSON pointer to the value that it applies to. For `required` and `additionalProperties` that is
the object. Errors inside the branches of an `anyOf` are left out. In languages whose `$` also matches before
a final newline, as in Python and PHP, only `maxLength` fails for a text that ends with one.

`check` lists what the Python package reports, one violation for each mistake. The pointer leads to the
missing or unknown property. If only one branch of an `anyOf` is about a value of this type, the errors of
that branch replace the `anyOf`.

rules.ndjson has one payload per line, and breaks every rule of the strict profile once.
"""
_CONFORMING: Final[Mapping[str, Any]] = {
    "strict": True,
    "tolerant": True,
    "violations": {profile: {"validator": [], "check": []} for profile in contract.PROFILES},
}


def files(options: Options, what: What) -> Iterator[tuple[str, bytes]]:
    """Yield whole payloads, since other languages may have no JSON Patch, and the index of them."""
    definitions = "$defs" if options.draft == "2020-12" else "definitions"
    bare = f"schemas/{contract.ALL_EVENTS}.json#/{definitions}/Order"
    expected: Any = json.loads(_data.generated("expectations/fixtures.json").read_bytes())
    about = [" ".join(paragraph.split()) for paragraph in _ABOUT.split("\n\n")]
    index = []
    for fixture in (*fixtures.valid(), *fixtures.invalid()):
        is_invalid = isinstance(fixture, fixtures.InvalidFixture)
        path = f"{what}/{'invalid' if is_invalid else 'valid'}/{fixture.name}.json"
        yield path, fixture.raw.rstrip() + b"\n"
        schema = f"schemas/{fixture.event_type}.json" if fixture.event_type else bare
        entry: dict[str, Any] = {
            "file": path,
            "title": fixture.title,
            "about": fixture.about,
            "schema": schema,
        }
        index.append({**entry, **(expected["invalid"][fixture.name] if is_invalid else _CONFORMING)})
    yield f"{what}/index.json", as_json({"about": about, "payloads": index})
    rules = (f"{json.dumps(rule)}\n" for rule in _rules(expected["rules"]))
    yield f"{what}/rules.ndjson", "".join(rules).encode()


def _rules(expected: list[dict[str, Any]]) -> Iterator[Mapping[str, Any]]:
    written = json.loads(_data.folder("fixtures").joinpath("rules.json").read_bytes())
    pairs = [(base, operation) for base, operations in written.items() for operation in operations]
    for (base, operation), of_this in zip(pairs, expected, strict=True):
        fixture = fixtures.load(base)
        del operation["breaks"]
        payload = patched(fixture.payload, [operation])
        yield {"schema": f"schemas/{fixture.event_type}.json", **of_this, "payload": payload}
