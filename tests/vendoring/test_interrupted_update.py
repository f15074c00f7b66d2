"""Updates that are killed or run out of disk, at every call that changes a file, and the runs that come next."""

from __future__ import annotations

import errno
import shutil
import signal
import subprocess
import sys
import time
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any, Final

import pytest
from support.faults import ALLOCATING, Crash, failing
from support.vendoring import ORDER, age, contents, less, run, tree

from junction_webhooks import vendoring
from junction_webhooks.vendoring import LOCK, VendorError, check, vendor
from junction_webhooks.vendoring._files import files
from junction_webhooks.vendoring._update import STAGING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from junction_webhooks.vendoring import What

SMALL: Final[tuple[dict[str, Any], ...]] = (
    {"profile": "tolerant", "draft": "2020-12", "what": ("schemas", "documents"), "base_uri": ""},
    {"profile": "strict", "draft": "07", "what": ("schemas", "types"), "base_uri": "https://acme.example/"},
    {"profile": "strict", "draft": "2020-12", "what": ("documents",), "base_uri": ""},
)
"""The options before, those of the update that is interrupted, and others: everything changes."""
LARGE: Final = tuple(each | {"what": ("schemas", "fixtures", *each["what"][-1:])} for each in SMALL[:2])
"""The same with some hundred files more."""


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    """Make the files of each set of options once, and do not compare schemas, which takes longest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("junction_webhooks.vendoring._survey.files", cache(files))
        patch.setattr(vendoring, "_changes", lambda *_: ())
        yield


class Scene:
    """A folder as it was before an update, which can be had again and again."""

    def __init__(self, root: Path, old: dict[str, Any] | None) -> None:
        self.origin, self.folder = root / "origin", root / "repository" / "contracts"
        if old:
            vendor(self.origin, **old)
            if "schemas" in old["what"]:
                age(self.origin, less)
            (self.origin / "NOTES.md").write_text("ours")
            (self.origin / "schemas" / "own.json").write_text("{}")
        self.before = contents(self.origin)

    def restore(self) -> Path:
        """Bring back the folder as it was."""
        shutil.rmtree(self.folder.parent, ignore_errors=True)
        if self.origin.exists():
            shutil.copytree(self.origin, self.folder)
        else:
            self.folder.parent.mkdir(parents=True)
        return self.folder

    def whole(self, options: dict[str, Any]) -> dict[str, bytes]:
        """What the folder has to be after an update with these options."""
        fresh = self.origin.with_name("fresh")
        shutil.rmtree(fresh, ignore_errors=True)
        vendor(fresh, **options)
        kept = {path: self.before[path] for path in ("NOTES.md", "schemas/own.json") if path in self.before}
        return contents(fresh) | kept


def crashed(folder: Path, options: dict[str, Any], at: int) -> bool:
    """Update and be killed at that call; False if the update ends before."""
    try:
        with failing(at, Crash(), lasting=True):
            vendor(folder, **options)
    except Crash:
        return True
    return False


def assert_says_so(folder: Path) -> None:
    """Whatever the crash left, `check` calls nothing edited, and an incomplete update incomplete."""
    if not folder.exists() or not ((folder / LOCK).exists() or (folder / STAGING).exists()):
        return
    states = {finding.state for finding in check(folder)}
    assert states <= {"interrupted", "behind", "missing"}
    assert ("interrupted" in states) == (folder / STAGING).exists()
    assert "missing" not in states or "interrupted" in states


def assert_heals(scene: Scene, heal: dict[str, Any], wanted: dict[str, bytes]) -> None:
    """One run makes the folder what it would be without any crash, and leaves no empty folder behind."""
    vendor(scene.folder, **heal)
    assert contents(scene.folder) == wanted
    assert check(scene.folder) == []
    folders = [path for path in scene.folder.rglob("*") if path.is_dir()]
    assert all(any(folder.iterdir()) for folder in folders)


def kill_everywhere(scene: Scene, update: dict[str, Any], heals: list[dict[str, Any]], stride: int) -> int:
    """Be killed at each `stride`th call of an update, then run again. Returns the number of calls."""
    whole = [scene.whole(heal) for heal in heals]
    for at, (heal, wanted) in (
        (at, each) for at in range(1, 10_000, stride) for each in zip(heals, whole, strict=True)
    ):
        if not crashed(scene.restore(), update, at):
            return at
        assert_says_so(scene.folder)
        assert_heals(scene, heal, wanted)
    pytest.fail("the update has no end")


@pytest.mark.parametrize("old", [SMALL[0], None], ids=["update", "first run"])
def test_the_next_run_heals_a_crash(tmp_path: Path, old: dict[str, Any] | None) -> None:
    """Killed at any call, with every option changing: the same options, the old or others end right."""
    heals = [SMALL[1], SMALL[0], SMALL[2]]
    for start, heal in enumerate(heals, start=1):
        scene = Scene(tmp_path / str(start), old)
        wanted = scene.whole(heal)
        at = start
        while crashed(scene.restore(), SMALL[1], at):
            assert_says_so(scene.folder)
            assert_heals(scene, heal, wanted)
            at += 5
        assert at > 30


@pytest.mark.exhaustive
@pytest.mark.parametrize("options", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("is_first", [False, True], ids=["update", "first run"])
def test_the_next_run_heals_every_crash(
    tmp_path: Path, options: tuple[dict[str, Any], ...], is_first: bool
) -> None:
    """The same at each call, with each next run, and at many calls with hundreds of files."""
    scene = Scene(tmp_path, None if is_first else options[0])
    heals = [options[1], options[0], SMALL[2]]
    # Of hundreds of files of one kind, a part says as much as all.
    assert kill_everywhere(scene, options[1], heals, 1 if options is SMALL else 7) > 30


def test_without_options_the_next_run_takes_those_of_the_lock(tmp_path: Path) -> None:
    """Old options until the lock file is replaced, new ones after that; nothing in between."""
    scene = Scene(tmp_path, SMALL[0])
    whole = [scene.whole(options) for options in SMALL[:2]]
    seen, at = set(), 1
    while crashed(scene.restore(), SMALL[1], at):
        is_new = (scene.folder / LOCK).read_bytes() == whole[1][LOCK]
        seen.add(is_new)
        assert_heals(scene, {}, whole[is_new])
        at += 6 if at < 40 else 1
    assert seen == {False, True}


def crash_twice(scene: Scene, first: int, second: int, wanted: dict[str, bytes]) -> bool:
    """Be killed in an update, then in the run that heals; False if that one ends before."""
    assert crashed(scene.restore(), SMALL[1], first)
    if not crashed(scene.folder, SMALL[2], second):
        return False
    assert_says_so(scene.folder)
    assert_heals(scene, SMALL[0], wanted)
    return True


def calls_of(scene: Scene, options: dict[str, Any]) -> int:
    """How many calls an update takes."""
    folder = scene.restore()
    with failing(None, Crash()) as calls:
        vendor(folder, **options)
    return len(calls)


def test_a_crash_in_the_run_that_heals_is_healed(tmp_path: Path) -> None:
    """Three versions may then be mixed, and the record knows them all."""
    scene = Scene(tmp_path, SMALL[0])
    wanted = scene.whole(SMALL[0])
    for first, second in product(range(3, calls_of(scene, SMALL[1]), 17), range(2, 100, 13)):
        if not crash_twice(scene, first, second, wanted):
            continue


@pytest.mark.exhaustive
def test_every_crash_in_the_run_that_heals_is_healed(tmp_path: Path) -> None:
    """The same at each pair of calls."""
    scene = Scene(tmp_path, SMALL[0])
    wanted = scene.whole(SMALL[0])
    for first in range(1, calls_of(scene, SMALL[1])):
        second = 1
        while crash_twice(scene, first, second, wanted):
            second += 1
        assert second > 1


def refusal(folder: Path, options: dict[str, Any]) -> str | None:
    """The message with which an update fails, or None if it does not."""
    try:
        vendor(folder, **options)
    except VendorError as error:
        return str(error)
    return None


def fill_the_disk(scene: Scene, update: dict[str, Any], *, lasting: bool) -> int:
    """Have no room at each call that needs some: nothing changes. Returns the number of such calls."""
    full = OSError(errno.ENOSPC, "No space left on device")
    for at in range(1, 10_000):
        folder = scene.restore()
        before = tree(folder.parent)
        with failing(at, full, names=ALLOCATING, lasting=lasting):
            told = refusal(folder, update)
        if told is None:
            return at
        assert told.endswith("cannot be written: no space left on device; nothing was changed")
        assert tree(folder.parent) == before
    pytest.fail("the update has no end")


@pytest.mark.parametrize("old", [SMALL[0], None], ids=["update", "first run"])
@pytest.mark.parametrize("lasting", [False, True], ids=["one write", "all writes"])
def test_a_full_disk_changes_nothing(tmp_path: Path, old: dict[str, Any] | None, lasting: bool) -> None:
    """No room for any one write, or for all that follow: the folder is as before, and the error is shown."""
    assert fill_the_disk(Scene(tmp_path, old), SMALL[1], lasting=lasting) > 20


@pytest.mark.exhaustive
@pytest.mark.parametrize("is_first", [False, True], ids=["update", "first run"])
def test_a_full_disk_changes_none_of_many_files(tmp_path: Path, is_first: bool) -> None:
    """The same with hundreds of files."""
    assert fill_the_disk(Scene(tmp_path, None if is_first else SMALL[0]), LARGE[1], lasting=True) > 200


def test_a_full_disk_keeps_what_heals(tmp_path: Path) -> None:
    """A run that heals may itself find the disk full: the record of the first one stays, and the next run heals."""
    scene = Scene(tmp_path, SMALL[0])
    wanted = scene.whole(SMALL[2])
    calls = calls_of(scene, SMALL[1])
    for at in range(1, 30):
        assert crashed(scene.restore(), SMALL[1], calls - 8)
        full = OSError(errno.ENOSPC, "No space left on device")
        with failing(at, full, names=ALLOCATING, lasting=True):
            told = refusal(scene.folder, SMALL[2])
        if told is None:
            break
        assert "the update is incomplete: fix the cause and run this again to complete it" in told
        assert "interrupted" in {finding.state for finding in check(scene.folder)}
        assert_heals(scene, SMALL[2], wanted)
    assert at > 5


@pytest.mark.parametrize("step", ["replace", "unlink", "rmdir"])
def test_an_error_that_comes_later_is_shown_and_healed(tmp_path: Path, step: str) -> None:
    """Where a file cannot be replaced or deleted, the message says whether the update is incomplete."""
    scene = Scene(tmp_path, SMALL[0])
    wanted = scene.whole(SMALL[1])
    incomplete, at = 0, 0
    while True:
        at += 1
        before = contents(scene.restore())
        with failing(at, OSError(errno.EACCES, "Permission denied"), names=(step,)):
            told = refusal(scene.folder, SMALL[1])
        if told is None:
            break
        assert "permission denied; " in told
        assert (contents(scene.folder) == before) == told.endswith("nothing was changed")
        incomplete += "the update is incomplete" in told
        assert_says_so(scene.folder)
        assert_heals(scene, SMALL[1], wanted)
    assert incomplete


def test_an_edit_after_a_crash_is_kept(folder: Path) -> None:
    """What somebody wrote between the crash and the next run is neither replaced nor called interrupted."""
    assert crashed(folder, SMALL[1], 34)
    for path in (ORDER, "types/junction-webhooks.ts"):
        (folder / path).write_text("mine")
    with pytest.raises(VendorError, match="was edited") as raised:
        vendor(folder, what=["schemas", "types"])
    assert "types/junction-webhooks.ts: is in the way" in str(raised.value)
    (folder / ORDER).unlink()
    # Without the types the file there is nobody's business.
    vendor(folder, what=["schemas"])
    assert check(folder) == []
    assert (folder / "types/junction-webhooks.ts").read_text() == "mine"


def test_an_interrupted_first_run_is_reported(tmp_path: Path) -> None:
    """Where the first run was killed there is no lock file yet: `--check` says what happened and what to do."""
    assert crashed(tmp_path / "new", {}, 12)
    done = run(tmp_path / "new", "--check")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        f"interrupted: {tmp_path / 'new' / STAGING}: an update was interrupted: run `junction-webhooks vendor {tmp_path / 'new'}` to complete it"
    ]
    assert run(tmp_path / "new").returncode == 0
    assert run(tmp_path / "new", "--check").returncode == 0


def test_a_full_disk_of_the_system_is_shown(tmp_path: Path) -> None:
    """A real refusal: files may not grow beyond 20 kB."""
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000));"
        "from junction_webhooks.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", limited, "vendor", str(tmp_path / "new")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be written: file too large; nothing was changed" in done.stderr
    assert tree(tmp_path) == {}


ENDLESS: Final = """
import sys
from pathlib import Path
from functools import cache
from junction_webhooks import vendoring
from junction_webhooks.vendoring import _survey
vendoring._changes = lambda *_: ()
# Only the writing is of interest, so the files are made once.
_survey.files = cache(_survey.files)
what = tuple(sys.argv[2].split(","))
updates = [("strict", "07", what), ("tolerant", "2020-12", what[:1])]
for profile, draft, part in updates:
    _survey.files(vendoring.Options(profile, draft, part))
