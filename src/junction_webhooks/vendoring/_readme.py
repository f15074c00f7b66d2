"""The README of a vendored folder, for whoever comes across it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from junction_webhooks import contract
from junction_webhooks.contract import releases as _releases

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from junction_webhooks.contract import Profile
    from junction_webhooks.vendoring._files import Options, What

_PROFILES: Final[Mapping[Profile, str]] = {
    "tolerant": "The tolerant profile, for production: it takes what Junction may add tomorrow.",
    "strict": "The strict profile, for tests: it refuses what Junction does not document.",
}
_ABOUT: Final[Mapping[What, str]] = {
    "schemas": "One self-contained JSON Schema an event, and `events.json` for all.",
    "fixtures": "Payloads that conform and broken ones; `index.json` says what to expect of each.",
    "types": "TypeScript types.",
    "documents": "The contract as OpenAPI 3.1 and as AsyncAPI 3.",
}


def readme(options: Options) -> bytes:
    """What the folder is, where it comes from, and how it is kept up to date."""
    return ("\n".join(_lines(options)) + "\n").encode()


def _lines(options: Options) -> Iterator[str]:
    draft = options.draft if options.draft == "2020-12" else f"draft-{options.draft}"
    yield "# The contract of Junction's walk-in lab-test webhooks"
    yield ""
    version = _releases.told(f"Version {contract.version()} of the contract")
    yield f"{version}: {options.profile} profile, JSON Schema {draft}."
    yield "Copied from the Python package `junction-webhooks`, which is independent of Junction."
    yield ""
    yield "Do not edit these files, and keep formatters out: an update refuses a file that was changed."
    yield "Files of your own beside them stay as they are."
    yield ""
    yield "| Here | What it is |"
    yield "|---|---|"
    for what in options.what:
        about = f"{_ABOUT[what]} {_PROFILES[options.profile]}" if what == "schemas" else _ABOUT[what]
        yield f"| `{what}/` | {about} |"
    yield "| `junction-webhooks.lock.json` | The version, the options and the sha256 of each file. |"
    yield ""
    extra = " with the extra `test`" if "fixtures" in options.what else ""
    yield f"To update or check the folder takes that package{extra}, with this version of the contract or a"
    yield "newer one: `junction-webhooks --version` tells. Install it as its own README says, from where your"
    yield "team has it; a package of that name on an index may be somebody else's. Then, in the folder:"
    yield ""
    yield "```sh"
    yield "junction-webhooks vendor .          # updates, and tells what changed"
    yield "junction-webhooks vendor . --check  # exit code 1 when one was edited, is missing or lags behind"
    yield "```"
