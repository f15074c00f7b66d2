"""The files of a vendored folder, by their paths in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from junction_webhooks import contract
from junction_webhooks.contract import _files as _data
from junction_webhooks.contract.bundler import as_json, with_formats
from junction_webhooks.vendoring import _fixtures
from junction_webhooks.vendoring._readme import readme
from junction_webhooks.vendoring.kit import lifecycles, scenarios, signatures, suite, values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from junction_webhooks.vendoring._options import Options, What

README: Final = "README.md"
LICENSE: Final = "LICENSE"
ATTRIBUTES: Final = ".gitattributes"
TOP_LEVEL: Final = (README, LICENSE, ATTRIBUTES)
"""The files outside the parts. A folder may have its own instead."""
_ATTRIBUTES: Final = b"""\
# Written by `junction-webhooks vendor`: these files are copies. Git keeps their line endings, and reports no
# whitespace errors. GitHub leaves them out of its statistics, and collapses them in diffs.
* -text -whitespace linguist-vendored linguist-generated
"""


def files(options: Options) -> dict[str, bytes]:
    """Every file for these options: the same bytes on any machine."""
    makers: Mapping[What, Callable[[Options, What], Iterable[tuple[str, bytes]]]] = {
        "schemas": _schemas,
        "fixtures": _fixtures.files,
        "types": _copies,
        "documents": _documents,
        "signatures": signatures.files,
        "scenarios": scenarios.files,
        "lifecycles": lifecycles.files,
        "values": values.files,
        "suite": suite.files,
    }
    made = {path: content for what in options.what for path, content in makers[what](options, what)}
    return {README: readme(options), LICENSE: _data.license_text(), ATTRIBUTES: _ATTRIBUTES} | made


def _copies(options: Options, what: What) -> Iterator[tuple[str, bytes]]:
    folder = _data.generated(f"{what}/{options.profile}")
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        yield f"{what}/{file.name}", file.read_bytes()


def _documents(options: Options, what: What) -> Iterator[tuple[str, bytes]]:
    """The documents. Their links lead to this folder, if it is served, or to the published schemas."""
    links = {
        contract.bundle_path(options.profile, name): (
            f"schemas/{name}.json",
            contract.bundle_path(options.profile, name, draft=options.draft),
        )
        for name in contract.BUNDLE_NAMES
    }
    for path, content in _copies(options, what):
        text = content.decode()
        published = path.replace(what, f"{what}/{options.profile}", 1)
        for link, (here, there) in {published: (path, published), **links}.items():
            target = options.base_uri + here if options.base_uri else contract.BASE_URI + there
            text = text.replace(f'"{contract.BASE_URI}{link}"', f'"{target}"')
        yield path, text.encode()


def _schemas(options: Options, what: What) -> Iterator[tuple[str, bytes]]:
    for name in contract.BUNDLE_NAMES:
        path = f"{what}/{name}.json"
        schema = contract.shared_bundle(options.profile, name, draft=options.draft)
        if options.formats:
            schema = with_formats(schema)
        if options.base_uri:
            schema = schema | {"$id": options.base_uri + path}
        yield path, as_json(schema)
