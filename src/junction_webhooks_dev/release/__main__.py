"""Run `make release`, and print a line per step.

    python -m junction_webhooks_dev.release [--tag TAG] [--rehearse | --only-state]
    python -m junction_webhooks_dev.release --notes

Exit code: 0 ready, 1 not ready.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from junction_webhooks_dev import release_check
from junction_webhooks_dev.release import building, metadata, state

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TRY_WHEEL = release_check.ROOT / "tests/public/wheel/try_wheel"


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _parser().parse_args(arguments)
    if options.notes:
        sys.stdout.write("\n".join(state.notes()) + "\n")
        return 0
    not_ready = state.mistakes(options.tag)
    problem = "not yet" if options.rehearse else "NO"
    _show("the checkout is ready to be released", not_ready, problem=problem)
    if options.only_state or (not_ready and not options.rehearse):
        return 1 if not_ready else 0
    wrong = [*release_check.version_mistakes(), *release_check.release_mistakes(None)]
    _show("versions and published releases", wrong)
    files, different = building.build()
    _show("two builds give the same bytes", different)
    wrong += different
    flaws = [mistake for file in files for mistake in metadata.mistakes(file)]
    _show("metadata and README", flaws)
    wrong += flaws
    if not options.rehearse:
        failed = _tried_out()
        _show("the wheel works in a clean environment", failed)
        wrong += failed
    for file in files:
        sys.stdout.write(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  dist/{file.name}\n")
    if wrong:
        return 1
    if not options.rehearse and not options.tag:
        sys.stdout.writelines(f"{line}\n" for line in _left())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m junction_webhooks_dev.release",
        description="Check everything that a release needs, and build its files into dist/.",
    )
    parser.add_argument(
        "--tag",
        default=os.environ.get("TAG") or None,  # not through the Makefile, where it could be code
        help="the tag that is released, which is $TAG by default; without it, there must not be one yet",
    )
    parser.add_argument("--only-state", action="store_true", help="check the state of the checkout, and stop")
    parser.add_argument(
        "--rehearse",
        action="store_true",
        help="run on any checkout: list what it is not ready for, but fail only for other reasons",
    )
    parser.add_argument("--notes", action="store_true", help="only print the changelog of the release")
    return parser


def _show(step: str, mistakes: Sequence[str], *, problem: str = "NO") -> None:
    sys.stdout.write(f"{problem if mistakes else 'ok'}  {step}\n")
    sys.stdout.writelines(f"    {mistake}\n" for mistake in mistakes)
    sys.stdout.flush()


def _tried_out() -> list[str]:
    # The first Python checks the list of files in the wheel, and the second one makes the clean environment.
    command = [str(TRY_WHEEL), sys.executable, sys.executable, str(building.DIST)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603  (fixed arguments)
    return [] if done.returncode == 0 else [*done.stdout.splitlines(), *done.stderr.splitlines()]


def _left() -> Iterator[str]:
    """Yield what only a person can do, in this order."""
    version = release_check.package_version()
    yield f"{version} is ready. This is left for you:"
    if not state.urls():
        yield "- Write the address of the repository into [project.urls] of pyproject.toml."
    if links := metadata.relative_links():
        yield f"- Make these links of README.md absolute. On an index, they are dead: {', '.join(links)}"
    yield "- Before the first release: create the environment `pypi` in the settings of the repository, with"
    yield "  required reviewers. At the package index, register a trusted publisher: this repository, its"
    yield "  workflow release.yml, and the environment `pypi`."
    yield f"- git tag --annotate v{version} --message 'Release {version}'"
    yield f"  git push origin {state.BRANCH} v{version}"
    yield "- Wait until the job `build` is done, and compare its digests with those above. Approve `publish`."
    yield "- After the first release, change in README.md and docs/index.md how to install the package."


if __name__ == "__main__":
    sys.exit(main())
