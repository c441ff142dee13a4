"""Writing a pack: it is whole or not there, goes on after a kill, and has one writer."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import zipfile
from collections import namedtuple
from pathlib import Path

import pytest
from pack_clips import OPTIONS, WHOLE, make_clips, names_in

from qvim_studio.core.errors import CancelledError, OutputError
from qvim_studio.export.packs import pack_writer
from qvim_studio.export.packs.pack_manifest import verify_pack
from qvim_studio.export.packs.pack_plan import PackPlan, plan_pack
from qvim_studio.export.packs.pack_writer import (
    PackProgress,
    export_pack,
    has_partial,
    missing_bytes,
)

SUPPORT = Path(__file__).parents[3] / "tests" / "support"


@pytest.fixture
def plan(tmp_path: Path) -> PackPlan:
    clips = tmp_path / "clips"
    files = make_clips(clips, "dog bark", 3) + make_clips(clips, "glass breaking", 1)
    return plan_pack(files, OPTIONS)


def test_progress_counts_up_and_cancel_keeps_what_is_done(plan: PackPlan, tmp_path: Path) -> None:
    seen: list[PackProgress] = []
    with pytest.raises(CancelledError):
        export_pack(plan, tmp_path / "out", seen.append, lambda: len(seen) == 3)
    assert [p.done for p in seen] == [0, 1, 2]
    assert names_in(tmp_path / "out") == [".My Pack.partial"]
    report = export_pack(plan, tmp_path / "out")
    assert (report.clips, report.reused) == (4, 3) and verify_pack(report.folder) == []
    assert names_in(tmp_path / "out") == WHOLE


def test_an_interrupted_export_is_known_until_it_is_finished(
    plan: PackPlan, tmp_path: Path
) -> None:
    assert not has_partial(tmp_path / "out", OPTIONS)
    with pytest.raises(CancelledError):
        export_pack(plan, tmp_path / "out", is_cancelled=lambda: True)
    assert has_partial(tmp_path / "out", OPTIONS)
    export_pack(plan, tmp_path / "out")
    assert not has_partial(tmp_path / "out", OPTIONS)


def test_what_was_damaged_meanwhile_is_written_again(plan: PackPlan, tmp_path: Path) -> None:
    seen: list[PackProgress] = []
    with pytest.raises(CancelledError):
        export_pack(plan, tmp_path / "out", seen.append, lambda: len(seen) == 3)
    partial = tmp_path / "out/.My Pack.partial"
    next(partial.rglob("*_001.wav")).write_bytes(b"damaged")
    with (partial / "journal.jsonl").open("a") as file:
        file.write('{"path": "cut')
    report = export_pack(plan, tmp_path / "out")
    assert report.reused == 2 and verify_pack(report.folder) == []


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from qvim_studio.export.packs.pack_plan import PackOptions, plan_pack
from qvim_studio.export.packs.pack_writer import export_pack
kind, at = sys.argv[3], int(sys.argv[4])
count = 0
def step(*arguments):
    global count
    if count == at:
        os.kill(os.getpid(), signal.SIGKILL)
    count += 1
rename = Path.rename
def rename_or_die(path, target):
    step()
    return rename(path, target)
if kind == "rename":
    Path.rename = rename_or_die
files = sorted(Path(sys.argv[2], "clips").glob("*.wav"))
plan = plan_pack(files, PackOptions("My Pack", "MK", "QVIM"))
export_pack(plan, Path(sys.argv[2], "out"), *([step] if kind == "progress" else []))
"""


