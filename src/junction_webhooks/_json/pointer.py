"""JSON pointers (RFC 6901), and the paths that they write down."""

from __future__ import annotations

from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""The way to one place of a JSON value: names of properties and indices of items, from the root."""
