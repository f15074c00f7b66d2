"""The workflows for GitHub, ours and those that users copy: pinned actions, few permissions, nothing that runs input."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import yaml
from support.checkout import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = sorted([*ROOT.glob(".github/workflows/*.yml"), *ROOT.glob("docs/examples/*.yml")])
WORKFLOWS: dict[str, dict[Any, Any]] = {
    file.relative_to(ROOT).as_posix(): yaml.safe_load(file.read_text()) for file in FILES
}
RELEASE = WORKFLOWS[".github/workflows/release.yml"]


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each step of each workflow, after its place."""
    for name, workflow in WORKFLOWS.items():
        for job, content in workflow["jobs"].items():
            yield from ((f"{name}, {job}", step) for step in content["steps"])


def test_actions_are_pinned_everywhere_alike() -> None:
    """Each action is pinned to a commit, says its version, and is the same wherever it is used."""
    pins = defaultdict(set)
    for file in FILES:
        for action, pin in re.findall(r"uses: ([^@\s]+)(.*)", file.read_text()):
            assert re.fullmatch(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+", pin), f"{file.name}: {action}{pin}"
            pins[action].add(pin)
    assert {action: found for action, found in pins.items() if len(found) > 1} == {}
    assert len(pins) >= 7


def test_jobs_have_the_permissions_they_need() -> None:
    """Permissions are given to a job, never to a whole workflow, and each job that can write is listed here."""
    writers = {}
    for name, workflow in WORKFLOWS.items():
        assert workflow["permissions"] == {}, name
        assert workflow["concurrency"]["group"], name
        for job, content in workflow["jobs"].items():
            assert content["timeout-minutes"] <= 60, f"{name}, {job}"
            given = {scope for scope, access in content["permissions"].items() if access == "write"}
            if given:
                writers[name, job] = given
                # What can write runs nothing of the repository, or of anyone else who could change it.
                assert not any("checkout" in step.get("uses", "") for step in content["steps"]), job
                assert not any(
                    re.search(r"pip|npm|make", step.get("run", "")) for step in content["steps"]
                ), job
    assert writers == {
        (".github/workflows/drift.yml", "report"): {"issues"},
        (".github/workflows/release.yml", "announce"): {"contents"},
        (".github/workflows/release.yml", "publish"): {"attestations", "id-token"},
        ("docs/examples/drift.yml", "report"): {"issues"},
    }


def test_no_input_becomes_code() -> None:
    """Nothing is inserted into a script, no secret is used, and a checkout keeps no token."""
    for place, step in steps():
        assert "${{" not in step.get("run", ""), place
        assert "secrets" not in yaml.dump(step), place
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False, place


def test_release_is_built_once_and_approved() -> None:
    """A tag starts it; what is published is what was built and attested, after a person approved."""
    assert RELEASE[True] == {"push": {"tags": ["v*"]}}  # YAML 1.1 reads the word `on` as true
    build, publish, announce = (RELEASE["jobs"][name] for name in ("build", "publish", "announce"))
    assert (publish["needs"], publish["environment"], announce["needs"]) == ("build", "pypi", "publish")
    commands = {
        job: "".join(step.get("run", "") for step in RELEASE["jobs"][job]["steps"]) for job in RELEASE["jobs"]
    }
    assert [job for job, text in commands.items() if "make release" in text] == ["build"]
    tags = [step["env"]["TAG"] for step in build["steps"] if "make release" in step.get("run", "")]
    assert tags == ["${{ github.ref_name }}"]
    assert [step["uses"].partition("@")[0] for step in publish["steps"]] == [
        "actions/download-artifact",
        "actions/attest-build-provenance",
        "pypa/gh-action-pypi-publish",
    ]
    assert "with" not in publish["steps"][2]  # neither a password nor `attestations: false`
    # A cache could have been filled by another workflow.
    assert not any("cache" in step.get("with", {}) for step in build["steps"])


def test_ci_runs_everything() -> None:
    """Pull requests and main run the script that the README names, with the history that it compares with."""
    ci = WORKFLOWS[".github/workflows/ci.yml"]
    assert ci[True] == {"push": {"branches": ["main"]}, "pull_request": None}
    (job,) = ci["jobs"].values()
    assert job["steps"][0]["with"]["fetch-depth"] == 0
    assert job["steps"][-1]["run"] == ".ci/run"
    for command in ("make release QUICK=1", "tests/public/workflows/lint"):
        assert command in (ROOT / ".ci/run").read_text()


def test_our_drift_job_is_the_example() -> None:
    """The job that watches Junction for this repository does what users copy, except for where the package is from."""
    ours, example = (
        WORKFLOWS[name]["jobs"] for name in (".github/workflows/drift.yml", "docs/examples/drift.yml")
    )
    assert WORKFLOWS[".github/workflows/drift.yml"][True]["schedule"]
    assert ours["compare"]["outputs"] == example["compare"]["outputs"]
    script, theirs = (job["report"]["steps"][-1]["run"] for job in (ours, example))
    assert script == theirs
    compare = ours["compare"]["steps"][-1]["run"]
    for words in ("--sdk-python sdk/bin/python", '>> "$GITHUB_STEP_SUMMARY"', 'test "$code" -lt 2'):
        assert words in compare
        assert words in example["compare"]["steps"][-1]["run"]
