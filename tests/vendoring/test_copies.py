"""What `vendor` writes: bundles, fixtures, a README and a lock file."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from itertools import product
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
from support.vendoring import HERE, contents, run

from junction_webhooks import check as validate
from junction_webhooks import cli, contract
from junction_webhooks._json.pointer import pointer
from junction_webhooks.contract import _files as _data
from junction_webhooks.vendoring import LOCK, VendorError, check, vendor
from junction_webhooks.vendoring._files import TOP_LEVEL
from junction_webhooks.vendoring._lock import digest

if TYPE_CHECKING:
    from pathlib import Path

VALIDATORS = {"2020-12": jsonschema_rs.Draft202012Validator, "07": jsonschema_rs.Draft7Validator}


@pytest.mark.parametrize("draft", contract.DRAFTS)
@pytest.mark.parametrize("profile", contract.PROFILES)
def test_copies_are_the_bundles(tmp_path: Path, profile: contract.Profile, draft: contract.Draft) -> None:
    """The schemas are the bundles of the profile and the draft, byte for byte, and nothing else is there."""
    vendor(tmp_path / "new", profile=profile, draft=draft)
    there = contents(tmp_path / "new")
    assert there.keys() == {LOCK, *TOP_LEVEL, *(f"schemas/{name}.json" for name in contract.BUNDLE_NAMES)}
    for name in contract.BUNDLE_NAMES:
        bundle = _data.generated(contract.bundle_path(profile, name, draft=draft))
        assert there[f"schemas/{name}.json"] == bundle.read_bytes()


def test_lock_has_version_options_and_hashes(tmp_path: Path) -> None:
    """The lock file has the contract's version, every option, and the sha256 of every other file."""
    vendor(
        tmp_path / "new",
        profile="strict",
        draft="07",
        what=["types", "schemas"],
        base_uri="https://acme.example/a",
    )
    there = contents(tmp_path / "new")
    lock = json.loads(there.pop(LOCK))
    assert lock["contract"] == contract.version()
    assert lock["options"] == {
        "profile": "strict",
        "draft": "07",
        "what": ["schemas", "types"],
        "base_uri": "https://acme.example/a/",
        "formats": False,
    }
    assert lock["files"] == {path: digest(content) for path, content in there.items()}


@pytest.mark.parametrize("draft", contract.DRAFTS)
def test_base_uri_is_where_the_folder_is_served(tmp_path: Path, draft: contract.Draft) -> None:
    """With a base URI each `$id` is that and the path of the file; nothing else changes."""
    vendor(tmp_path / "ours", draft=draft, base_uri="https://acme.example/contracts")
    vendor(tmp_path / "plain", draft=draft)
    for name in contract.BUNDLE_NAMES:
        ours, plain = (
            json.loads((tmp_path / each / f"schemas/{name}.json").read_bytes()) for each in ("ours", "plain")
        )
        assert ours.pop("$id") == f"https://acme.example/contracts/schemas/{name}.json"
        assert plain.pop("$id").startswith(contract.BASE_URI)
        assert ours == plain


@pytest.mark.parametrize(
    "base_uri", ["acme.example", "/here", "https://acme.example/?a", 'https://a"b', "https://a#b"]
)
def test_base_uri_must_be_one(tmp_path: Path, base_uri: str) -> None:
    """What is no absolute URI, or has a query or a fragment, is refused, and nothing is written."""
    with pytest.raises(VendorError, match="--base-uri"):
        vendor(tmp_path / "new", base_uri=base_uri)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("draft", contract.DRAFTS)
