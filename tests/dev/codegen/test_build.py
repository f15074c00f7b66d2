"""`make build` and what it makes."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support.tables import table

from junction_webhooks import contract
from junction_webhooks.contract import _files as _data
from junction_webhooks.contract import releases as _releases
from junction_webhooks_dev.codegen import __main__ as codegen_command
from junction_webhooks_dev.codegen import browser, manifest, outputs, writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROOT = _data.checkout()
assert ROOT is not None
ORDER = "schemas/objects/order.json"
LIFECYCLE = "schemas/lifecycles/walk_in_order.json"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A second checkout, to be built and broken."""
    assert ROOT is not None
    for name in ("schemas", "fixtures", "generated", "src"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "node_modules").symlink_to(ROOT / "tests" / "node_modules")
    return tmp_path


@pytest.fixture
def within(copy: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The second checkout, as the one that this process runs from."""
    monkeypatch.setattr(_data, "_PACKAGE", copy / "src/junction_webhooks")
    contract.shared_schemas.cache_clear()
    yield copy
    contract.shared_schemas.cache_clear()


needs_node = pytest.mark.skipif(not browser.can_build(), reason=browser.NEEDED)


def run_build(
    root: Path, *arguments: str, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command of the checkout at `root`, there or in another folder."""
    return subprocess.run(
        [sys.executable, "-m", "junction_webhooks_dev.codegen", *arguments],
        env=os.environ | {"PYTHONPATH": f"{root / 'src'}{os.pathsep}{root / 'generated'}"} | environment,
        cwd=cwd or root,
        capture_output=True,
        text=True,
        check=False,
    )


def said_of_node() -> str:
    """What `build` says on standard error of what it skips on this machine."""
    return f"skipped: {outputs.skipped()}\n" if outputs.skipped() else ""


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    """All that `build` makes of the schemas."""
    return outputs.outputs()


@pytest.fixture
def broken(within: Path, made: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Path:
    """`generated/` of the second checkout, with a file that is stale, one missing and one orphaned."""
    monkeypatch.setattr(outputs, "outputs", lambda: made)
    generated = within / "generated"
    (generated / "manifest.json").write_text("{}")
    (generated / "bundles/strict/events.json").unlink()
    (generated / "bundles/old").mkdir()
    (generated / "bundles/old/events.json").write_text("{}")
    return generated


def test_generated_is_up_to_date(made: dict[str, bytes]) -> None:
    """What is committed under `generated/` is what the schemas say."""
    assert writing.outdated(made) == []


@pytest.mark.exhaustive
def test_check_says_so_when_all_is_up_to_date(copy: Path) -> None:
    """`build --check` exits 0 and counts the files when nothing is stale."""
    done = run_build(copy, "--check")
    assert (done.returncode, done.stderr) == (0, said_of_node())
    assert done.stdout.startswith("generated/ is up to date: ")


def test_check_names_every_difference_and_writes_nothing(
    broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`build --check` exits 1 and names each stale, missing and orphaned file, and mends none."""
    assert codegen_command.main(["--check"]) == 1
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        "orphaned: generated/bundles/old/events.json",
        "missing: generated/bundles/strict/events.json",
        "stale: generated/manifest.json",
    ]
    assert "run `make build`" in printed.err
    assert (broken / "manifest.json").read_text() == "{}"


def test_build_mends_every_difference(
    broken: Path, made: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    """`build` writes what is stale or missing and removes what is orphaned, empty folders too."""
    assert codegen_command.main([]) == 0
    assert capsys.readouterr().err == said_of_node()
    assert {path: (broken / path).read_bytes() for path in made} == made
    assert not (broken / "bundles/old").exists()
    assert not list(broken.parent.glob(".generated-*"))


@needs_node
@pytest.mark.exhaustive
def test_a_changed_schema_makes_its_bundles_stale(copy: Path) -> None:
    """A new property of an order changes its bundles, what is made of them, and what changed since the release."""
    path = copy / "schemas/objects/order.json"
    schema = json.loads(path.read_text())
    schema["properties"]["news"] = {"description": "Something new.", "type": "string"}
    path.write_text(json.dumps(schema))
    stale = [
        line.removeprefix("stale: generated/") for line in run_build(copy, "--check").stdout.splitlines()
    ]
    bundles = ("events", "labtest.order.created", "labtest.order.updated")
    profiles = ("draft-07/strict", "draft-07/tolerant", "strict", "tolerant")
    assert stale == [
        "browser/families.js",
        "browser/validators.js",
        *(f"bundles/{profile}/{name}.json" for profile in profiles for name in bundles),
        *(f"documents/{profile}/{name}api.json" for profile in profiles[2:] for name in ("async", "open")),
        "junction_webhooks_models/models.py",
        "junction_webhooks_models/structs.py",
        "manifest.json",
        "releases/changes.json",
        *(f"types/{profile}/junction-webhooks.ts" for profile in profiles[2:]),
    ]


@table(
    ("file", "before", "after", "told"),
    [
        (ORDER, '"type": "boolean"', '"type": "boolian"', "/properties/priority/type: "),
        (ORDER, '"type": "boolean"', '"type": "boolean",,', "line "),
        (ORDER, '"order_details.json"', '"details.json"', "$ref 'details.json' points to no file"),
        (ORDER, '"title": "Order",', "", "/title: it needs a title"),
        (ORDER, '"x-core": true', '"x-cor": true', "/properties/user_id: "),
        (ORDER, '"x-core": true', '"x-core": "yes"', "/properties/user_id/x-core: "),
        (ORDER, '"type": "boolean"', '"type": "boolean", "not": {}', "/properties/priority: "),
        (LIFECYCLE, '"diagram"', '"diagramm"', "/transitions/0/provenance: 'diagramm' is not one of"),
        (LIFECYCLE, '"states": {', '"states": {,', "line "),
        (
            LIFECYCLE,
            '"from": "received.',
            '"from": "recieved.',
            "/transitions/0/from: 'recieved.walk_in_test.ordered' is none of the states",
        ),
    ],
    ids=[
        "type",
        "no JSON",
        "$ref",
        "title",
        "word",
        "value of a word",
        "keyword",
        "provenance",
        "lifecycle no JSON",
        "state",
    ],
)
def test_a_wrong_schema_is_refused(
    within: Path, file: str, before: str, after: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A slip in a schema or lifecycle exits 2 with the file and the place, and nothing is written."""
    path = within / file
    right = path.read_text()
    assert before in right
    contract.shared_schemas.cache_clear()
    path.write_text(right.replace(before, after, 1))
    generated = {each: each.read_bytes() for each in (within / "generated").rglob("*.json")}
    # `--check` writes nothing anyway, so that one slip is enough for it.
    commands: list[list[str]] = [[], ["--check"]] if told.endswith("/type: ") else [[]]
    ends = [(codegen_command.main(arguments), capsys.readouterr()) for arguments in commands]
    path.write_text(right)
    for code, printed in ends:
        assert (code, printed.out) == (2, "")
        assert printed.err.startswith(f"junction-webhooks: {file}: {told}")
        assert len(printed.err.splitlines()) == 1
    assert generated == {each: each.read_bytes() for each in (within / "generated").rglob("*.json")}


@pytest.mark.exhaustive
@needs_node
def test_output_does_not_depend_on_the_run(copy: Path, made: dict[str, bytes]) -> None:
    """Another place, working directory, hash seed, locale and time zone give the same bytes."""
    for path in (copy / "generated").iterdir():
        if path.is_file():
            path.unlink()
        elif path.name != "releases":  # The bundles that are published are kept, not made again.
            shutil.rmtree(path)
    (copy / "generated/releases/changes.json").unlink()
    done = run_build(copy, cwd=copy.parent, PYTHONHASHSEED="12345", LC_ALL="C", TZ="Asia/Kathmandu")
    assert done.returncode == 0, done.stderr
    again = {
        path.relative_to(copy / "generated").as_posix(): path.read_bytes()
        for path in (copy / "generated").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".xz"
    }
    assert again == made


def test_manifest_names_every_file_and_its_hash() -> None:
    """The manifest gives the contract's version and the sha256 of every generated file but itself and the releases."""
    assert ROOT is not None
    generated = ROOT / "generated"
    written = json.loads((generated / "manifest.json").read_text())
    there = {
        path.relative_to(generated).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in generated.rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and path.name != "manifest.json"
        and not _releases.is_release(path)
    }
    assert {path: entry["sha256"] for path, entry in written["files"].items()} == there
    assert written["contract"] == contract.version()


def test_manifest_says_what_each_file_is() -> None:
    """Of a bundle the manifest says profile, draft and event, of the list of releases its kind, of the rest kind and profile."""
    assert ROOT is not None
    files = json.loads((ROOT / "generated/manifest.json").read_text())["files"]
    picked = [
        path
        for path, entry in files.items()
        if entry | {"kind": "bundle", "profile": "tolerant", "draft": "07", "event": "labtest.order.updated"}
        == entry
    ]
    assert picked == ["bundles/draft-07/tolerant/labtest.order.updated.json"]
    for path, entry in files.items():
        assert entry["kind"] == manifest.KINDS[path.split("/")[0]]
        named: dict[str, set[str]] = {
            "bundle": {"profile", "draft", "event"},
            "diagram": set(),
            "expectations": set(),
            "releases": set(),
            "validators": set(),
        }
        assert entry.keys() == {"kind", "sha256"} | named.get(entry["kind"], {"profile"})


def test_version_is_semantic_and_its_major_is_in_every_id() -> None:
    """The contract's version has three numbers; the first is the one in the path of every `$id`."""
    major = re.fullmatch(r"(\d+)\.\d+\.\d+", contract.version())
    assert major
    assert contract.BASE_URI.endswith(f"/v{major[1]}/")


@pytest.mark.exhaustive
def test_build_without_node_says_what_it_skips(copy: Path) -> None:
    """Without Node or ajv `build` makes all else, keeps what Node made, and says so."""
    (copy / "tests" / "node_modules").unlink()
    (copy / "generated" / "manifest.json").write_text("{}")
    made = (copy / "generated" / "browser" / "validators.js").read_bytes()
    done = run_build(copy)
    assert (done.returncode, done.stdout) == (0, "was stale: generated/manifest.json\n")
    assert done.stderr == f"skipped: generated/browser {browser.NEEDED}\n"
    assert (copy / "generated" / "browser" / "validators.js").read_bytes() == made


def test_build_without_the_generator_says_what_to_install(copy: Path) -> None:
    """Without datamodel-code-generator `build` exits 2, says how to get it, and touches nothing."""
    blocker = "import sys; sys.modules['datamodel_code_generator'] = None"
    command = "from junction_webhooks_dev.codegen.__main__ import main; sys.exit(main([]))"
    done = subprocess.run(
        [sys.executable, "-c", f"{blocker}; {command}"],
        env=os.environ | {"PYTHONPATH": str(copy / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert (
        "datamodel_code_generator is not installed: pip install '/path/to/junction-webhooks[dev,fast]'"
        in done.stderr
    )
