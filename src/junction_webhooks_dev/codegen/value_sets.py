"""The module of value sets: what is known of each, and how to tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from junction_webhooks.contract import schemas

if TYPE_CHECKING:
    from junction_webhooks.contract import Schema


def titles() -> list[str]:
    """The class names of the open value sets, sorted."""
    return sorted(_open_sets())


def names() -> list[str]:
    """All public names of the module, sorted."""
    return sorted(
        name for title in titles() for name in (title, f"Known{title}", f"{title}Value", _guard(title))
    )


def module(header: str) -> str:
    """The text of the module."""
    parts = [
        f'''"""The value sets of the contract, open as Junction keeps them.

{header}

Of the set `OrderStatus`, for one:
`OrderStatus` is any string, with the known values visible to editors and type checkers;
`KnownOrderStatus` is one of the known values; `is_known_order_status` tells, and narrows;
`OrderStatusValue` has a constant for each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from typing_extensions import TypeIs
'''
    ]
    parts += [_set(title, schema) for title, schema in sorted(_open_sets().items())]
    return "\n\n".join(parts)


def types_module(header: str) -> str:
    """The text of the module that models and structs take their types from."""
    imports = "\n".join(f"        {title} as {title}," for title in titles())
    values = "\n".join(f"    {title} = str" for title in titles())
    return f'''"""The types of the value sets: what `values` says to type checkers, and `str` when they run.

{header}

So `values`, with its constants and guards, loads only when they are asked for.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from junction_webhooks_models.values import (
{imports}
    )
else:
{values}
'''


def _open_sets() -> dict[str, Schema]:
    return {
        schema["title"]: schema
        for name, schema in schemas().items()
        if name.startswith("values/") and "enum" in schema and not schema.get("x-exhaustive")
    }


def _set(title: str, schema: Schema) -> str:
    members = "".join(f'\n    "{member}",' for member in schema["enum"])
    constants = "\n".join(
        f'    {re.sub(r"[^a-z0-9]", "_", member).upper()}: Final = "{member}"\n    """{meaning}"""'
        for member, meaning in schema["x-values"].items()
    )
    return (
        f'''
Known{title}: TypeAlias = Literal[{members}
]
"""The known values of `{title}`."""

if TYPE_CHECKING:
    {title}: TypeAlias = Known{title} | str
    """{schema["description"]}"""
else:
    {title} = str


class {title}Value:
    """{schema["description"]}"""

{constants}


def {_guard(title)}(value: object) -> TypeIs[Known{title}]:
    """Whether the value is a known member of `{title}`."""
    return isinstance(value, str) and value in _KNOWN_{_snake(title).upper()}


_KNOWN_{_snake(title).upper()}: Final = frozenset(get_args(Known{title}))
'''.strip("\n")
        + "\n"
    )


def _guard(title: str) -> str:
    return f"is_known_{_snake(title)}"


def _snake(title: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", title).lower()
