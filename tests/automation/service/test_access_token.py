"""The token is made once, is its user's alone, and is never short."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from qvim_studio.automation.service.access_token import read_or_make_token
from qvim_studio.core.errors import OutputError, StudioError


def test_the_first_start_makes_a_token_that_later_starts_read(tmp_path: Path) -> None:
    file = tmp_path / "data" / "service-token"
    token = read_or_make_token(file)
    assert len(token) >= 32 and read_or_make_token(file) == token
    assert file.read_text() == f"Authorization: Bearer {token}\n"
    assert read_or_make_token(tmp_path / "other") != token


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the data folder private")
def test_only_its_user_may_read_the_token(tmp_path: Path) -> None:
    file = tmp_path / "token"
    read_or_make_token(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    with pytest.raises(StudioError, match="mode 0644"):
        read_or_make_token(file)


def test_a_token_of_ones_own_needs_no_header_around_it(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.touch(0o600)
    file.write_text("x" * 40)
    assert read_or_make_token(file) == "x" * 40


@pytest.mark.parametrize("text", ["", "short", "Authorization: Bearer \n", "x " * 40, "ü" * 40])
def test_a_file_without_a_usable_token_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "token"
    file.touch(0o600)
    file.write_text(text, encoding="utf-8")
    with pytest.raises(StudioError, match="Delete the file"):
        read_or_make_token(file)


def test_a_folder_that_takes_no_token_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="--token-file"):
        read_or_make_token(tmp_path / "file" / "token")


def test_a_full_disk_leaves_no_half_a_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int, *how: Any, **more: Any) -> Any:
        os.close(descriptor)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fdopen", refuse)
    with pytest.raises(OutputError, match="No space left on device"):
        read_or_make_token(tmp_path / "token")
    assert not (tmp_path / "token").exists()
