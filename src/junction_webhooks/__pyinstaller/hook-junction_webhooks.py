"""What PyInstaller does not find by itself: the data, the metadata, and modules that are imported by name."""

from __future__ import annotations

from importlib.util import find_spec

from PyInstaller.utils.hooks import collect_data_files, collect_submodules, copy_metadata

_FOR_TESTS = (
    "junction_webhooks.strategies",
    "junction_webhooks.pytest_plugin",
    "junction_webhooks.__pyinstaller",
)
_EXTRAS = ("argcomplete", "jsonschema_rs", "msgspec", "orjson", "tqdm", "yaml")
_ZSTD = ("backports.zstd",) if find_spec("backports") and find_spec("backports.zstd") else ()
# `drift --sdk` runs the source of this file in another Python.
_SOURCES = ["drift/_sdk_types.py"]

datas = [
    *collect_data_files("junction_webhooks"),
    *collect_data_files("junction_webhooks", include_py_files=True, includes=_SOURCES),
    *copy_metadata("junction-webhooks"),
]
hiddenimports = [
    *collect_submodules("junction_webhooks", filter=lambda name: not name.startswith(_FOR_TESTS)),
    *collect_submodules("junction_webhooks_models"),
    *filter(find_spec, _EXTRAS),
    *_ZSTD,
]
