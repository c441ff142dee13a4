"""Finished sounds stay on the disk, however the making of the others ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from scripted_engine import ScriptedEngine

from qvim_studio.automation.making import PartlyMade, check_makeable, comes_in_chunks, make_files
from qvim_studio.automation.studio import Studio
from qvim_studio.core.errors import CancelledError, CheckpointError, OutputError
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult, Progress
from qvim_studio.export.files.clip_writer import WrittenClip
from qvim_studio.export.files.recipe import read_recipe


def test_a_cancel_keeps_the_files_of_finished_sounds(studio: Studio, tmp_path: Path) -> None:
    arrived: list[Progress] = []
    with pytest.raises(PartlyMade) as stopped:
        studio.generate(
            text="2 then wait",
            folder=tmp_path,
            on_progress=arrived.append,
            is_cancelled=lambda: any(progress.phase == "denoise" for progress in arrived),
        )
    assert isinstance(stopped.value.__cause__, CancelledError)
    rows = stopped.value.kept["clips"]
    assert [Path(row["path"]).is_file() for row in rows] == [True, True]


def make(text: str, folder: Path) -> tuple[GenerationResult, list[WrittenClip]]:
    request = GenerationRequest(text=text, variations=3, seed=7, duration_s=0.3)
    engine = ScriptedEngine()
    return make_files(engine, request, folder, "dog bark", lambda progress: None, lambda: False)


def test_sounds_lie_in_files_of_the_given_name_in_their_order(tmp_path: Path) -> None:
    result, clips = make("dog", tmp_path)
    assert [clip.path.name for clip in clips] == [f"dog_bark_0{number}.wav" for number in (1, 2, 3)]
    for sound, clip in zip(result.sounds, clips, strict=True):
        recipe = read_recipe(clip.path)
        assert recipe is not None and recipe["seed"] == sound.seed


def test_an_error_before_the_first_sound_is_that_error_and_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="The checkpoint is gone"):
        make("fail", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_error_after_some_sounds_says_how_many_there_are_and_where(tmp_path: Path) -> None:
    with pytest.raises(PartlyMade) as stopped:
        make("2 then fail", tmp_path)
    assert isinstance(stopped.value.__cause__, CheckpointError)
    assert stopped.value.note == "Stopped: 2 of 3 sounds were made."
    paths = [Path(row["path"]) for row in stopped.value.kept["clips"]]
    assert paths == sorted(tmp_path.glob("*.wav")) and len(paths) == 2


def test_what_is_unknown_or_cannot_be_written_is_refused_before_an_engine_is_there(
    tmp_path: Path,
) -> None:
    request = GenerationRequest(text="dog")
    check_makeable(request, tmp_path)
    for name in ("checkpoint", "upscaler"):
        with pytest.raises(CheckpointError, match="'nope'"):
            check_makeable(request.with_changes(**{name: "nope"}), tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="Nothing can be written"):
        check_makeable(request, tmp_path / "file")


def test_sounds_of_more_than_half_a_minute_come_in_chunks() -> None:
    short, long = (GenerationRequest(text="rain", duration_s=seconds) for seconds in (30.0, 30.5))
    assert not comes_in_chunks(short) and comes_in_chunks(long)
