"""The payloads of a vendored folder, and what to expect of each."""

from __future__ import annotations

import json
from collections import Counter
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

The files of `rules` have one payload per line. Together they break every rule of the strict profile once.
"""
_MOST_BYTES: Final = 400_000
"""In a file of rules: hooks of repositories refuse files of 500 kB and more."""
_CONFORMING: Final[Mapping[str, Any]] = {
    "strict": True,
    "tolerant": True,
    "violations": {profile: {"validator": [], "check": []} for profile in contract.PROFILES},
}


def files(options: Options, what: What) -> Iterator[tuple[str, bytes]]:
    """Yield whole payloads, since other languages may have no JSON Patch, and the index of them."""
    about = [" ".join(paragraph.split()) for paragraph in _ABOUT.split("\n\n")]
    index = []
    for entry, raw in indexed(options):
        path = entry["file"]
        yield path, raw.rstrip() + b"\n"
        index.append(entry)
    groups = {f"{what}/rules/{name}.ndjson": rules for name, rules in rule_groups().items()}
    for path, rules in groups.items():
        yield path, "".join(f"{json.dumps(rule)}\n" for rule in rules).encode()
    yield f"{what}/index.json", as_json({"about": about, "rules": list(groups), "payloads": index})


def indexed(options: Options) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Yield the entry of each payload in the index, and its bytes."""
    definitions = "$defs" if options.draft == "2020-12" else "definitions"
    bare = f"schemas/{contract.ALL_EVENTS}.json#/{definitions}/Order"
    expected = _expected()["invalid"]
    for fixture in (*fixtures.valid(), *fixtures.invalid()):
        is_invalid = isinstance(fixture, fixtures.InvalidFixture)
        entry = {
            "file": f"fixtures/{'invalid' if is_invalid else 'valid'}/{fixture.name}.json",
            "title": fixture.title,
            "about": fixture.about,
            "schema": f"schemas/{fixture.event_type}.json" if fixture.event_type else bare,
        }
        yield {**entry, **(expected[fixture.name] if is_invalid else _CONFORMING)}, fixture.raw


def _expected() -> Any:
    return json.loads(_data.generated("expectations/fixtures.json").read_bytes())


def rule_groups() -> Mapping[str, list[dict[str, Any]]]:
    """Return the payloads that break one rule each, by the name of their file: event type and number."""
    groups: dict[str, list[dict[str, Any]]] = {}
    sizes: Counter[str] = Counter()
    for event_type, rule in _rules():
        size = len(json.dumps(rule)) + 1
        sizes[event_type] += size
        number = sizes[event_type] // _MOST_BYTES
        name = f"{event_type}-{number + 1}" if number else event_type
        groups.setdefault(name, []).append(rule)
    return groups


def _rules() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield an event type, and a payload of it that breaks one rule of the strict profile."""
    expected = _expected()["rules"]
    written = json.loads(_data.folder("fixtures").joinpath("rules.json").read_bytes())
    pairs = [(base, operation) for base, operations in written.items() for operation in operations]
    for (base, operation), of_this in zip(pairs, expected, strict=True):
        fixture = fixtures.load(base)
        del operation["breaks"]
        payload = patched(fixture.payload, [operation])
        rule = {"schema": f"schemas/{fixture.event_type}.json", **of_this, "payload": payload}
        yield str(fixture.event_type), rule
