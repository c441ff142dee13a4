"""Locks, and what is waited for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from qvim_studio.core.errors import OutputError
from qvim_studio.export.files import disk
from qvim_studio.export.files.disk import only_writer, sync_names, sync_tree


def test_one_writer_at_a_time_and_the_next_one_after_it(tmp_path: Path) -> None:
    lock = tmp_path / ".lock"
    for _ in range(2):
        with (
            only_writer(lock, "The pack"),
            pytest.raises(OutputError, match="The pack is being written by another export"),
            only_writer(lock, "The pack"),
        ):
            pass
        assert not lock.exists()


def test_a_lock_that_a_killed_writer_left_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / ".lock").touch()
    with only_writer(tmp_path / ".lock", "The pack"):
        pass


def test_every_file_is_synced_where_the_system_cannot_sync_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/b.wav").write_bytes(b"1")
    (tmp_path / "c.wav").write_bytes(b"2")
    synced: list[int] = []
    monkeypatch.setattr(disk, "_sync_file_system", lambda folder: False)
    monkeypatch.setattr(disk.os, "fsync", synced.append)
    sync_tree(tmp_path)
    assert len(synced) == 2
    sync_names(tmp_path)
    assert len(synced) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="other systems sync file by file")
def test_linux_syncs_the_whole_disk_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.wav").write_bytes(b"1")
    synced: list[Path] = []
    monkeypatch.setattr(disk, "sync_file", synced.append)
    sync_tree(tmp_path)
    assert synced == []
    with pytest.raises(FileNotFoundError):
        sync_tree(tmp_path / "gone")
