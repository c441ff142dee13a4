"""A text file is whole, or what it was."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from qvim_studio.core.text.text_file import save_text


def test_what_was_saved_is_there_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "list.toml"
    for text in ("first", "Tür\n"):
        save_text(path, text)
    assert path.read_text(encoding="utf-8") == "Tür\n"
    assert list(path.parent.iterdir()) == [path]


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "list.toml"
    save_text(path, "first")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save_text(path, "second")
    assert path.read_text() == "first" and list(tmp_path.iterdir()) == [path]
