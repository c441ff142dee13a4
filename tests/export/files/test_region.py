"""A part of a clip as a file of its own for a DAW."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pack_clips import make_clips

from qvim_studio.core.errors import AudioFileError, UsageError
from qvim_studio.export.files.recipe import read_recipe
from qvim_studio.export.files.region import write_region


def test_a_part_has_the_samples_of_its_source_and_its_recipe(tmp_path: Path) -> None:
    [source] = make_clips(tmp_path, "dog bark", 1)
    folder = tmp_path / "Regions"
    folder.mkdir()
    path = write_region(source, 0.05, 0.1, folder)
    assert path.parent == folder and path.name.startswith("dog_bark_01_50-100ms_")
    whole, rate = soundfile.read(source, dtype="int32")
    part, _ = soundfile.read(path, dtype="int32")
    np.testing.assert_array_equal(part, whole[round(0.05 * rate) : round(0.1 * rate)])
    assert soundfile.info(path).subtype == soundfile.info(source).subtype
    recipe = read_recipe(path)
    assert recipe is not None
    assert recipe["edits"] == [{"kind": "trim", "begin_s": 0.05, "end_s": 0.1}]


def test_a_part_is_written_once_and_again_when_its_source_changed(tmp_path: Path) -> None:
    source = tmp_path / "door.wav"
    soundfile.write(source, np.linspace(0.0, 0.5, 4_800), 48_000, "PCM_16")
    first = write_region(source, 0.0, 0.05, tmp_path)
    before = first.stat().st_mtime_ns
    assert write_region(source, 0.0, 0.05, tmp_path) == first
    assert first.stat().st_mtime_ns == before
    assert read_recipe(first) is None
    os.utime(source, (1, 1))
    assert write_region(source, 0.0, 0.05, tmp_path) != first
    with pytest.raises(UsageError, match="nothing is left"):
        write_region(source, 0.2, 0.3, tmp_path)


def test_a_source_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="Check that it is still there"):
        write_region(tmp_path / "gone.wav", 0.0, 0.1, tmp_path)
