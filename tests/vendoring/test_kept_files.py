"""What `vendor` leaves alone: other people's files, and its own files after an edit."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.vendoring import EDITED, ORDER, age, contents, less, run

from junction_webhooks.contract import _files as _data
from junction_webhooks.vendoring import VendorError, check, vendor


def test_line_ends_of_windows_are_no_edit(folder: Path) -> None:
    """Git may check the files out with CRLF: they still hold, and are not written anew."""
    for path, content in contents(folder).items():
        (folder / path).write_bytes(content.replace(b"\n", b"\r\n"))
    assert check(folder) == []
    assert vendor(folder).written == ()


def test_nothing_of_others_is_touched(folder: Path) -> None:
    """Files that `vendor` did not write stay, in every folder; its own go when they are wanted no more."""
    vendor(folder, what=["schemas", "types", "documents"])
    (folder / "types" / "own.ts").write_text("ours")
    update = vendor(folder, what=["schemas"])
    assert update.deleted == (
        "types/junction-webhooks.ts",
        "documents/asyncapi.json",
        "documents/openapi.json",
    )
    assert (folder / "NOTES.md").read_text() == "ours"
    assert (folder / "schemas" / "own.json").read_text() == "{}"
    assert [path.name for path in (folder / "types").iterdir()] == ["own.ts"]
    assert not (folder / "documents").exists()


def test_edits_are_not_overwritten(folder: Path) -> None:
    """A file that was edited by hand is neither replaced nor deleted: nothing is written, and each is named."""
    vendor(folder, what=["schemas", "types"])
    age(folder, less)
    (folder / ORDER).write_text("{}")
    (folder / "types" / "junction-webhooks.ts").write_text("mine")
    before = contents(folder)
    done = run(folder, "--what", "schemas")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        f"junction-webhooks: {folder}/{ORDER}: {EDITED}: restore it, or delete it and run this again",
        f"junction-webhooks: {folder}/types/junction-webhooks.ts: {EDITED}: restore it, or delete it and run this again",
        "junction-webhooks: nothing was written",
    ]
    assert contents(folder) == before
    (folder / ORDER).unlink()
    (folder / "types" / "junction-webhooks.ts").unlink()
    vendor(folder)
    assert check(folder) == []


def test_what_is_in_the_way_stays(tmp_path: Path) -> None:
    """A file or folder with a name that `vendor` needs is named, and stays as it is; the same content is fine."""
    folder = tmp_path / "new"
    (folder / "schemas").mkdir(parents=True)
    (folder / "schemas/events.json").write_text("{}")
    (folder / ORDER).mkdir()
    with pytest.raises(VendorError) as raised:
        vendor(folder)
    assert [line.split(":")[0] for line in str(raised.value).splitlines()[:-1]] == [
        f"{folder}/schemas/events.json",
        f"{folder}/{ORDER}",
    ]
    assert contents(folder) == {"schemas/events.json": b"{}"}
    (folder / "schemas/events.json").write_bytes(_data.generated("bundles/tolerant/events.json").read_bytes())
    (folder / ORDER).rmdir()
    vendor(folder)
    assert check(folder) == []


def test_destination_must_be_a_folder(tmp_path: Path) -> None:
    """A file is refused as a folder, and so is a path below one."""
    (tmp_path / "file").write_text("ours")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        done = run(path)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"junction-webhooks: {tmp_path}/file: is not a folder")
    assert contents(tmp_path) == {"file": b"ours"}


@pytest.mark.parametrize("option", [[], ["--check"], ["--downgrade"]])
def test_an_empty_name_is_not_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: list[str]
) -> None:
    """An unset variable in a script must not fill the working directory: that one is `.`."""
    monkeypatch.chdir(tmp_path)
    done = run("", *option)
    assert (done.returncode, done.stdout) == (2, "")
    assert "DEST: expected a value, not an empty text" in done.stderr
    assert contents(tmp_path) == {}
    assert run(".").returncode == 0
    assert check(tmp_path) == []


def test_the_command_for_a_name_with_a_dash_is_no_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command that `--check` names works as it is written."""
    monkeypatch.chdir(tmp_path)
    vendor(tmp_path / "-new")
    (tmp_path / "-new" / ORDER).unlink()
    (finding,) = check(Path("-new"))
    command = finding.todo.removeprefix("run `junction-webhooks vendor ").removesuffix("`")
    assert run(command).returncode == 0
    assert check(tmp_path / "-new") == []
