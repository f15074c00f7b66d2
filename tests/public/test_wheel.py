"""What the wheel will contain, by its configuration. `make wheel` builds it, and tries it out."""

from __future__ import annotations

from hatchling.builders.wheel import WheelBuilder
from support.wheel_contents import ALLOWED, mistakes

from junction_webhooks.contract import _files

ROOT = _files.checkout()
assert ROOT is not None
PACKED = {each.distribution_path for each in WheelBuilder(str(ROOT)).recurse_included_files()}
"""The files that hatchling puts into the wheel, by their paths there."""


def test_wheel_contains_what_is_allowed_and_nothing_else() -> None:
    """Every file is of an expected kind, and every kind is there; nothing is of the repository's tools."""
    assert [*mistakes(PACKED, ALLOWED)] == []


def test_wheel_contains_the_whole_package() -> None:
    """No module of the two packages, fixture or schema is left out."""
    assert ROOT is not None
    folders = {
        "src/junction_webhooks": "junction_webhooks",
        "generated/junction_webhooks_models": "junction_webhooks_models",
        "schemas": "junction_webhooks/_data/schemas",
        "fixtures": "junction_webhooks/_data/fixtures",
    }
    expected = {
        f"{target}/{path.relative_to(ROOT / source).as_posix()}"
        for source, target in folders.items()
        for path in (ROOT / source).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert expected - PACKED == set()


def test_the_allow_list_notices() -> None:
    """A file of another kind is named, and so is a kind that no file is of."""
    without_types = {name for name in PACKED if "/types/" not in name}
    strange = {"junction_webhooks_dev/prove.py", "junction_webhooks/codegen/templates/values.py.jinja"}
    assert [*mistakes(without_types | strange, ALLOWED)] == [
        "not allowed in the wheel: junction_webhooks/codegen/templates/values.py.jinja",
        "not allowed in the wheel: junction_webhooks_dev/prove.py",
        r"missing from the wheel: junction_webhooks/_data/types/(?:strict|tolerant)/junction-webhooks\.ts",
    ]
