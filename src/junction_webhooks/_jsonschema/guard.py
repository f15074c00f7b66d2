"""What is checked before an engine gets a schema that somebody else wrote.

An engine may fetch what a reference names, needs a stack as deep as references lead, and visits a part as
often as alternatives lead to it, which can double with each of them.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._json.pointer import pointer
from junction_webhooks._jsonschema.effort import TooComplexError
from junction_webhooks._jsonschema.normalize import Reader
from junction_webhooks._jsonschema.visit import subschemas, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

_REFERENCES: Final = ("$ref", "$dynamicRef", "$recursiveRef")
_DIALECTS: Final = frozenset(
    {
        *(f"json-schema.org/draft/{year}/schema" for year in ("2020-12", "2019-09")),
        *(f"json-schema.org/draft-{number}/schema" for number in ("07", "06", "04")),
    }
)
_IN_PLACE: Final = frozenset({"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"})
"""Keywords whose schemas apply to the same value as the schema that has them."""
_MAX_SCHEMAS: Final = 200_000
_MAX_HOMES: Final = 20_000
"""References that are followed to see what is there. Beyond it, the engine itself refuses to fetch."""
_MAX_DEPTH: Final = 500
"""References that lead to each other. The stack of jsonschema-rs ends at some 20,000."""
_MAX_VISITS: Final = 20_000
"""Schemas that apply to one value: about 1 ms."""


class ExternalReferenceError(ValueError):
    """A schema refers to something outside itself. The message names the place."""


def check_references(schema: Any) -> None:
    """Raise `ExternalReferenceError` if a schema refers to another document, or is in an unknown dialect.

    >>> check_references({"items": {"$ref": "https://example.com/item.json"}})
    Traceback (most recent call last):
    ...
    junction_webhooks._jsonschema.guard.ExternalReferenceError: $ref at /items refers to ...
    """
    ids = {part["$id"].rstrip("#") for _, part in walk(schema) if isinstance(part.get("$id"), str)}
    reader = Reader(schema)
    waiting, seen = [""], {""}
    while waiting:
        home = waiting.pop()
        for path, part in walk(_at(reader, home)):
            where = home + pointer(path) or "the root"
            _check_dialect(part.get("$schema"), where)
            for keyword in _REFERENCES:
                target = part.get(keyword)
                if isinstance(target, str) and target.partition("#")[0] not in {"", *ids}:
                    message = (
                        f'{keyword} at {where} refers to "{target}", which is outside the document: '
                        "nothing is fetched; put it under $defs"
                    )
                    raise ExternalReferenceError(message)
                # A reference may lead below a keyword that holds no schema as far as anybody knows.
                found = reader.resolve(target)
                if found is not None and found.pointer[1:] not in seen and len(seen) < _MAX_HOMES:
                    seen.add(found.pointer[1:])
                    waiting += [found.pointer[1:]] * (not _is_known(found.pointer))


def _at(reader: Reader, home: str) -> Any:
    node = reader.resolve(f"#{home}")
    return None if node is None else node.schema


def _is_known(place: str) -> bool:
    """Whether it is directly under the definitions, which are looked at anyway."""
    return re.fullmatch(r"#(?:/(?:[$]defs|definitions)/[^/]*)?", place) is not None


def _check_dialect(dialect: Any, where: str) -> None:
    if isinstance(dialect, str) and dialect.partition("://")[2].rstrip("#") not in _DIALECTS:
        message = (
            f'$schema at {where} is "{dialect}", which is not a known draft of JSON Schema: '
            "nothing is fetched"
        )
        raise ExternalReferenceError(message)


def check_cost(schema: Any) -> int:
    """The number of schemas that apply to one value, at most, where a part counts each time it applies.

    Raises `TooComplexError` if that is too large for an engine, or if references lead too deep.
    """
    if sum(1 for _ in zip(walk(schema), range(_MAX_SCHEMAS + 1), strict=False)) > _MAX_SCHEMAS:
        message = f"it has more than {_MAX_SCHEMAS:,} parts"
        raise TooComplexError(message)
    visits: dict[int, int] = {}
    reader = Reader(schema)
    for _, root in walk(schema):
        _visit(root, reader, visits)
    return max(visits.values(), default=1)


def _visit(root: dict[str, Any], reader: Reader, visits: dict[int, int]) -> None:
    """Count the visits of a schema and of all that it leads to, depth first without recursion."""
    if id(root) in visits:
        return
    stack: list[tuple[dict[str, Any], Iterator[dict[str, Any]]]] = [(root, _next(root, reader))]
    active = Counter([id(root)])
    while stack:
        schema, following = stack[-1]
        one = next(following, None)
        if one is None:
            stack.pop()
            del active[id(schema)]
            # A cycle that leads back in place is counted once: engines stop there too.
            total = 1 + sum(visits.get(id(each), 0) for each in _in_place(schema, reader))
            if total > _MAX_VISITS:
                message = f"more than {_MAX_VISITS:,} of its parts apply to one value"
                raise TooComplexError(message)
            visits[id(schema)] = total
        elif id(one) not in visits and id(one) not in active:
            if len(stack) >= _MAX_DEPTH:
                message = f"it leads through more than {_MAX_DEPTH} references and parts"
                raise TooComplexError(message)
            active[id(one)] += 1
            stack.append((one, _next(one, reader)))


def _next(schema: dict[str, Any], reader: Reader) -> Iterator[dict[str, Any]]:
    """The schemas that it leads to, in place or in parts of the value."""
    yield from _targets(schema, reader)
    for (keyword, *_), part in subschemas(schema):
        if isinstance(part, dict) and keyword not in {"$defs", "definitions"}:
            yield part


def _in_place(schema: dict[str, Any], reader: Reader) -> Iterator[dict[str, Any]]:
    yield from _targets(schema, reader)
    for (keyword, *_), part in subschemas(schema):
        if isinstance(part, dict) and keyword in _IN_PLACE:
            yield part


def _targets(schema: dict[str, Any], reader: Reader) -> Iterator[dict[str, Any]]:
    for keyword in _REFERENCES:
        target = reader.resolve(schema.get(keyword))
        if target is not None and target.is_object:
            yield target.schema
