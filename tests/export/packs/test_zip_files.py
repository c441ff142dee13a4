"""An archive holds its files uncompressed, and equal content makes equal bytes."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

from qvim_studio.export.packs.zip_files import add_files, add_stored


def archive_of(folder: Path, *without: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        add_files(archive, folder, "Pack", without)
    return file.getvalue()


def fill(folder: Path, names: list[str], time_s: int) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        path.chmod(0o600)
        os.utime(path, (time_s, time_s))
    return folder


def test_equal_content_makes_equal_bytes_whenever_and_in_whatever_order_it_came(
    tmp_path: Path,
) -> None:
    names = ["b.txt", "a/c.wav", "a/b/d.wav"]
    first = fill(tmp_path / "first", names, 1_000_000_000)
    second = fill(tmp_path / "second", names[::-1], 1_500_000_000)
    (second / "b.txt").chmod(0o644)
    assert archive_of(first) == archive_of(second)


def test_all_files_below_a_folder_are_added_but_those_left_out(tmp_path: Path) -> None:
    names = ["d.txt", "a/c.wav", "b.txt", "a/b/c.wav", "e.txt", "c.txt"]
    folder = fill(tmp_path / "pack", names, 1_000_000_000)
    with zipfile.ZipFile(io.BytesIO(archive_of(folder, "a/c.wav", "c.wav"))) as archive:
        kept = ["a/b/c.wav", "b.txt", "c.txt", "d.txt", "e.txt"]  # in the order of their paths
        assert archive.namelist() == [f"Pack/{name}" for name in kept]
        assert archive.read("Pack/a/b/c.wav") == b"a/b/c.wav"


def test_an_entry_is_stored_and_anybody_may_read_it() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        add_stored(archive, "a.wav", bytes(1000))
    with zipfile.ZipFile(file) as archive:
        [entry] = archive.infolist()
    assert (entry.compress_size, entry.external_attr >> 16) == (1000, 0o100644)
