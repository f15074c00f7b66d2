"""The known values of every open set, with their meanings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from junction_webhooks import contract
from junction_webhooks.contract.bundler import as_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from junction_webhooks.vendoring._options import Options, What

_ABOUT: Final = (
    "The values that Junction is known to send, with their meanings. Junction may add a value to any set "
    "without notice: store one that you do not know, and never fail because of it. The names are those of "
    "the definitions in the schemas."
)


def files(_options: Options, what: What) -> Iterator[tuple[str, bytes]]:
    """Yield the file of all sets."""
    is_open = contract.shared_bundle("tolerant")["$defs"]
    sets = {
        schema["title"]: {
            "description": schema["description"],
            "values": {value: schema["x-values"][value] for value in schema["enum"]},
        }
        for name, schema in contract.shared_schemas().items()
        if name.startswith("values/")
        and "enum" in schema
        and "enum" not in is_open.get(schema["title"], schema)
    }
    yield f"{what}/known_values.json", as_json({"about": _ABOUT, "sets": sets})
