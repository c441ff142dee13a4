"""Finished sounds lie on the disk at once, and nothing that ends the work loses one."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from scripted_engine import PROVENANCE, make_variations

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit
from qvim_studio.core.errors import OutputError
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult, Progress, Variation
from qvim_studio.export.files import arriving_clips
from qvim_studio.export.files.arriving_clips import ArrivingClips, check_room
from qvim_studio.export.files.clip_writer import WrittenClip, write_one, write_result

REQUEST = GenerationRequest(text="rain", seed=7, variations=3, duration_s=0.2)
MADE = make_variations(REQUEST)


def result_of(*variations: Variation) -> GenerationResult:
    return GenerationResult(REQUEST, PROVENANCE, variations)


def arrive(clips: ArrivingClips, *variations: Variation) -> None:
    for number, variation in enumerate(variations, 1):
        clips.take(Progress("decode", number, 3, arrived=result_of(variation)))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def seeds(clips: list[WrittenClip]) -> list[int]:
    return [json.loads(clip.recipe_path.read_text())["seed"] for clip in clips]


def test_a_finished_sound_is_on_the_disk_before_the_next_is_made(tmp_path: Path) -> None:
    clips = ArrivingClips(tmp_path, "rain")
    clips.take(Progress("denoise", 1, 4))
    assert names(tmp_path) == []
    arrive(clips, MADE[0])
    assert {"rain_seed_7.wav", "rain_seed_7.json"} <= set(names(tmp_path))


def test_the_end_numbers_the_sounds_by_their_rank(tmp_path: Path) -> None:
    clips = ArrivingClips(tmp_path / "a", "rain")
    arrive(clips, *MADE)
    ranked = result_of(MADE[2], MADE[0], MADE[1])
    written = clips.finish(ranked)
    assert [clip.path.name for clip in written] == ["rain_01.wav", "rain_02.wav", "rain_03.wav"]
    assert seeds(written) == [9, 7, 8] and len(names(tmp_path / "a")) == 6
    at_once = write_result(ranked, tmp_path / "b", "rain")
    for one, other in zip(written, at_once, strict=True):
        assert one.path.read_bytes() == other.path.read_bytes()


def test_sounds_that_did_not_arrive_are_written_at_the_end(tmp_path: Path) -> None:
    clips = ArrivingClips(tmp_path, "rain")
    arrive(clips, MADE[1])
    assert seeds(clips.finish(result_of(*MADE))) == [7, 8, 9]
    assert len(names(tmp_path)) == 6


def test_what_arrived_before_an_early_end_is_numbered_and_told(tmp_path: Path) -> None:
    clips = ArrivingClips(tmp_path, "rain")
    assert clips.keep() is None and names(tmp_path) == []
    arrive(clips, MADE[0], MADE[1])
    kept = clips.keep()
    assert kept is not None and kept[0].notes[-1] == "Stopped: 2 of 3 sounds were made."
    assert [clip.path.name for clip in kept[1]] == ["rain_01.wav", "rain_02.wav"]
    assert len(names(tmp_path)) == 4


def test_a_killed_commands_sounds_are_never_overwritten(tmp_path: Path) -> None:
    arrive(ArrivingClips(tmp_path, "rain"), MADE[0])
    before = (tmp_path / "rain_seed_7.wav").read_bytes()
    second = ArrivingClips(tmp_path, "rain")
    arrive(second, MADE[0])
    assert (tmp_path / "rain_seed_7.wav").read_bytes() == before
    assert (tmp_path / "rain-2_seed_7.wav").is_file()


def test_a_disk_without_room_for_the_numbering_keeps_the_names_by_seed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = ArrivingClips(tmp_path, "rain")
    arrive(clips, *MADE)
    monkeypatch.setattr(arriving_clips, "write_one", refuse)
    written = clips.finish(result_of(*MADE))
    assert [clip.path.name for clip in written] == [f"rain_seed_{seed}.wav" for seed in (7, 8, 9)]
    assert len(names(tmp_path)) == 6


def test_a_sound_that_does_not_fit_is_rescued_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "full"

    def refuse_there(
        result: GenerationResult, variation: Variation, stem: Path, title: str
    ) -> WrittenClip:
        return (refuse if stem.parent == folder else write_one)(result, variation, stem, title)

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(arriving_clips, "write_one", refuse_there)
    clips = ArrivingClips(folder, "rain")
    with pytest.raises(OutputError, match=r"is kept as .*rain_01\.wav"):
        arrive(clips, MADE[0])
    kept = clips.keep()
    assert kept is not None
    (clip,) = kept[1]
    assert clip.path.is_file() and clip.path.parent == tmp_path / "qvim-studio-kept"
    assert names(folder) == []


def refuse(result: GenerationResult, variation: Variation, stem: Path, title: str) -> WrittenClip:
    raise OutputError("The disk is full.")


def test_a_disk_without_room_is_refused_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=1_000_000))
    check_room(tmp_path, [GenerationRequest(text="x", variations=1, duration_s=3)])
    with pytest.raises(
        OutputError, match=r"has 1\.0 MiB free, but the sounds will need about 4.* Make ro"
    ):
        check_room(tmp_path, [GenerationRequest(text="x", variations=8, duration_s=3)])
    long = AudioClip.from_mono(MADE[0].clip.samples[:, 0], 8000)
    with pytest.raises(OutputError, match="the sounds will need"):
        check_room(tmp_path, [GenerationRequest(edit=Edit.continuing(long, 99), variations=1)])
