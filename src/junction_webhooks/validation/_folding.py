"""Turns the errors of an engine into violations: one violation per mistake."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from junction_webhooks._json.display import is_shown, shown_pointer
from junction_webhooks._json.pointer import pointer
from junction_webhooks.contract import families, shared_bundle
from junction_webhooks.contract.annotations import place
from junction_webhooks.validation import _engines, _messages
from junction_webhooks.validation._engines import ValidationError
from junction_webhooks.validation._pieces import Piece, pieces
from junction_webhooks.validation._report import Violation

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from junction_webhooks._json.pointer import Path
    from junction_webhooks.contract import EventType, Profile, Schema
    from junction_webhooks.contract.annotations import Place
    from junction_webhooks.validation._engines import Engine
    from junction_webhooks.validation._envelope import Event
    from junction_webhooks.validation._report import Reason

_UNKNOWN: Final = "?"
MOST_VIOLATIONS: Final = 1000
"""Nobody reads more, and a hostile body could have hundreds of thousands."""
_REASONS: Final[Mapping[str, Reason]] = {
    "required": "missing",
    "additionalProperties": "new_property",
    "pattern": "bad_format",
    "minimum": "out_of_range",
    "maximum": "out_of_range",
    "maxLength": "out_of_range",
}


def violations(
    event: Event, engine: Engine, *, is_rejected: bool, most_values: int | None = None
) -> tuple[tuple[Violation, ...], bool]:
    """Return the violations of an event that does not conform, and whether there are more.

    The breaking ones come first, in each part those with the lesser path. There are at most
    `MOST_VIOLATIONS`. `is_rejected` says whether any is breaking, and `most_values` is an upper limit of the
    number of values in the event, if one is known.
    """
    breaking: list[ValidationError] = []
    others: list[ValidationError] = []
    for piece in pieces(event, most_values):
        paths = {error.path for error in _errors(piece, event, engine, "tolerant")} if is_rejected else set()
        if paths or len(others) <= MOST_VIOLATIONS:
            for error in _errors(piece, event, engine, "strict"):
                (breaking if error.path in paths else others).append(error)
        if len(breaking if is_rejected else others) > MOST_VIOLATIONS:
            break
    found = [*_sorted(breaking), *_sorted(others)]
    explained = _explained_by_modality(event)
    described = tuple(
        _described(error, event, breaking=number < len(breaking), explained=explained)
        for number, error in enumerate(found[:MOST_VIOLATIONS])
    )
    return described, len(found) > MOST_VIOLATIONS


def _errors(piece: Piece, event: Event, engine: Engine, profile: Profile) -> Collection[ValidationError]:
    """Return one error per mistake in a piece, each with the path in the whole, ordered by path."""
    found = _engines.validator(engine, profile, event.event_type).iter_errors(piece.payload)
    folded: dict[tuple[Path, str], ValidationError] = {}
    for each in found:
        for error in _singles(each):
            path = piece.path_in_whole(error.path) if piece.at else error.path
            if path is not None:
                folded[path, error.keyword] = error._replace(path=path) if piece.at else error
    for path, keyword in [*folded]:
        # A text that is too long for a pattern is one mistake, although a `maxLength` may come with it.
        if keyword == "maxLength" and (path, "pattern") in folded:
            del folded[path, keyword]
    return _sorted(folded.values())


def _sorted(errors: Collection[ValidationError]) -> Collection[ValidationError]:
    return sorted(errors, key=_order) if len(errors) > 1 else errors


def _order(error: ValidationError) -> tuple[list[tuple[int, str]], str]:
    return [_sortable(part) for part in error.path], error.keyword


def _singles(error: ValidationError) -> Iterator[ValidationError]:
    if error.names:
        for name in error.names:
            yield ValidationError((*error.path, name), error.schema_path, error.keyword)
    elif error.keyword == "anyOf":
        left = [branch for branch in error.branches if not _fails_on_type(branch, error.path)]
        if len(left) == 1:
            for inner in left[0]:
                yield from _singles(inner)
        else:
            yield error
    else:
        yield error


def _fails_on_type(branch: tuple[ValidationError, ...], path: Path) -> bool:
    return any(error.keyword == "type" and error.path == path for error in branch)


def _sortable(part: str | int) -> tuple[int, str]:
    return (part, "") if isinstance(part, int) else (-1, part)


def _resolved(bundle: Schema, schema_path: Path) -> tuple[Schema, Path]:
    """Return the schema that has the keyword at the end of the path, and its path with `$ref`s resolved."""
    schema: Any = bundle
    resolved: Path = ()
    for part in schema_path[:-1]:
        if isinstance(schema, dict) and part not in schema:
            schema, resolved = _target(bundle, schema["$ref"])
        schema = schema[part]
        resolved = (*resolved, part)
    if schema_path[-1] not in schema:
        schema, resolved = _target(bundle, schema["$ref"])
    return schema, (*resolved, schema_path[-1])


def _target(bundle: Schema, reference: str) -> tuple[Schema, Path]:
    title = reference.removeprefix("#/$defs/")
    return bundle["$defs"][title], ("$defs", title)


def _value_at(payload: Any, path: Sequence[str | int]) -> Any:
    """Return the value at the end of the path, or None if there is none."""
    for part in path:
        if isinstance(payload, dict):
            payload = payload.get(part)
        elif isinstance(payload, list) and isinstance(part, int):
            payload = payload[part]
        else:
            return None
    return payload


def _explained_by_modality(event: Event) -> tuple[str, ...]:
    """Return the patterns of the places that a modality other than walk-in explains; none for a walk-in."""
    modality = families.of(event.event_type).modality
    if modality and _value_at(event.payload, ("data", *modality.path)) in modality.others:
        return modality.explains
    return ()


class _Spot(NamedTuple):
    """What the contract says about one keyword at one place, whatever the payload."""

    place: Place
    """With 0 for each index, and `?` for an unknown name."""
    shown: str
    """The JSON pointer to it as messages show it, with 0 for each index."""
    schema: Schema
    """The schema that has the keyword."""
    schema_path: str


@lru_cache(maxsize=4096)
def _spot(event_type: EventType, path: Path, schema_path: Path) -> _Spot:
    """Return what is known about a keyword. The cache has no names from payloads: the path has none."""
    schema, resolved = _resolved(shared_bundle("strict", event_type), schema_path)
    return _Spot(place(event_type, path), shown_pointer(pointer(path)), schema, pointer(resolved))


def _described(
    error: ValidationError, event: Event, *, breaking: bool, explained: tuple[str, ...]
) -> Violation:
    """Return the violation of an error; `explained` are the places that the payload's modality explains."""
    *above, last = error.path or ("",)
    holder = _value_at(event.payload, above)
    value = _value_at(holder, error.path[-1:])
    name = str(last)
    is_unknown = error.keyword == "additionalProperties"
    path = (*above, _UNKNOWN) if is_unknown else error.path
    key = tuple([0 if type(part) is int else part for part in path])
    spot = _spot(event.event_type, key, error.schema_path)
    pattern = spot.place.pattern
    elsewhere = pattern in explained and not breaking
    message, hint = _messages.describe(
        error.keyword,
        spot.schema,
        value,
        name,
        spot.place,
        present=holder if isinstance(holder, dict) else (),
        other_modality=elsewhere,
    )
    if key != path:
        shown = shown_pointer(pointer(error.path))
    elif is_unknown and is_shown(name):
        shown = f"{spot.shown[: -len(_UNKNOWN)]}{name}"
    else:
        shown = spot.shown
    prefix = "/data" if event.bare else ""
    return Violation(
        path=shown.removeprefix(prefix),
        keyword=error.keyword,
        message=message,
        hint=hint,
        reason="out_of_scope" if elsewhere else _reason(error.keyword, value),
        pattern=pattern.removeprefix(prefix),
        breaking=breaking,
        schema_path=spot.schema_path,
        value=value,
    )


def _reason(keyword: str, value: object) -> Reason:
    if keyword in _REASONS:
        return _REASONS[keyword]
    if value is None:
        return "unexpected_null"
    if not isinstance(value, str) or keyword == "type":
        return "wrong_type"
    return "bad_format" if keyword == "anyOf" else "new_value"
