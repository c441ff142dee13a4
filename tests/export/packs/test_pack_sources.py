"""What a pack knows of a file before anything is written."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pack_clips import make_clips

from qvim_studio.core.errors import UsageError
from qvim_studio.export.packs.pack_sources import read_sources


def write_tone(path: Path) -> Path:
    soundfile.write(path, np.zeros((480, 2)), 48_000)
    os.utime(path, (1_795_255_200, 1_795_255_200))
    return path


@pytest.mark.parametrize(
    ("stem", "title"),
    [
        ("dog_bark_02", "dog bark"),
        ("dog_bark-2_fit_01", "dog bark"),
        ("dog_bark", "dog bark"),
        ("DOORWood_Front Door_MK_QVIM", "Front Door"),
    ],
)
def test_a_file_of_others_is_titled_by_its_name(tmp_path: Path, stem: str, title: str) -> None:
    [source] = read_sources([write_tone(tmp_path / f"{stem}.wav")])
    assert source.title == title
    assert source.cat_id == ("DOORWood" if title == "Front Door" else "")
    assert (source.frames, source.sample_rate, source.channels) == (480, 48_000, 2)
    assert (source.date, source.group) == ("2026-11-21", str(source.path))
    assert (source.licence, source.commercial) == ("unknown", "unknown")
    assert not source.is_generated and not source.may_be_sold


def test_clips_of_one_request_take_turns_and_fitted_ones_apart(tmp_path: Path) -> None:
    first, second, fitted = read_sources(make_clips(tmp_path, "dog bark", 2, fits=1))
    assert first.group == second.group != fitted.group
    assert first.title == "dog bark" and first.is_generated and first.may_be_sold
    assert (fitted.licence, fitted.commercial) == ("CC-BY-4.0", "conditional")
    assert fitted.may_be_sold and not fitted.is_generated


def test_each_file_is_read_once_and_not_after_a_stop(tmp_path: Path) -> None:
    path = write_tone(tmp_path / "a.wav")
    assert len(read_sources([path, path])) == 1
    assert read_sources([path], lambda: True) == ()


def test_a_pack_takes_from_one_file_to_the_limit(tmp_path: Path) -> None:
    path = write_tone(tmp_path / "a.wav")
    assert len(read_sources([path], most=1)) == 1
    for files in ([], [path, tmp_path / "b.wav"]):
        with pytest.raises(UsageError, match=f"1 to 1 files, got {len(files)}"):
            read_sources(files, most=1)


def test_sounds_of_ours_count_as_generated_unless_they_say_otherwise(tmp_path: Path) -> None:
    [source] = read_sources(make_clips(tmp_path, "dog bark", 1))
    recipe = {name: value for name, value in source.recipe.items() if name != "is_generated"}
    assert source.with_changes(recipe=recipe).is_generated
    for says in (True, False):
        assert source.with_changes(recipe={**recipe, "is_generated": says}).is_generated is says
    assert not source.with_changes(recipe=None).is_generated
