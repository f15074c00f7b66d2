"""The README of a vendored folder, for readers who do not know where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from junction_webhooks import contract
from junction_webhooks.contract import releases as _releases

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from junction_webhooks.contract import Draft, Profile
    from junction_webhooks.vendoring._options import Options, What

_PROFILES: Final[Mapping[Profile, str]] = {
    "tolerant": "The tolerant profile, for production: it accepts what Junction may add later.",
    "strict": "The strict profile, for tests: it rejects what Junction does not document.",
}
_ABOUT: Final[Mapping[What, str]] = {
    "schemas": "One self-contained JSON Schema per event, and `events.json` for all events.",
    "fixtures": "Payloads with and without mistakes; `index.json` says which of them each profile accepts.",
    "types": "TypeScript types of this profile, with guards and lists of known values.",
    "documents": "The contract as OpenAPI 3.1 and as AsyncAPI 3, in this profile.",
    "signatures": "Test vectors for code that verifies signatures.",
    "scenarios": "One story per file: the deliveries to send to a handler, and its state afterwards.",
    "lifecycles": "States and transitions; test vectors for histories and for finding the newer payload.",
    "values": "The known values of every open set, with their meanings.",
    "suite": "The fixtures again, as groups of tests in the format of the JSON Schema Test Suite.",
}
_SCHEMAS: Final = """\
## Validate a payload

1. Parse the body, and read `event_type`.
2. Take the schema `schemas/EVENT_TYPE.json`. Load the schemas when your program starts, and look them up by
   name: a body must not choose which file you open.
3. If there is no such schema, the event is not in this contract. Store it, and answer 2xx. Do the same with a
   body that has no `event_type`. It is not a webhook; if it is an order from Junction's API,
   `schemas/bare_order.json` describes it.
4. If the payload does not conform, store it too, answer 2xx, and alert somebody: sending it again would not
   change it.

Use a validator that knows JSON Schema {draft}, with its default options.
{node}
{formats}
A validator that knows only draft-04 gives wrong answers without an error.

Do not validate with `events.json` if anybody reads the errors. It is a `oneOf` of all events, so most
validators also report why the payload is none of the others. For a yes or no it is fine.
"""
_NODE: Final[Mapping[Draft, str]] = {
    "2020-12": "In Node, that is `ajv/dist/2020.js`, not `ajv`.",
    "07": "In Node, that is `ajv`, not `ajv/dist/2020.js`.",
}
_PATTERNS: Final = (
    "Where this profile checks timestamps, dates and UUIDs, they have a `pattern` and no `format`. So\n"
    "options do not matter."
)
_FORMATS: Final = (
    "Each `format` is for generators. The `pattern` next to it says the same, so options do not matter."
)
_SIGNATURES: Final = """\
## Verify a signature

Junction sends the headers `svix-id`, `svix-timestamp` and `svix-signature`. Ignore upper and lower case in
their names. In pseudocode, for each secret that is in use:

```text
key      = base64_decode(secret without "whsec_")
expected = base64(hmac_sha256(key, id + "." + timestamp + "." + body))
accept if  one of the space-separated parts of svix-signature equals "v1," + expected
       and timestamp consists of digits, and is at most 300 seconds from now
```

`body` is the bytes as they arrived, not parsed and written again. Compare in constant time. Refuse a delivery
if any of the headers is missing. Stop at start-up if a secret is not base64: some decoders turn it into an
empty key, with which anybody can sign. The packages `svix` and `standardwebhooks` exist for most languages
and do all of this.

`signatures/` has one file per group. Each is an object with `about`, which explains how to run it, and
`vectors`:

| File | For |
|---|---|
| `clock_free.json` | functions that take the time or ignore it: all headers are given |
| `relative.json` | any verifier: sign each vector again with the real clock, `offset` seconds from now |
| `webhook_headers.json` | libraries that accept `webhook-` headers too; Junction sends `svix-` |

The secrets in them are public test secrets, made of words. They belong to no endpoint.
"""
_FIXTURES: Final = """\
## Test a validator

