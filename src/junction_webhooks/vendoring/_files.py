"""The files of a vendored folder, by their paths in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import contract, fixtures
from junction_webhooks._json.patch import patched
from junction_webhooks.contract import _files as _data
from junction_webhooks.validation._engines import default_engine, validator
from junction_webhooks.vendoring._readme import readme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from junction_webhooks.contract import EventType
    from junction_webhooks.vendoring._options import Options, What

README: Final = "README.md"
_ABOUT: Final = (
    "Each payload, its schema (a vendored file, with a pointer into it), and whether the strict and the "
    "tolerant profile accept it with formats asserted. `violations` lists where it is invalid, and by which "
    "keyword. rules.ndjson has one payload per line, and breaks every rule of the strict profile once."
)


def files(options: Options) -> dict[str, bytes]:
    """Every file for these options: the same bytes on any machine."""
    makers: Mapping[What, Callable[[Options, What], Iterable[tuple[str, bytes]]]] = {
        "schemas": _schemas,
        "fixtures": _fixtures,
        "types": _copies,
        "documents": _copies,
    }
    made = {path: content for what in options.what for path, content in makers[what](options, what)}
    return {README: readme(options)} | made


def _copies(_options: Options, what: What) -> Iterator[tuple[str, bytes]]:
    for file in sorted(_data.generated(what).iterdir(), key=lambda file: file.name):
        yield f"{what}/{file.name}", file.read_bytes()


def _schemas(options: Options, what: What) -> Iterator[tuple[str, bytes]]:
    for name in contract.BUNDLE_NAMES:
        source = contract.bundle_path(options.profile, name, draft=options.draft)
        path = f"{what}/{name}.json"
        content = _data.generated(source).read_bytes()
        if options.base_uri:
            published = f'"$id": "{contract.BASE_URI}{source}"'.encode()
            content = content.replace(published, f'"$id": "{options.base_uri}{path}"'.encode(), 1)
        yield path, content


def _fixtures(options: Options, what: What) -> Iterator[tuple[str, bytes]]:
    """Whole payloads and what to expect of each: other languages may have no JSON Patch."""
    definitions = "$defs" if options.draft == "2020-12" else "definitions"
    bare = f"schemas/{contract.ALL_EVENTS}.json#/{definitions}/Order"
    index = []
    for fixture in (*fixtures.valid(), *fixtures.invalid()):
        broken = isinstance(fixture, fixtures.InvalidFixture)
        path = f"{'invalid' if broken else 'valid'}/{fixture.name}.json"
        yield f"{what}/{path}", fixture.raw.rstrip() + b"\n"
        entry: dict[str, Any] = {
            "file": path,
            "title": fixture.title,
            "about": fixture.about,
            "schema": f"schemas/{fixture.event_type}.json" if fixture.event_type else bare,
            "strict": not broken,
            "tolerant": True,
            "violations": [],
        }
        if isinstance(fixture, fixtures.InvalidFixture):
            entry["tolerant"] = fixture.verdict == "drifts"
            entry["violations"] = [each._asdict() for each in fixture.violations]
        index.append(entry)
    yield f"{what}/index.json", _json({"about": _ABOUT, "payloads": index})
    yield f"{what}/rules.ndjson", "".join(f"{json.dumps(rule)}\n" for rule in _rules()).encode()


def _rules() -> Iterator[Mapping[str, Any]]:
    written = json.loads(_data.folder("fixtures").joinpath("rules.json").read_bytes())
    for base, operations in written.items():
        event_type: EventType = base.split("/")[0]
        for operation in operations:
            breaks = {"path": operation["path"], "keyword": operation.pop("breaks")}
            payload = patched(fixtures.load(base).payload, [operation])
            yield {
                "schema": f"schemas/{event_type}.json",
                "strict": False,
                "tolerant": validator(default_engine(), "tolerant", event_type).is_valid(payload),
                "violations": [breaks],
                "payload": payload,
            }


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