def test_fixtures_are_judged_as_their_index_says(tmp_path: Path, draft: contract.Draft) -> None:
    """Another language needs no JSON Patch: each whole payload is judged by the schema that the index names."""
    for profile in contract.PROFILES:
        folder = tmp_path / profile
        vendor(folder, profile=profile, draft=draft, what=["schemas", "fixtures"])
        index = json.loads((folder / "fixtures/index.json").read_bytes())
        payloads = [(each, json.loads((folder / each["file"]).read_bytes())) for each in index["payloads"]]
        payloads += [(rule, rule["payload"]) for rule in rules(folder)]
        files = {each["file"] for each in index["payloads"]} | {"fixtures/index.json", *index["rules"]}
        assert files == {path for path in contents(folder) if path.startswith("fixtures/")}
        validators: dict[str, Any] = {}
        for expected, payload in payloads:
            name, _, within = expected["schema"].partition("#")
            schema = json.loads((folder / name).read_bytes())
            if expected["schema"] not in validators:
                part = schema
                if within:
                    del schema["oneOf"]
                    part = schema | {"$ref": f"#{within}"}
                validators[expected["schema"]] = VALIDATORS[draft](part)
            found = reported(validators[expected["schema"]], payload)
            assert found == expected["violations"][profile]["validator"], expected
            assert (found == []) == expected[profile]


def rules(folder: Path) -> list[dict[str, Any]]:
    """The entries of all files of rules."""
    paths = json.loads((folder / "fixtures/index.json").read_bytes())["rules"]
    return [json.loads(line) for path in paths for line in (folder / path).read_text().splitlines()]


def reported(validator: Any, payload: Any) -> list[dict[str, str]]:
    """The keywords that fail and where, without what fails inside an `anyOf`, as the index has them."""
    found = {(pointer(each.instance_path), each.kind.name) for each in validator.iter_errors(payload)}
    return [{"path": path, "keyword": keyword} for path, keyword in sorted(found)]


def test_the_index_has_what_check_reports(tmp_path: Path) -> None:
    """`check` reports what the index says for the strict profile, and its breaking part for the tolerant one."""
    vendor(tmp_path, what=["fixtures"])
    index = json.loads((tmp_path / "fixtures/index.json").read_bytes())["payloads"]
    payloads = [(each, (tmp_path / each["file"]).read_bytes()) for each in index]
    payloads += [(each, json.dumps(each["payload"]).encode()) for each in rules(tmp_path)]
    for expected, raw in payloads:
        named = expected["schema"].removeprefix("schemas/").removesuffix(".json")
        event_type: Any = named if named in contract.EVENT_TYPES else "labtest.order.updated"
        found = validate(raw, event_type=event_type).violations
        said = expected["violations"]
        assert [{"path": each.path, "keyword": each.keyword} for each in found] == said["strict"]["check"]
        breaking = [{"path": each.path, "keyword": each.keyword} for each in found if each.breaking]
        assert breaking == said["tolerant"]["check"], expected


def test_formats_are_for_generators(tmp_path: Path) -> None:
    """With the option, schemas have formats next to the patterns, in each draft, until it is taken back."""
    for draft in contract.DRAFTS:
        vendor(tmp_path / draft, draft=draft, formats=True)
        schema = json.loads((tmp_path / draft / "schemas/labtest.order.updated.json").read_bytes())
        timestamp = (schema.get("$defs") or schema["definitions"])["Timestamp"]
        assert timestamp["format"] == "date-time"
        assert timestamp["pattern"]
        assert check(tmp_path / draft) == []
        assert {each.state for each in check(tmp_path / draft, formats=False)} == {"behind"}
    done = run(str(tmp_path / "07"), "--no-formats")
    assert "formats: yes -> no" in done.stdout
    vendor(tmp_path / "plain", draft="07")
    assert contents(tmp_path / "07") == contents(tmp_path / "plain")


def test_documents_and_types_follow_the_options(tmp_path: Path) -> None:
    """They have the profile of the folder, and link to its schemas where it is served."""
    for profile, draft in product(contract.PROFILES, contract.DRAFTS):
        for base_uri in ("", "https://acme.example/a/"):
            folder = tmp_path / f"{profile}{draft}{base_uri[:5]}"
            vendor(folder, profile=profile, draft=draft, base_uri=base_uri, what=["documents", "types"])
            openapi, asyncapi = (
                json.loads((folder / f"documents/{name}.json").read_bytes())
                for name in ("openapi", "asyncapi")
            )
            is_open = openapi["components"]["schemas"]["Order"]["additionalProperties"]
            assert is_open == asyncapi["components"]["schemas"]["Order"]["additionalProperties"]
            assert is_open == (profile == "tolerant")
            types = (folder / "types/junction-webhooks.ts").read_text()
            assert f"those of the {profile} profile" in types
            for event_type in contract.EVENT_TYPES:
                published = contract.BASE_URI + contract.bundle_path(profile, event_type, draft=draft)
                link = f"{base_uri}schemas/{event_type}.json" if base_uri else published
                assert openapi["webhooks"][event_type]["post"]["externalDocs"]["url"] == link
                message = next(
                    m for m in asyncapi["components"]["messages"].values() if m["name"] == event_type
                )
                assert message["externalDocs"]["url"] == link
            own = "documents/asyncapi.json" if base_uri else f"documents/{profile}/asyncapi.json"
            assert asyncapi["id"] == (base_uri or contract.BASE_URI) + own


