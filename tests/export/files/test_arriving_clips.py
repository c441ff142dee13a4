"""Finished sounds lie on the disk at once, and nothing that ends the work loses one."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from scripted_engine import PROVENANCE, make_variations

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit
from qvim_studio.core.errors import OutputError
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult, Progress, Variation
from qvim_studio.core.upscale import Upscale
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


LONG = AudioClip(np.zeros((4_000, 2), np.float32), 4_000)
TEXT = 64 * 1024  # bytes of recipe and metadata


@pytest.mark.parametrize(
    ("asked", "needed"),
    [
        (GenerationRequest(text="rain", variations=1), 3 * 48_000 * 4 + TEXT),
        (GenerationRequest(text="rain", variations=2, fits=3), 8 * (3 * 48_000 * 4 + TEXT)),
        (
            GenerationRequest(edit=Edit(LONG, 0.5, 1.5), variations=1),
            int(1.5 * 4_000) * 2 * 4 + TEXT,
        ),
        (
            GenerationRequest(upscale=Upscale(LONG), upscaler="highs", variations=1),
            48_000 * 4 * 2 + TEXT,
        ),
    ],
)
def test_the_room_that_sounds_need_is_known_before_they_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: GenerationRequest, needed: int
) -> None:
    free = SimpleNamespace(free=needed)
    monkeypatch.setattr(arriving_clips.shutil, "disk_usage", lambda folder: free)
    check_room(tmp_path, [asked])
    free.free = needed - 1
    with pytest.raises(OutputError, match=rf"will need about {needed / 2**20:.1f} MiB"):
        check_room(tmp_path, [asked])


def test_a_place_that_does_not_say_its_room_is_taken(tmp_path: Path) -> None:
    check_room(tmp_path / "gone", [REQUEST])


def test_an_end_after_the_numbering_keeps_what_was_numbered(tmp_path: Path) -> None:
    clips = ArrivingClips(tmp_path, "rain")
    arrive(clips, *MADE[:2])
    written = clips.finish(result_of(*MADE[:2]))
    kept = clips.keep()
    assert kept is not None
    assert [variation.seed for variation in kept[0].variations] == seeds(kept[1])
    assert {clip.path for clip in kept[1]} == {clip.path for clip in written}
    assert ArrivingClips(tmp_path, "rain").keep() is None


def test_a_name_is_free_again_as_soon_as_its_sounds_are_numbered(tmp_path: Path) -> None:
    clips = ArrivingClips(tmp_path, "rain")
    arrive(clips, MADE[0])
    clips.finish(result_of(MADE[0]))
    for path in tmp_path.iterdir():
        path.unlink()
    assert write_names(ArrivingClips(tmp_path, "rain")) == ["rain_01.wav"]


def test_a_name_is_free_again_after_an_end_that_follows_the_numbering(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    released: list[str] = []
    clips = ArrivingClips(tmp_path, "rain")
    arrive(clips, MADE[0])
    monkeypatch.setattr(arriving_clips, "release_name", lambda _folder, name: released.append(name))
    clips.finish(result_of(MADE[0]))
    assert released == ["rain"]
    clips.keep()
    assert released == ["rain", "rain"]


def write_names(clips: ArrivingClips) -> list[str]:
    arrive(clips, MADE[0])
    return [clip.path.name for clip in clips.finish(result_of(MADE[0]))]


def test_folders_are_made_with_those_around_them_and_may_be_there(tmp_path: Path) -> None:
    for _ in range(2):
        clips = ArrivingClips(tmp_path / "a" / "b", "rain")
        assert len(write_names(clips)) == 1
    assert len(names(tmp_path / "a" / "b")) == 4


def test_a_second_sound_that_does_not_fit_is_rescued_beside_the_first(
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
    with pytest.raises(OutputError) as failed:
        clips.finish(result_of(MADE[0], MADE[1]))
    kept = sorted((tmp_path / "qvim-studio-kept").glob("*.wav"))
    assert len(kept) == 2 and all(str(path) in str(failed.value) for path in kept)
