"""The exception of vendoring, and how it describes a system error."""

from __future__ import annotations


class VendorError(Exception):
    """The folder cannot be written or checked.

    The message has one problem per line: the path, what is wrong and what to do. No file has changed, unless
    the message says that the update is incomplete; running it again then completes it.
    """


def reason(error: OSError) -> str:
    """The system's error message, in lower case, without the path."""
    return (error.strerror or str(error)).lower()
