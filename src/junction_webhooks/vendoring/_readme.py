"""The README of a vendored folder, for readers who do not know where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from junction_webhooks import contract
from junction_webhooks.contract import releases as _releases

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from junction_webhooks.contract import Profile
    from junction_webhooks.vendoring._options import Options, What

_PROFILES: Final[Mapping[Profile, str]] = {
    "tolerant": "The tolerant profile, for production: it accepts what Junction may add later.",
    "strict": "The strict profile, for tests: it rejects what Junction does not document.",
}
_ABOUT: Final[Mapping[What, str]] = {
    "schemas": "One self-contained JSON Schema per event, and `events.json` for all events.",
    "fixtures": "Payloads that conform and payloads with a mistake; `index.json` lists the verdict for each.",
    "types": "TypeScript types of this profile, with guards and lists of known values.",
    "documents": "The contract as OpenAPI 3.1 and as AsyncAPI 3, in this profile.",
}


def readme(options: Options) -> bytes:
    """The README: what the folder contains, where it comes from, and how to update it."""
    return ("\n".join(_lines(options)) + "\n").encode()


def _lines(options: Options) -> Iterator[str]:
    draft = options.draft if options.draft == "2020-12" else f"draft-{options.draft}"
    yield "# The contract of Junction's walk-in lab-test webhooks"
    yield ""
    version = _releases.told(f"Version {contract.version()} of the contract")
    yield f"{version}: {options.profile} profile, JSON Schema {draft}."
    yield "Copied from the Python package `junction-webhooks`, which is independent of Junction."
    yield ""
    yield "Do not edit these files, and exclude the folder from formatters: an update refuses a changed file."
    yield "Your own files in this folder stay as they are."
    yield ""
    yield "| Path | Contents |"
    yield "|---|---|"
    for what in options.what:
        about = f"{_ABOUT[what]} {_PROFILES[options.profile]}" if what == "schemas" else _ABOUT[what]
        yield f"| `{what}/` | {about} |"
    yield "| `junction-webhooks.lock.json` | The version, the options and the sha256 of each file. |"
    yield ""
    yield "To update or check this folder, you need that package, with this version of the contract or a"
    yield "newer one; `junction-webhooks --version` shows it. Install it as its own README says, from where"
    yield "your team keeps it: a package of that name on an index may be somebody else's. Then run here:"
    yield ""
    yield "```sh"
    yield "junction-webhooks vendor .          # updates, and lists the changes"
    yield "junction-webhooks vendor . --check  # exit code 1 if a file was edited, missing or out of date"
    yield "```"
