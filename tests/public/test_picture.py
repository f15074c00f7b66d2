"""The picture of the README: it shows what the command says, and needs nothing from a server."""

from __future__ import annotations

import html
import re
from typing import Final
from xml.etree import ElementTree as ET

import pytest
from support.checkout import ROOT
from support.picture import ADDRESS, PICTURE, output, svg

PAGES: Final = {"README.md": "docs/assets/test.svg", "docs/quickstart/test.md": "../assets/test.svg"}
MOST_BYTES: Final = 60_000


def test_the_picture_is_self_contained() -> None:
    """It is small, has a title, and refers to no font, script or other resource elsewhere."""
    text = PICTURE.read_text("utf-8")
    root = ET.fromstring(text)  # noqa: S314  (our own)
    names = {each.tag.rpartition("}")[2] for each in root.iter()}
    assert names == {"svg", "title", "style", "defs", "clipPath", "rect", "g", "text", "circle"}
    without_address = text.replace(ADDRESS, "").replace("http://www.w3.org/2000/svg", "")
    assert not re.findall(r"https?:|@import|@font-face|href=|data:", without_address)
    assert re.findall(r"url\((.)", text) == ["#"] * text.count("url(")
    assert len(text.encode()) < MOST_BYTES
    assert root.findtext("{*}title")


def test_pages_show_the_picture() -> None:
    """The README and the page about tests show it, with a text for those who do not see it."""
    for page, path in PAGES.items():
        (text,) = re.findall(rf"!\[([^\]]+)\]\({re.escape(path)}\)", (ROOT / page).read_text("utf-8"))
        assert len(text) > 50


@pytest.mark.exhaustive
def test_the_picture_is_what_the_command_writes() -> None:
    """If this fails, make the picture again: see tests/support/picture.py."""
    written = output()
    assert "FAILED" in written
    assert svg(written) == PICTURE.read_text("utf-8")
    shown = html.unescape(re.sub(r"<[^>]*>", "", PICTURE.read_text("utf-8"))).replace("\xa0", " ")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", written)
    for line in filter(None, map(str.strip, plain.splitlines())):
        assert re.sub(r"\s", "", line) in re.sub(r"\s", "", shown)
