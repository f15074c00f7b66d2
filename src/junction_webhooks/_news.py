"""What changed between two bundles of one event, for whoever reads its payloads: by JSON pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._reading import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from junction_webhooks.contract import Schema

_NULL: Final = {"type": "null"}
_LIMITS: Final = ("format", "pattern", "maxLength", "minimum", "maximum")
_ITEM: Final = "/*"


def news(old: Schema, new: Schema) -> Iterator[tuple[str, str]]:
    """Each change as a pointer, with `*` for each index, and what is new there."""
    before, after = dict(_places(old)), dict(_places(new))
    for path in sorted(before.keys() | after.keys()):
        if _parent(path) not in before.keys() & after.keys() and path:
            # What is new or gone with its parent is told there.
            continue
        if path not in before:
            yield path, f"new: {after[path]['type']}"
        elif path not in after:
            yield path, "gone"
        else:
            for change in _changes(before[path], after[path]):
                yield path, change


def _parent(path: str) -> str:
    return path.rsplit("/", 1)[0]


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    members = [facts["members"] for facts in (old, new)]
    yield from (f"new member {each!r}" for each in members[1] if each not in members[0])
    yield from (f"member {each!r} is gone" for each in members[0] if each not in members[1])
    if old["required"] != new["required"]:
        yield "now always there" if new["required"] else "may now be missing"
    for word in ("type", "set", "unknown properties", *_LIMITS):
        if old[word] != new[word]:
            yield f"{word}: {_told(old[word])} is now {_told(new[word])}"
    if old["description"] != new["description"]:
        yield "described anew"


def _told(value: object) -> str:
    return "none" if value is None else str(value)


def _places(bundle: Schema) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each place of a payload and what the bundle says of it."""
    definitions = bundle.get("$defs") or bundle.get("definitions") or {}
    waiting: list[tuple[str, Schema, bool]] = [("", bundle, True)]
    while waiting:
        path, schema, required = waiting.pop()
        branches = [
            definitions[part["$ref"].rsplit("/", 1)[1]] if "$ref" in part else part
            for part in schema.get("anyOf", [schema])
        ]
        yield path, _facts(schema, branches, required=required)
        for branch in branches:
            needed = branch.get("required", ())
            waiting += [
                (f"{path}/{escape(name)}", part, name in needed)
                for name, part in branch.get("properties", {}).items()
            ]
            if "items" in branch:
                waiting.append((path + _ITEM, branch["items"], True))


def _facts(schema: Schema, branches: Sequence[Schema], *, required: bool) -> dict[str, Any]:
    own = [branch for branch in branches if branch != _NULL]
    closed = any("enum" in branch or "const" in branch for branch in own)
    return {
        "type": " or ".join(dict.fromkeys(name for branch in branches for name in _types(branch))),
        "set": "closed" if closed else "open",
        "members": [member for branch in own for member in _members(branch)],
        "required": required,
        "unknown properties": "refused"
        if any(b.get("additionalProperties") is False for b in own)
        else "taken",
        "description": schema.get("description", ""),
    } | {word: next((branch[word] for branch in own if word in branch), None) for word in _LIMITS}


def _types(schema: Schema) -> list[str]:
    if "enum" in schema or "const" in schema:
        return ["string"]
    named: str | list[str] = schema.get("type", "anything")
    return [named] if isinstance(named, str) else named


def _members(schema: Schema) -> list[str]:
    if "const" in schema:
        return [schema["const"]]
    # The known members of an open set stand in its examples; instants have examples too, and a form.
    members: list[str] = schema.get("enum") or ([] if "pattern" in schema else schema.get("examples", []))
    return members
