"""Build the wheel and the sdist so that the same commit gives the same bytes, on any machine."""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from junction_webhooks_dev.release_check import ROOT, git

DIST = ROOT / "dist"


def build() -> tuple[list[Path], list[str]]:
    """Build twice, and return the files of the first build, in `dist/`, and how the second one differs.

    Each build has a copy of its own, with the files that git has or would add. So nothing else gets into a
    release, and neither the folder nor the times of files have an effect.
    Raises `CalledProcessError` if a build fails.
    """
    with tempfile.TemporaryDirectory() as scratch:
        first, second = (_built(Path(scratch) / name) for name in ("first", "second-build"))
        shutil.rmtree(DIST, ignore_errors=True)
        DIST.mkdir()
        files = [Path(shutil.copy(file, DIST)) for file in first]
        names = [file.name for file in first]
        different = (
            [] if names == [file.name for file in second] else ["the builds do not have the same files"]
        )
        different += [
            f"{ours.name}: a second build gives other bytes"
            for ours, theirs in zip(first, second, strict=False)
            if not filecmp.cmp(ours, theirs, shallow=False)
        ]
    return files, different


def _built(folder: Path) -> list[Path]:
    source, target = folder / "source", folder / "dist"
    listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard") or ""
    for name in filter(None, listed.split("\0")):
        file = ROOT / name
        if file.is_file() or file.is_symlink():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, source / name, follow_symlinks=False)
    commit_time = (git("log", "-1", "--format=%ct") or "").strip()
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(target), str(source)]
    done = subprocess.run(  # noqa: S603  (fixed arguments)
        command,
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "SOURCE_DATE_EPOCH": commit_time},
    )
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        done.check_returncode()
    return sorted(target.iterdir())
