"""Disks that give out under a sample pack, in processes of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pack_clips import make_clips

from qvim_studio.export.packs.pack_manifest import verify_pack
from qvim_studio.export.packs.pack_plan import PackOptions, plan_pack
from qvim_studio.export.packs.pack_writer import export_pack

OPTIONS = PackOptions("My Pack", "MK", "QVIM")
EXPORT = """
import os, sys
from pathlib import Path
from qvim_studio.core.errors import OutputError
from qvim_studio.export.packs.pack_plan import PackOptions, plan_pack
from qvim_studio.export.packs.pack_writer import export_pack
import qvim_studio.audio.resample, soxr, PIL.PngImagePlugin
folder, fault = Path(sys.argv[1]), sys.argv[2]
plan = plan_pack(sorted((folder / "clips").glob("*.wav")), PackOptions("My Pack", "MK", "QVIM"))
if fault == "full":
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
else:
    (folder / "out").mkdir()
    (folder / "out").chmod(0o555)
    if os.geteuid() == 0:
        folder.chmod(0o755)
        os.setuid(65534)
try:
    export_pack(plan, folder / "out")
except OutputError as error:
    print(error)
"""


def export_with(fault: str, folder: Path) -> str:
    """Export four clips in a process under a fault; what it says."""
    done = subprocess.run(
        [sys.executable, "-c", EXPORT, folder, fault], capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on a file's size")
def test_a_disk_that_gives_out_is_told_and_the_next_export_goes_on(tmp_path: Path) -> None:
    files = sorted(make_clips(tmp_path / "clips", "dog bark", 4))
    message = export_with("full", tmp_path)
    assert "cannot be written" in message and "it resumes where it stopped" in message
    assert not [p for p in (tmp_path / "out").iterdir() if not p.name.startswith(".")]
    report = export_pack(plan_pack(files, OPTIONS), tmp_path / "out")
    assert report.reused >= 2 and verify_pack(report.folder) == []
    assert not [p for p in (tmp_path / "out").iterdir() if p.name.startswith(".")]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_a_read_only_folder_is_told_and_stays_empty(tmp_path: Path) -> None:
    make_clips(tmp_path / "clips", "dog bark", 1)
    parents = [p for p in tmp_path.parents if p.name.startswith("pytest")]
    for parent in (tmp_path, *parents):
        parent.chmod(0o755)  # for the other user that root becomes
    message = export_with("read-only", tmp_path)
    assert "the folder is read-only" in message and "Choose another folder" in message
    assert list((tmp_path / "out").iterdir()) == []
