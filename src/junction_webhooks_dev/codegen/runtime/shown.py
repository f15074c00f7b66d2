"""What models and structs have in common."""

from __future__ import annotations

from typing import Final

SHOWN: Final = frozenset(
    {
        "event_type",
        "data",
        "type",
        "id",
        "user_id",
        "team_id",
        "order_id",
        "order_transaction_id",
        "appointment_id",
        "parent_id",
        "status",
        "event_status",
        "low_level_status",
    }
)
"""The fields whose values `repr` shows: ids, types and statuses, no patient data."""
