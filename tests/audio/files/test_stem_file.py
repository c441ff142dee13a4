"""Stem files give their stems with names; anything else is refused in a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from songs import RATE_HZ, write_stem_file

from qvim_studio.audio.files.stem_file import is_stem_file, read_stems, title_of_stem_file
from qvim_studio.core.errors import AudioFileError


def tones(count: int) -> list[np.ndarray]:
    at_s = np.arange(RATE_HZ // 2) / RATE_HZ
    stems = [0.1 * np.sin(2 * np.pi * 200 * (n + 1) * at_s) for n in range(count)]
    return [np.sum(stems, axis=0), *stems]


def test_musdb_streams_are_the_mix_and_four_stems_in_order(tmp_path: Path) -> None:
    streams = tones(4)
    path = write_stem_file(tmp_path / "Ann - One.stem.mp4", streams)
    stems = read_stems(path)
    assert [name for name, _ in stems] == ["drums", "bass", "other", "vocals"]
    for (_, stem), samples in zip(stems, streams[1:], strict=True):
        assert stem.sample_rate == RATE_HZ
        assert np.abs(stem.mono() - samples).max() < 2**-15
    assert is_stem_file(path) and title_of_stem_file(path) == "Ann - One"


def test_names_of_stems_are_those_that_the_file_states(tmp_path: Path) -> None:
    path = write_stem_file(tmp_path / "a.stem.mp4", tones(2), ["Vox", "Everything else"])
    assert [name for name, _ in read_stems(path)] == ["vox", "everything else"]


def test_files_without_stems_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="has 2 streams behind its mix, expected 4"):
        read_stems(write_stem_file(tmp_path / "two.stem.mp4", tones(2)))
    with pytest.raises(AudioFileError, match="has 2 streams behind its mix, expected 3"):
        read_stems(write_stem_file(tmp_path / "three.stem.mp4", tones(2), ["a", "b", "c"]))
    (tmp_path / "text.stem.mp4").write_text("no sound at all, only words in here")
    with pytest.raises(AudioFileError, match="cannot be read as a stem file"):
        read_stems(tmp_path / "text.stem.mp4")
    cut = write_stem_file(tmp_path / "cut.stem.mp4", tones(4))
    cut.write_bytes(cut.read_bytes()[:-300])
    with pytest.raises(AudioFileError, match="cannot be read as a stem file"):
        read_stems(cut)
