"""What to expect of each invalid payload: the verdicts, and the violations in each profile.

`vendor` writes them next to the payloads. Without the accelerator it would need many seconds to find them.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from junction_webhooks import fixtures
from junction_webhooks._json.patch import patched
from junction_webhooks._json.pointer import pointer
from junction_webhooks.contract import PROFILES
from junction_webhooks.contract import _files as _data
from junction_webhooks.contract.bundler import as_json, event_bundle
from junction_webhooks.contract.families import FAMILIES
from junction_webhooks.validation._engines import default_engine, validator_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from junction_webhooks.contract import EventType, Profile
    from junction_webhooks.validation._engines import ValidationError, Validator

PATH: Final = "expectations/fixtures.json"
_BARE: Final[Mapping[str, EventType]] = {
    family.bare_form.name: family.bare_form.event_type for family in FAMILIES if family.bare_form
}
_Violations: TypeAlias = "list[dict[str, str]]"
_Expected: TypeAlias = "dict[str, Any]"


def file() -> tuple[str, bytes]:
    """Return the path below `generated/` and the content of the file.

    `invalid` has what to expect of each invalid fixture by its name, and `rules` the same for each entry of
    `fixtures/rules.json`, in order.
    """
    return PATH, as_json({"invalid": dict(_invalid()), "rules": list(_rules())})


def _invalid() -> Iterator[tuple[str, _Expected]]:
    for fixture in fixtures.invalid():
        event_type: Any = fixture.event_type or _BARE[fixture.kind]
        home = "" if fixture.event_type else "/data"
        payload = {"event_type": event_type, "data": fixture.payload} if home else fixture.payload
        # Not by `check`, which has the generated bundles: they may be stale.
        errors = _validator("tolerant", event_type).iter_errors(payload)
        breaking = {path.removeprefix(home) for error in errors for path in _paths(error)}
        written = [each._asdict() for each in fixture.violations]
        checked = {"strict": written, "tolerant": [each for each in written if each["path"] in breaking]}
        yield fixture.name, _expected(event_type, payload, checked, home=home)


def _paths(error: ValidationError) -> Iterator[str]:
    """Yield the pointers that a violation can have for an error."""
    yield pointer(error.path)
    yield from (pointer((*error.path, name)) for name in error.names)
    for branch in error.branches:
        for inner in branch:
            yield from _paths(inner)


def _rules() -> Iterator[_Expected]:
    written = json.loads(_data.folder("fixtures").joinpath("rules.json").read_bytes())
    for base, operations in written.items():
        event_type: EventType = base.split("/")[0]
        for operation in operations:
            breaks = [{"path": operation["path"], "keyword": operation.pop("breaks")}]
            payload = patched(fixtures.load(base).payload, [operation])
            survives = not _failing("tolerant", event_type, payload)
            yield _expected(event_type, payload, {"strict": breaks, "tolerant": [] if survives else breaks})


def _expected(
    event_type: EventType, payload: Any, checked: Mapping[str, _Violations], *, home: str = ""
) -> _Expected:
    """Return what to expect of an event. Its paths are relative to `home`, a JSON pointer."""
    failing = {profile: _failing(profile, event_type, payload, home) for profile in PROFILES}
    return {
        **{profile: not failing[profile] for profile in PROFILES},
        "violations": {
            profile: {"validator": failing[profile], "check": checked[profile]} for profile in PROFILES
        },
    }


def _failing(profile: Profile, event_type: EventType, payload: Any, home: str = "") -> _Violations:
    """Return the keywords that fail by JSON Schema alone, sorted by path."""
    errors = _validator(profile, event_type).iter_errors(payload)
    found = {(pointer(error.path).removeprefix(home), error.keyword) for error in errors}
    return [{"path": path, "keyword": keyword} for path, keyword in sorted(found)]


@cache
def _validator(profile: Profile, event_type: EventType) -> Validator:
    return validator_of(event_bundle(profile, event_type), default_engine())
