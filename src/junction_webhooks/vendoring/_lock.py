"""The lock file of a vendored folder, and the record that an update keeps until it is complete.

Both come from a checkout that may be hostile, so they are trusted very little: they can only name paths below
the folder that `vendor` could have written.
"""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import contract
from junction_webhooks.contract import releases as _releases
from junction_webhooks.vendoring._damage import damage
from junction_webhooks.vendoring._errors import VendorError
from junction_webhooks.vendoring._files import TOP_LEVEL
from junction_webhooks.vendoring._options import WHAT, Options

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from junction_webhooks.contract import Draft, Profile
    from junction_webhooks.vendoring._folder import Folder
    from junction_webhooks.vendoring._options import What

LOCK: Final = "junction-webhooks.lock.json"
"""The name of the lock file in a vendored folder."""
_ABOUT: Final = (
    "Written by `junction-webhooks vendor`, which also updates it. Do not edit it or the files that it lists."
)
_BASE_URI: Final = re.compile(r"[a-z][a-z0-9+.-]*:[A-Za-z0-9._~:/@!$&'()*+,;=%-]+")
_DEVICE: Final = r"(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:[./]|$))"
"""Names that mean a device on Windows, whatever their extension."""
_NAME: Final = rf"{_DEVICE}[a-z0-9](?:[a-z0-9_.-]*[a-z0-9_-])?"
_PATH: Final = re.compile(rf"(?:{'|'.join(map(re.escape, TOP_LEVEL))})|(?:{'|'.join(WHAT)})(?:/{_NAME})+")
_SHA256: Final = re.compile(r"sha256:[0-9a-f]{64}")
_VERSION: Final = re.compile(r"[0-9]{1,9}(?:[.][0-9]{1,9}){2}")


@dataclass(frozen=True, slots=True)
class Lock:
    """What a folder contains, according to its lock file."""

    version: str
    """Of the contract."""
    options: Options
    files: Mapping[str, str]
    """The digest of each file by its path."""

    @property
    def is_ahead(self) -> bool:
        """True if a newer version than this package's was vendored."""
        return _releases.numbers(self.version) > _releases.numbers(contract.version())


def digest(content: bytes) -> str:
    """The sha256 of a text file, regardless of its line endings: Git may write CRLF on Windows.

    It starts with `sha256:`, without which scanners take it for a secret.
    """
    return "sha256:" + sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def is_ours(path: object) -> bool:
    """True for a path that `vendor` could write.

    Such a path is one of `TOP_LEVEL` or a file in one of its folders, in lower case. So no two paths are the
    same file on a system that ignores case, and no path leaves the folder, or is special on Windows. Only
    `.gitattributes` is hidden.
    """
    return isinstance(path, str) and _PATH.fullmatch(path) is not None


def read_lock(folder: Folder) -> Lock | None:
    """The lock file of a folder, or None if it has none. Raises `VendorError` if it cannot be parsed."""
    if not folder.exists(LOCK):
        return None
    content = folder.read(LOCK)
    lock = _parsed(content)
    if lock is None and (found := damage(content or b"")):
        message = f"{folder.path / LOCK}: {found.what}: {found.todo} and run this again"
        raise VendorError(message)
    if lock is None:
        message = (
            f"{folder.path / LOCK}: this version cannot read the lock file: restore it, upgrade "
            "the package, or move the folder away and vendor again"
        )
        raise VendorError(message)
    return lock


def _parsed(content: bytes | None) -> Lock | None:
    try:
        written: Any = json.loads(content or b"")
        lock = Lock(
            written["contract"],
            Options(**written["options"] | {"what": tuple(written["options"]["what"])}),
            dict(written["files"]),
        )
        fine = (
            _VERSION.fullmatch(lock.version)
            and lock.options.profile in contract.PROFILES
            and lock.options.draft in contract.DRAFTS
            and lock.options.what
            and lock.options.what == tuple(each for each in WHAT if each in lock.options.what)
            and (lock.options.base_uri == "" or _BASE_URI.fullmatch(lock.options.base_uri))
            and isinstance(lock.options.formats, bool)
            and all(map(is_ours, lock.files))
            and all(map(_SHA256.fullmatch, lock.files.values()))
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return lock if fine else None


def lock_text(options: Options, wanted: Mapping[str, bytes]) -> bytes:
    """The lock file for these options and files."""
    lock = {
        "about": _ABOUT,
        "contract": contract.version(),
        "options": dataclasses.asdict(options),
        "files": {path: digest(content) for path, content in wanted.items()},
    }
    return (json.dumps(lock, indent=2) + "\n").encode()


def read_record(content: bytes | None) -> Mapping[str, frozenset[str]]:
    """The digests by path that an incomplete update recorded, or nothing if they cannot be parsed.

    In that case, a file that the update replaced counts as edited, so nothing is lost.
    """
    try:
        written: Any = json.loads(content or b"{}")
        record = {path: frozenset(digests) for path, digests in written.items()}
        fine = all(map(is_ours, record)) and all(
            _SHA256.fullmatch(each) for digests in record.values() for each in digests
        )
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}
    return record if fine else {}


def record_text(digests: Mapping[str, Collection[str]]) -> bytes:
    """The record of an update: every content that `vendor` may have written to each path."""
    return (json.dumps({path: sorted(each) for path, each in digests.items()}, indent=2) + "\n").encode()


def choose(
    lock: Lock | None,
    *,
    profile: Profile | None,
    draft: Draft | None,
    what: Sequence[What] | None,
    base_uri: str | None,
    formats: bool | None,
) -> Options:
    """The given options. Each that is None is taken from the lock file, or is the default."""
    kept = lock.options if lock else Options()
    if base_uri:
        if not _BASE_URI.fullmatch(base_uri):
            message = f"--base-uri {base_uri!r}: expected an absolute URI without query and fragment"
            raise VendorError(message)
        base_uri = base_uri.rstrip("/") + "/"
    return Options(
        profile=profile or kept.profile,
        draft=draft or kept.draft,
        what=tuple(each for each in WHAT if each in what) if what else kept.what,
        base_uri=kept.base_uri if base_uri is None else base_uri,
        formats=kept.formats if formats is None else formats,
    )
