"""Copies for programs that watch a folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from pack_clips import make_clips

from qvim_studio.core.errors import OutputError
from qvim_studio.export.files.watch_folder import copy_clips


def test_copies_are_exact_and_never_overwrite(tmp_path: Path) -> None:
    (clip,) = make_clips(tmp_path, "dog bark", 1)
    folder = tmp_path / "watched"
    (copy,) = copy_clips([clip], folder)
    assert copy == folder / clip.name and copy.read_bytes() == clip.read_bytes()
    assert copy_clips([clip], folder) == [copy]
    copy.write_bytes(b"somebody's work")
    (second,) = copy_clips([clip], folder)
    assert second.name == "dog_bark_01-2.wav" and copy.read_bytes() == b"somebody's work"
    assert sorted(folder.iterdir()) == [second, copy]


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        copy_clips(make_clips(tmp_path, "dog bark", 1), tmp_path / "file")