def kill_an_export(folder: Path, kind: str, at: int) -> list[Path]:
    """Start an export of four clips in a process, kill it at its n-th step; the clips."""
    files = sorted(make_clips(folder / "clips", "dog bark", 4))
    command = [sys.executable, "-c", KILLED, SUPPORT, folder, kind, str(at)]
    done = subprocess.run(command, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    return files


@pytest.mark.parametrize("step", [2, 6, 7])
def test_a_killed_export_leaves_no_pack_and_goes_on(tmp_path: Path, step: int) -> None:
    files = kill_an_export(tmp_path, "progress", step)
    assert names_in(tmp_path / "out") == [".My Pack.lock", ".My Pack.partial"]
    report = export_pack(plan_pack(files, OPTIONS), tmp_path / "out")
    assert report.reused == min(step, 4) and verify_pack(report.folder) == []
    assert names_in(tmp_path / "out") == WHOLE


@pytest.mark.parametrize("renames", [1, 2, 3])
def test_killed_while_it_is_moved_in_place_it_is_whole_or_not_there(
    tmp_path: Path, renames: int
) -> None:
    files = kill_an_export(tmp_path, "rename", renames)
    folder = tmp_path / "out/My Pack"
    assert folder.exists() == (renames > 1)
    assert not folder.exists() or verify_pack(folder) == []
    report = export_pack(plan_pack(files, OPTIONS), tmp_path / "out")
    assert report.reused == 4 and verify_pack(report.folder) == []
    assert names_in(tmp_path / "out") == WHOLE
    with zipfile.ZipFile(report.archive) as archive:
        assert archive.testzip() is None and len(archive.namelist()) == 13


def test_archives_that_were_taken_away_are_made_again(plan: PackPlan, tmp_path: Path) -> None:
    first = export_pack(plan, tmp_path / "out")
    files = (first.archive, *first.instruments)
    whole = [file.read_bytes() for file in files]
    for file in files:
        file.unlink()
    second = export_pack(plan, tmp_path / "out")
    assert [file.read_bytes() for file in files] == whole and second.reused == 4
    assert export_pack(plan, tmp_path / "out").reused == 4
    assert names_in(tmp_path / "out") == WHOLE


def test_one_pack_has_one_writer(plan: PackPlan, tmp_path: Path) -> None:
    def export_again(progress: PackProgress) -> None:
        with pytest.raises(OutputError, match="being written by another export"):
            export_pack(plan, tmp_path / "out")

    export_pack(plan, tmp_path / "out", export_again)
    assert names_in(tmp_path / "out") == WHOLE


def test_another_pack_is_never_overwritten(plan: PackPlan, tmp_path: Path) -> None:
    (tmp_path / "out/My Pack").mkdir(parents=True)
    with pytest.raises(OutputError, match="never overwritten"):
        export_pack(plan, tmp_path / "out")


def test_a_small_disk_is_told_before_anything_is_written(
    plan: PackPlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")(2**20, 0, 2**20)
    monkeypatch.setattr(pack_writer.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(OutputError, match=r"64 MB are needed, 1 MB are free"):
        export_pack(plan, tmp_path / "out")
    assert names_in(tmp_path / "out") == []


def test_a_disk_that_fills_up_is_one_sentence_and_can_go_on(
    plan: PackPlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_bytes

    def fill_up(path: Path, data: bytes) -> int:
        if path.name.endswith("_003.wav"):
            write(path, data[:100])
            raise OSError(28, "No space left on device")
        return write(path, data)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", fill_up)
        with pytest.raises(OutputError, match="the disk is full"):
            export_pack(plan, tmp_path / "out")
    report = export_pack(plan, tmp_path / "out")
    assert report.reused == 2 and verify_pack(report.folder) == []


def test_a_folder_that_goes_away_is_told_and_not_made_anew(plan: PackPlan, tmp_path: Path) -> None:
    def remove(progress: PackProgress) -> None:
        if progress.done == 2:
            shutil.rmtree(tmp_path / "out")

    with pytest.raises(OutputError, match="the folder is gone"):
        export_pack(plan, tmp_path / "out", remove)
    assert not (tmp_path / "out").exists()


def test_a_place_that_cannot_be_written_is_one_sentence(plan: PackPlan, tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(OutputError, match="Nothing can be written"):
        export_pack(plan, tmp_path / "out")


def test_progress_names_every_step_once(plan: PackPlan, tmp_path: Path) -> None:
    seen: list[PackProgress] = []
    export_pack(plan, tmp_path / "out", seen.append)
    sounds = [PackProgress("sounds", number, 4) for number in range(5)]
    others = [PackProgress(phase, done, 1) for phase in ("extras", "archive") for done in (0, 1)]
    assert seen == [*sounds, *others]


def test_archives_that_were_finished_and_not_moved_are_moved(
    plan: PackPlan, tmp_path: Path
) -> None:
    report = export_pack(plan, tmp_path / "out")
    archives = tmp_path / "out" / ".My Pack.partial" / "archives"
    archives.mkdir(parents=True)
    for path in (report.archive, *report.instruments):
        path.write_bytes(b"as it was finished")
        path.rename(archives / path.name)
    seen: list[PackProgress] = []
    again = export_pack(plan, tmp_path / "out", seen.append)
    assert seen == [] and names_in(tmp_path / "out") == WHOLE
    assert again.archive.read_bytes() == b"as it was finished"


def test_what_a_disk_lacks_is_known_before_the_export(
    plan: PackPlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    free = usage(2**40, 0, 2**40)
    monkeypatch.setattr(pack_writer.shutil, "disk_usage", lambda path: free)
    assert missing_bytes(plan, tmp_path / "not" / "made yet") == 0
    free = usage(2**40, 0, 1_000)
    needed = 3 * plan.audio_bytes + 64_000_000
    assert missing_bytes(plan, tmp_path) == needed - 1_000
