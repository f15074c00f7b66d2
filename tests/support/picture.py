"""The picture of the README: what `junction-webhooks test` shows of a service with a planted bug.

    PYTHONPATH=tests .venv/bin/python -m support.picture

The bug is one that many handlers have: the payload that arrives last wins. The text of the picture is what the command
writes. Only the address is another one, that of a server as people start it.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from contextlib import chdir, redirect_stdout
from pathlib import Path
from typing import Final
from unittest import mock

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from junction_webhooks import cli
from support.checkout import ROOT
from support.service import Service, serving

PICTURE: Final = ROOT / "docs/assets/test.svg"
BUG: Final = "trusts_arrival_order"
COMMAND: Final = (
    "test", "--to", "{endpoint}", "--state", "{url}/orders/{{order_id}}",
    "--only", "signatures", "--only", "state.shuffled",
)  # fmt: skip
ADDRESS: Final = "http://localhost:8000"
ENDPOINT: Final = f"{ADDRESS}/webhooks"
WIDTH: Final = 121
"""Characters per line: the longest line fits."""
_THEME: Final = TerminalTheme(
    (22, 27, 34),
    (230, 237, 243),
    [(72, 79, 88), (255, 123, 114), (86, 211, 100), (227, 179, 65)] + [(121, 192, 255)] * 4,
)
"""The colours of a dark terminal, which is readable on a light page and on a dark one. Each has a contrast above 7."""
_FRAME: Final = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
<title>junction-webhooks test finds a bug, and shows the shortest case</title>
<style>
.{unique_id}-matrix {{
    font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
    font-size: {char_height}px;
    line-height: {line_height}px;
}}
.{unique_id}-title {{
    font-family: system-ui, sans-serif;
    font-size: 18px;
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
"""The frame of rich without its font, which it would load from a server."""


class _Terminal(io.TextIOWrapper):
    """A stream that says that it is a terminal, so that the command writes colours."""

    def isatty(self) -> bool:
        """Return True."""
        return True


def output() -> str:
    """Return what the command writes, with the line that runs it, in the colours of a terminal."""
    shown_bytes = io.BytesIO()
    stream = _Terminal(shown_bytes, encoding="utf-8")
    with (
        serving(Service(BUG)) as url,
        tempfile.TemporaryDirectory() as folder,
        chdir(folder),
        redirect_stdout(stream),
        mock.patch.dict(os.environ, {"TERM": "xterm"}),
    ):
        for variable in ("NO_COLOR", "JUNCTION_WEBHOOK_SECRET", "JUNCTION_WEBHOOKS_URL"):
            os.environ.pop(variable, None)
        endpoint = f"{url}/webhooks/junction"
        cli.main([each.format(url=url, endpoint=endpoint) for each in (*COMMAND, "--settle", "200ms")])
        stream.flush()
        written = shown_bytes.getvalue().decode()
    arguments = [each.format(url=ADDRESS, endpoint=ENDPOINT) for each in COMMAND]
    shown = " ".join(f"'{each}'" if "{" in each else each for each in arguments)
    lines = f"$ junction-webhooks {shown}".replace(" --state", " \\\n    --state").splitlines()
    return "".join(f"\033[1m{line}\033[0m\n" for line in lines) + written.replace(endpoint, ENDPOINT)


def svg(text: str) -> str:
    """Return the picture of a text with the escape codes of a terminal."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, legacy_windows=False)
    for line in text.splitlines():
        console.print(Text.from_ansi(line), soft_wrap=False, highlight=False)
    return console.export_svg(
        title="junction-webhooks test",
        theme=_THEME,
        code_format=_FRAME,
        unique_id="jw-test",
        font_aspect_ratio=0.6,
    )


if __name__ == "__main__":
    PICTURE.write_text(svg(output()), "utf-8")
    sys.stdout.write(f"wrote {PICTURE.relative_to(Path.cwd())}: {PICTURE.stat().st_size} bytes\n")