print("ready", flush=True)
while True:
    for profile, draft, part in updates:
        vendoring.vendor(Path(sys.argv[1]), profile=profile, draft=draft, what=part)
"""


def kill_at_random(folder: Path, times: int, what: tuple[What, ...]) -> int:
    """Kill a process that updates a folder without end, and heal; returns how often it had to."""
    incomplete = 0
    for number in range(times):
        command = [sys.executable, "-c", ENDLESS, str(folder), ",".join(what)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout
            process.stdout.readline()
            # Spread over what one update takes.
            time.sleep(0.02 + 0.0137 * (number % 29))
            process.send_signal(signal.SIGKILL)
        incomplete += (folder / STAGING).exists()
        assert_says_so(folder)
        vendor(folder, profile="strict", draft="2020-12", what=what[-1:])
        assert check(folder) == []
    return incomplete


def test_a_killed_process_is_healed(tmp_path: Path) -> None:
    """A real `SIGKILL`."""
    kill_at_random(tmp_path / "new", 2, ("schemas", "documents", "types"))


@pytest.mark.exhaustive
def test_many_killed_processes_are_healed(tmp_path: Path) -> None:
    """The same forty times, with many files."""
    assert kill_at_random(tmp_path / "new", 40, ("schemas", "fixtures", "types", "documents")) > 10