`fixtures/index.json` lists `payloads`. Each has a `file`, the `schema` to validate it with, and whether the
`{profile}` profile accepts it under `{profile}`. {invalid}
`rules` lists NDJSON files with more of them. Each line has the same keys, with the payload itself under
`payload`. All paths start at this README. What follows `#` in `schema` is a JSON pointer: validate with a
schema that has only `{{"$ref": "#POINTER"}}` and the `{definitions}` of that file, without its `$id`.
"""
_INVALID: Final[Mapping[Profile, str]] = {
    "tolerant": "It accepts many\nmistakes in `fixtures/invalid/`, which only the strict profile rejects.",
    "strict": "It rejects\nall mistakes in `fixtures/invalid/`.",
}
_SCENARIOS: Final = """\
## Test a handler

Each file in `scenarios/` has `deliveries`. POST each `body` with its `headers` to your handler, then
compare what it stored with `final`: the `status` of each object, and the delivery with its newest `data`.
The headers were signed at the times of the story. To send a delivery now, sign it again with your test
secret. Junction delivers at least once and in any order, so also send them twice and shuffled: where
`decidable` is true, `final` stays the same.
"""
_LIFECYCLES: Final = """\
## Lifecycles

`order.json` and `appointment.json` have `states` and `transitions`. They describe what is usual: never
reject a payload because of a transition that is not listed. `newer.json` has vectors for finding the newer
of two payloads, and `history.json` for anything unusual in a history. Both explain their rules in `about`.
"""
_REPOSITORY: Final = """\
## In your repository

`.gitattributes` marks these files as vendored and keeps Git from changing their line endings. Spell checkers
and formatters have settings of their own. Exclude this folder there, because some fixtures have mistakes on
purpose:

| Tool | Setting |
|---|---|
| pre-commit | `exclude: ^path/to/this/folder/` |
| Prettier | the folder in `.prettierignore` |
| cspell, typos, codespell | the folder in `ignorePaths`, `extend-exclude`, `skip` |
"""
_UPDATE: Final = """\
## Update

Do not edit these files: an update refuses a changed file. Your own files in this folder stay as they are.

To update or check this folder, you need the Python package `junction-webhooks`, with this version of the
contract or a newer one; `junction-webhooks --version` shows it. Install it as its own README says, from
where your team keeps it: a package of that name on an index may be somebody else's. Then run here:

```sh
junction-webhooks vendor .          # updates, and lists the changes
junction-webhooks vendor . --check  # exit code 1 if a file was edited, missing or out of date
```
"""


def readme(options: Options) -> bytes:
    """The README: what the folder contains, how to use it, where it comes from, and how to update it."""
    return "\n".join(_sections(options)).encode()


def _sections(options: Options) -> Iterator[str]:
    draft = options.draft if options.draft == "2020-12" else f"draft-{options.draft}"
    yield "\n".join(_head(options, draft)) + "\n"
    if "schemas" in options.what:
        formats = _FORMATS if options.formats else _PATTERNS
        yield _SCHEMAS.format(draft=draft, node=_NODE[options.draft], formats=formats)
    if "signatures" in options.what:
        yield _SIGNATURES
    if "fixtures" in options.what:
        definitions = "$defs" if options.draft == "2020-12" else "definitions"
        invalid = _INVALID[options.profile]
        yield _FIXTURES.format(profile=options.profile, invalid=invalid, definitions=definitions)
    if "scenarios" in options.what:
        yield _SCENARIOS
    if "lifecycles" in options.what:
        yield _LIFECYCLES
    yield _REPOSITORY
    yield _UPDATE


def _head(options: Options, draft: str) -> Iterator[str]:
    yield "# The contract of Junction's walk-in lab-test webhooks"
    yield ""
    version = _releases.told(f"Version {contract.version()} of the contract")
    yield f"{version}: {options.profile} profile, JSON Schema {draft}."
    yield "Copied from the Python package `junction-webhooks`, which is independent of Junction."
    yield ""
    yield "| Path | Contents |"
    yield "|---|---|"
    for what in options.what:
        about = f"{_ABOUT[what]} {_PROFILES[options.profile]}" if what == "schemas" else _ABOUT[what]
        yield f"| `{what}/` | {about} |"
    yield "| `LICENSE` | The license of these files. |"
    yield "| `junction-webhooks.lock.json` | The version, the options and the sha256 of each file. |"
