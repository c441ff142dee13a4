"""A clip that is dropped back opens the request that made it."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pytest
import scripted_engine
import soundfile
from wavinfo import WavInfoReader

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit
from qvim_studio.core.errors import AudioFileError, UsageError
from qvim_studio.core.request import GenerationRequest, SamplerName, Start, VramMode
from qvim_studio.core.result import GenerationResult
from qvim_studio.export.files import pcm
from qvim_studio.export.files.clip_writer import write_result
from qvim_studio.export.files.growing_wave import GrowingWave
from qvim_studio.export.files.recipe import (
    Figures,
    metadata_of,
    provenance_of,
    read_recipe,
    recipe_of,
)
from qvim_studio.export.files.riff import wave_file
from qvim_studio.export.packs.pack_sources import read_sources
from qvim_studio.library.recipes import parse_recipe, request_from

VOICE = AudioClip.from_mono(np.sin(np.arange(4800) * 0.1), 48_000)
REQUEST = GenerationRequest(
    imitation=VOICE,
    text="a big dog",
    negative_text="music",
    balance=0.3,
    follow=0.2,
    duration_s=1.5,
    variations=2,
    seed=2**53 + 1,
    steps=9,
    guidance=2.5,
    sampler=SamplerName.DDIM,
    start=Start.NEAREST,
    strength=0.5,
    vram_mode=VramMode.LOW,
    library_folder="sounds",
)


@pytest.fixture
def clips(tmp_path: Path) -> list[Path]:
    result = GenerationResult(
        REQUEST, scripted_engine.PROVENANCE, scripted_engine.make_variations(REQUEST)
    )
    return [clip.path for clip in write_result(result, tmp_path, "dog")]


def test_the_whole_request_comes_back_from_the_file_alone(clips: list[Path]) -> None:
    clips[1].with_suffix(".json").unlink()
    recipe = read_recipe(clips[1])
    assert recipe is not None
    parsed = parse_recipe(recipe, clips[1])
    assert parsed is not None
    assert request_from(parsed, VOICE).recipe() == {**REQUEST.recipe(), "seed": REQUEST.seed + 1}
    assert recipe["provenance"]["licence"] == "Apache-2.0"


def test_requests_of_one_second_keep_their_order() -> None:
    result = GenerationResult(
        REQUEST, scripted_engine.PROVENANCE, scripted_engine.make_variations(REQUEST)
    )
    began_s = time.time()
    parsed = parse_recipe(recipe_of(result, result.variations[0], b""), Path("dog.wav"))
    assert parsed is not None
    assert -0.001 <= parsed.created_s - began_s < 60.0


def test_a_file_of_ours_says_where_it_comes_from(clips: list[Path], tmp_path: Path) -> None:
    assert provenance_of(clips[0]) == scripted_engine.PROVENANCE
    soundfile.write(tmp_path / "own.wav", np.zeros(100), 16_000)
    assert provenance_of(tmp_path / "own.wav") is None
    with pytest.raises(AudioFileError, match="cannot be opened"):
        provenance_of(tmp_path / "none.wav")


def test_an_edit_says_so_in_its_description() -> None:
    request = GenerationRequest(edit=Edit(VOICE, 0.0, 0.1), text="a bell")
    variations = scripted_engine.make_variations(request)
    result = GenerationResult(request, scripted_engine.PROVENANCE, variations)
    text = metadata_of(recipe_of(result, variations[0], b""), "bell").description
    assert text.startswith('Generated from a part of another sound and the words "a bell" by')


def test_a_fresh_clip_says_its_category(clips: list[Path]) -> None:
    aswg = WavInfoReader(str(clips[0])).ixml.parsed.find("ASWG")
    assert aswg.findtext("catId") == "ANMLDog" and aswg.findtext("isGenerated") == "true"


def test_no_two_clips_share_a_reference(clips: list[Path]) -> None:
    references = {WavInfoReader(str(clip)).bext.originator_ref for clip in clips}
    recipe = read_recipe(clips[0])
    assert recipe is not None
    again = {**recipe, "created": "2030-01-01"}
    other = {**recipe, "request": {**recipe["request"], "steps": 10}}
    references |= {metadata_of(one, "dog").reference for one in (recipe, again, other)}
    assert len(references) == 3 and all(len(reference) == 28 for reference in references)


@pytest.mark.parametrize(
    ("imitation", "text", "message"),
    [
        (VOICE, "a big dog", 'Generated from a vocal imitation and the words "a big dog" by'),
        (VOICE, "", "Generated from a vocal imitation by"),
        (None, "rain", 'Generated from the words "rain" by'),
    ],
)
def test_a_file_says_what_it_was_made_from(
    imitation: AudioClip | None, text: str, message: str
) -> None:
    request = GenerationRequest(imitation=imitation, text=text)
    variation = scripted_engine.make_variations(request)[0]
    recipe = recipe_of(
        GenerationResult(request, scripted_engine.PROVENANCE, (variation,)), variation, b""
    )
    assert metadata_of(recipe, "dog").description.startswith(message)


def test_words_alone_need_no_take() -> None:
    request = GenerationRequest(text="rain")
    recipe = {**request.recipe(), "from_a_later_version": 1}
    assert GenerationRequest.from_recipe(recipe, None).recipe() == request.recipe()


def test_an_old_recipe_is_not_extended() -> None:
    stored = GenerationRequest(text="rain").recipe()
    del stored["extend_bandwidth"]
    assert not GenerationRequest.from_recipe(stored, None).extend_bandwidth


@pytest.mark.parametrize(
    ("reach_hz", "message"),
    [(None, "up to 8000 Hz"), (15_250.0, "up to 8000 Hz, extended to 15250 Hz")],
)
def test_a_file_says_how_far_up_the_model_reaches(reach_hz: float | None, message: str) -> None:
    variation = replace(scripted_engine.make_variations(REQUEST)[0], extended_to_hz=reach_hz)
    result = GenerationResult(REQUEST, scripted_engine.PROVENANCE, (variation,))
    recipe = recipe_of(result, variation, b"")
    assert recipe["extended_to_hz"] == reach_hz
    assert metadata_of(recipe, "dog").notes.endswith(f"content {message}")


@pytest.mark.parametrize(
    "change",
    [{"sampler": "euler-9"}, {"seed": "many"}, {"steps": -1}, {"variations": [3]}],
)
def test_impossible_values_are_one_sentence(change: dict[str, object]) -> None:
    stored = GenerationRequest(text="rain").recipe()
    with pytest.raises(UsageError):
        GenerationRequest.from_recipe({**stored, **change}, None)


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg"])
def test_files_of_others_have_no_recipe(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    soundfile.write(path, VOICE.samples, 48_000)
    assert read_recipe(path) is None


@pytest.mark.parametrize("data", [b"", b"RIFF", b"RIFF\0\0\0\0WAVEiXML\xff\xff\0\0<BWF", b"text"])
def test_broken_files_have_no_recipe(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(data)
    assert read_recipe(tmp_path / "a.wav") is None


def wave_with(recipe: str, path: Path) -> Path:
    """A WAV whose recipe is this text."""
    document = f"<BWFXML><QVIM_STUDIO><RECIPE>{escape(recipe)}</RECIPE></QVIM_STUDIO></BWFXML>"
    payload = document.encode() + b"\n" * (len(document.encode()) % 2)
    data = wave_file(pcm.format_payload(1, 48_000, 16), [(b"iXML", payload)], b"\1\0" * 4800)
    path.write_bytes(data)
    return path


HOSTILE = [
    "[" * 60_000,
    '{"a":' * 60_000,
    '{"seed": 1e400}',
    '{"recipe_version": [2, 0]}',
    '{"recipe_version": [2, 0], "seed": 1, "request": {}, "provenance": {"licence": null}}',
    "7" * 5000,
    "null",
]


@pytest.mark.parametrize("recipe", HOSTILE, ids=lambda text: text[:20])
def test_a_hostile_recipe_counts_as_none_and_stops_nothing(recipe: str, tmp_path: Path) -> None:
    path = wave_with(recipe, tmp_path / "a.wav")
    assert read_recipe(path) is None and provenance_of(path) is None
    (source,) = read_sources([path])
    assert source.recipe is None and not source.may_be_sold


def test_a_deep_comment_of_a_flac_counts_as_none(tmp_path: Path) -> None:
    with soundfile.SoundFile(tmp_path / "a.flac", "w", 48_000, 1) as file:
        file.comment = "[" * 60_000
        file.write(VOICE.samples[:, 0])
    assert read_recipe(tmp_path / "a.flac") is None


def test_a_recipe_of_a_newer_program_is_refused_with_the_files_name(tmp_path: Path) -> None:
    newer = {"recipe_version": [9, 0], "request": {}, "provenance": {}}
    path = wave_with(json.dumps(newer), tmp_path / "a.wav")
    with pytest.raises(AudioFileError, match=r"a\.wav is not used: .* newer QVIM Studio"):
        read_recipe(path)
    assert parse_recipe(newer, path) is None


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="cannot be opened"):
        read_recipe(tmp_path / "no.wav")


def test_a_cut_off_file_still_gives_its_recipe(clips: list[Path]) -> None:
    whole = clips[0].read_bytes()
    clips[0].write_bytes(whole[: len(whole) // 2])
    assert read_recipe(clips[0]) is not None


def test_a_long_sound_is_measured_in_blocks_as_a_short_one_is_at_once(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).uniform(-0.4, 0.4, (48_000, 2)).astype(np.float32)
    clip = AudioClip(noise, 48_000)
    grown = GrowingWave(tmp_path, "rain", clip).clip
    whole, blocks = Figures.of(clip, noise.tobytes()), Figures.of_blocks(grown)
    assert blocks.audio_sha256 == whole.audio_sha256
    assert blocks.loudness_lufs == pytest.approx(whole.loudness_lufs, abs=1e-6)
    assert blocks.true_peak_dbfs == pytest.approx(whole.true_peak_dbfs, abs=1e-6)
    assert blocks.soundness.flaws == whole.soundness.flaws


@pytest.mark.parametrize(("text", "category"), [("rain", "RAIN"), ("", "ANIMALS")])
def test_the_category_is_that_of_the_words_or_else_of_the_title(text: str, category: str) -> None:
    request = GenerationRequest(imitation=VOICE, text=text, variations=1)
    variation = scripted_engine.make_variations(request)[0]
    result = GenerationResult(request, scripted_engine.PROVENANCE, (variation,))
    assert metadata_of(recipe_of(result, variation, b""), "dog").category == category


def test_the_peak_of_a_long_sound_is_that_of_its_loudest_block(tmp_path: Path) -> None:
    levels = np.concatenate([level * np.hanning(15_000) for level in (0.1, 0.5, 0.2)])[:, None]
    samples = (levels * np.sin(np.arange(45_000) * 0.1)[:, None]).astype(np.float32)
    clip = AudioClip(samples, 1_000)  # three blocks of 15 s
    blocks = Figures.of_blocks(GrowingWave(tmp_path, "rain", clip).clip)
    whole = Figures.of(clip, samples.tobytes())
    assert blocks.true_peak_dbfs == pytest.approx(whole.true_peak_dbfs, abs=0.01)
    assert blocks.audio_sha256 == whole.audio_sha256


@pytest.mark.parametrize(("fingerprint", "said"), [("ab12", "ab12"), ("", "none")])
def test_a_fitted_sound_says_which_imitation_it_follows(fingerprint: str, said: str) -> None:
    variation = scripted_engine.make_variations(REQUEST)[0]
    result = GenerationResult(REQUEST, scripted_engine.PROVENANCE, (variation,))
    recipe = recipe_of(result, variation, b"")
    request = {**recipe["request"], "imitation_sha256": fingerprint}
    fitted = {**recipe, "request": request, "origin": "fitted"}
    notes = metadata_of(fitted, "dog").notes
    assert notes.endswith(f"imitation SHA-256 {said}")
