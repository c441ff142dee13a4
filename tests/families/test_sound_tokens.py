"""Tokens are values, and their file is safe to read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from qvim_studio.core.errors import OutputError, UsageError
from qvim_studio.families.sound_tokens import SoundTokens, load_tokens, save_tokens


def tokens(semantic: list[int], acoustic: list[int], rate: int = 100) -> SoundTokens:
    return SoundTokens(rate, 8, 9, np.array(semantic), np.array(acoustic))


def test_a_file_reads_back_as_it_was(tmp_path: Path) -> None:
    saved = tokens([1, 7, 0], [8, 0, 3])
    save_tokens(saved, tmp_path / "sound.json")
    read = load_tokens(tmp_path / "sound.json")
    assert (read.token_rate, read.semantic_vocabulary, read.acoustic_vocabulary) == (100, 8, 9)
    assert read.semantic.tolist() == [1, 7, 0] and read.acoustic.tolist() == [8, 0, 3]
    assert read.semantic.dtype == np.int64


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other"},
        {"version": 2},
        {"version": "1"},
        {"token_rate": None},
        {"semantic": [1, 2]},
        {"semantic": [1, 2, 8]},
        {"acoustic": [1, 2, -1]},
        {"acoustic": [1, 2, 1.0]},
        {"acoustic": [1, True, 1]},
        {"acoustic": "abc"},
    ],
)
def test_files_that_make_no_sense_are_refused(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "sound.json"
    save_tokens(tokens([1, 7, 0], [8, 0, 3]), path)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(UsageError, match="holds no readable tokens"):
        load_tokens(path)


def test_what_is_no_file_of_tokens_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pickle").write_bytes(b"\x80\x04N.")
    for name in ("pickle", "none"):
        with pytest.raises(UsageError, match="no readable tokens"):
            load_tokens(tmp_path / name)


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        save_tokens(tokens([1], [1]), tmp_path / "file" / "sound.json")


def test_what_is_heard_here_sounds_as_there() -> None:
    blended = tokens([1, 2, 3], [4, 5, 6]).with_acoustic_of(tokens([0, 0], [7, 8]))
    assert blended.semantic.tolist() == [1, 2] and blended.acoustic.tolist() == [7, 8]
    with pytest.raises(UsageError, match="different models"):
        tokens([1], [1]).with_acoustic_of(tokens([1], [1], rate=50))


def test_duration_and_what_does_not_fit() -> None:
    assert tokens([1] * 50, [1] * 50).duration_s == 1.0
    assert tokens([1] * 50, [1] * 50, rate=50).duration_s == 2.0
    with pytest.raises(ValueError, match="acoustic tokens"):
        tokens([1, 2], [1])
    with pytest.raises(ValueError, match="of 8"):
        tokens([8], [1])