def test_the_readme_keeps_the_folder_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The README has version, options and what is there, and its commands, run in the folder, update and check it."""
    folder = tmp_path / "new"
    vendor(folder, profile="strict", draft="07", what=["schemas", "documents"])
    readme = (folder / "README.md").read_text()
    assert f"V{HERE[1:]}: strict profile, JSON Schema draft-07." in readme
    assert set(re.findall(r"^\| `([^`]+)/` ", readme, re.MULTILINE)) == {"schemas", "documents"}
    assert ("extra `test`" in readme, "pip install" in readme) == (False, False)
    (folder / "README.md").unlink()
    commands = [line.split()[2:] for line in readme.splitlines() if line.startswith("junction-webhooks ")]
    monkeypatch.chdir(folder)
    for command in (commands[0][:1], commands[1][:2]):
        assert run(*command).returncode == 0, command
    assert (folder / "README.md").read_text() == readme
    (folder / "README.md").write_text("ours")
    assert [(finding.path, finding.state) for finding in check(folder)] == [("README.md", "edited")]


def test_a_readme_of_ones_own_stays(tmp_path: Path) -> None:
    """Where the folder has a README already, `vendor` writes none, and `check` misses none."""
    (tmp_path / "README.md").write_text("ours")
    assert "README.md" not in vendor(tmp_path).written
    assert (tmp_path / "README.md").read_text() == "ours"
    assert check(tmp_path) == []
    assert vendor(tmp_path).written == ()


@pytest.mark.parametrize("released", [(), (contract.version(),)], ids=["not released", "released"])
def test_what_is_not_released_says_so(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    released: tuple[str, ...],
) -> None:
    """Wherever a version is told, it says whether it is released; a release makes the README new, and nothing else."""
    folder = tmp_path / "new"
    vendor(folder)
    monkeypatch.setattr(
        "junction_webhooks.contract.releases.is_released", lambda version: version in released
    )
    here = f"version {contract.version()} of the contract{'' if released else ', not released yet'}"
    assert set(vendor(folder).written) <= {"README.md", LOCK}
    assert f"V{here[1:]}: tolerant profile" in (folder / "README.md").read_text()
    for arguments in ([str(tmp_path / "other")], [str(folder)], [str(folder), "--check"]):
        assert cli.main(["vendor", *arguments]) == 0
        assert f": {here}" in capsys.readouterr().out


def test_no_extra_is_needed(tmp_path: Path) -> None:
    """Everything can be vendored and updated with the package alone."""
    blocker = (
        "import sys; extras = ('hypothesis', 'jsonpatch', 'jsonschema_rs', 'msgspec', 'orjson', 'pytest', 'tqdm');"
        "sys.modules.update(dict.fromkeys(extras));"
        "from junction_webhooks.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    for what in ("schemas,types,documents", "all"):
        done = subprocess.run(
            [sys.executable, "-c", blocker, "vendor", str(tmp_path / "new"), "--what", what],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
    assert len(rules(tmp_path / "new")) > 400


@pytest.mark.parametrize(
    ("what", "hint"),
    [
        (",", "use one or more of "),
        ("schema", "did you mean schemas?"),
        ("schemas,models", "use one or more of "),
    ],
)
def test_what_must_be_known(tmp_path: Path, what: str, hint: str) -> None:
    """Another word after `--what` is a usage error that names the word that was meant, or lists them."""
    done = run(tmp_path / "new", "--what", what)
    assert (done.returncode, done.stdout) == (2, "")
    assert hint in done.stderr
    assert "use" not in hint or "schemas, fixtures, types, documents, " in done.stderr
