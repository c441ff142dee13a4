"""What lies on the disk after a generation."""

from __future__ import annotations

import hashlib
import json
import struct
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from qvim_studio.audio.files.reading import read_audio, read_sound_header
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit
from qvim_studio.core.errors import OutputError
from qvim_studio.core.provenance import Origin, Provenance
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult, Variation
from qvim_studio.export.files import clip_writer, pcm
from qvim_studio.export.files.clip_writer import (
    PartlyWrittenError,
    encode_result,
    number_of,
    release_name,
    reserve_name,
    safe_stem,
    shown_title,
    unwritten_recipes,
    write_encoded,
    write_result,
)
from qvim_studio.export.files.pcm import encode as encode_pcm
from qvim_studio.export.files.recipe import read_recipe
from qvim_studio.export.files.riff import read_plain_wave
from qvim_studio.export.files.sound_file import write_sound


def make_result(count: int = 2, start_name: str = "dog") -> GenerationResult:
    rng = np.random.default_rng(0)
    variations = tuple(
        Variation(
            AudioClip.from_mono(0.5 * rng.uniform(-1, 1, 24_000), 48_000),
            seed=7 + index,
            similarity=0.9 - 0.1 * index,
            bandwidth_hz=8000.0,
            start_name=start_name,
        )
        for index in range(count)
    )
    request = GenerationRequest(text="a dog", seed=7, variations=count)
    return GenerationResult(request, Provenance("p", "P", "1", "CC0", "yes"), variations)


def test_every_clip_is_a_24_bit_wav_with_its_recipe(tmp_path: Path) -> None:
    written = write_result(make_result(), tmp_path / "out", "dog")
    assert [clip.path.name for clip in written] == ["dog_01.wav", "dog_02.wav"]
    info = soundfile.info(written[1].path)
    assert (info.samplerate, info.subtype, info.frames) == (48_000, "PCM_24", 24_000)
    recipe = json.loads(written[1].recipe_path.read_text(encoding="utf-8"))
    assert recipe["seed"] == 8 and recipe["request"]["text"] == "a dog"
    assert recipe["is_generated"] is True and recipe["provenance"]["licence"] == "CC0"
    assert recipe["true_peak_dbfs"] > -7 and recipe["started_from"] == "dog"


def with_fits(result: GenerationResult, count: int = 1) -> GenerationResult:
    stereo = np.random.default_rng(1).uniform(-0.5, 0.5, (11_025, 2)).astype(np.float32)
    origin = Provenance("", "dog by Ann", "kit", "CC-BY-4.0", "conditional")
    fitted = tuple(
        Variation(
            AudioClip(stereo, 44_100), 7 + index, 0.5, 22_050.0, "dog", None, Origin.FITTED, origin
        )
        for index in range(count)
    )
    return replace(result, fitted=fitted)


def test_fitted_sounds_are_written_beside_the_made_ones_with_their_own_licence(
    tmp_path: Path,
) -> None:
    written = write_result(with_fits(make_result(1)), tmp_path, "dog")
    assert [clip.path.name for clip in written] == ["dog_01.wav", "dog_fit_01.wav"]
    info = soundfile.info(written[1].path)
    assert (info.samplerate, info.channels, info.subtype) == (44_100, 2, "PCM_24")
    made, fitted = (read_recipe(clip.path) for clip in written)
    assert made is not None and fitted is not None
    shown = [
        (one["origin"], one["provenance"]["licence"], one["is_generated"]) for one in (made, fitted)
    ]
    assert shown == [("made", "CC0", True), ("fitted", "CC-BY-4.0", False)]
    file = written[1].path.read_bytes()
    assert b"dog by Ann: a real sound, fitted to a vocal imitation" in file
    assert b"isGenerated>false" in file


def test_set_with_fitted_sounds_keeps_its_names_from_others(tmp_path: Path) -> None:
    write_result(with_fits(make_result(1), 2), tmp_path, "dog")
    (tmp_path / "dog_fit_01.wav").unlink()
    (tmp_path / "dog_fit_01.json").unlink()
    (other,) = write_result(make_result(1), tmp_path, "dog fit")
    assert other.path.name == "dog_fit-2_01.wav"


def test_fitted_sounds_complete_a_set_that_was_partly_written(tmp_path: Path) -> None:
    result = with_fits(make_result(1))
    written = write_result(replace(result, fitted=()), tmp_path, "dog")
    again = write_result(result, tmp_path, "dog", written)
    assert [clip.path.name for clip in again] == ["dog_01.wav", "dog_fit_01.wav"]


def test_a_second_run_overwrites_nothing(tmp_path: Path) -> None:
    first = write_result(make_result(), tmp_path, "dog")
    before = first[0].path.read_bytes()
    second = write_result(make_result(), tmp_path, "dog")
    assert [clip.path.name for clip in second] == ["dog-2_01.wav", "dog-2_02.wav"]
    assert first[0].path.read_bytes() == before == second[0].path.read_bytes()


def test_names_that_differ_in_case_alone_are_one_name(tmp_path: Path) -> None:
    (tmp_path / "Dog_01.wav").write_bytes(b"precious")
    (written,) = write_result(make_result(1), tmp_path, "dog")
    assert written.path.name == "dog-2_01.wav"


def test_two_writers_in_one_folder_lose_nothing(tmp_path: Path) -> None:
    together = threading.Barrier(2)

    def write() -> None:
        together.wait()
        write_result(make_result(4), tmp_path, "dog")

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(list(tmp_path.glob("*.wav"))) == len(list(tmp_path.glob("*.json"))) == 8


def test_a_name_that_another_writer_took_meanwhile_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dog_01.json").touch()
    monkeypatch.setattr(Path, "iterdir", lambda folder: iter(()))
    (written,) = write_result(make_result(1), tmp_path, "dog")
    assert written.path.name == "dog-2_01.wav"


def test_a_start_whose_name_is_no_utf8_is_kept(tmp_path: Path) -> None:
    name = b"T\xfcr \xe2\x9c\x93".decode("utf-8", "surrogateescape")
    (written,) = write_result(make_result(1, name), tmp_path, "door")
    assert json.loads(written.recipe_path.read_text(encoding="utf-8"))["started_from"] == name
    recipe = read_recipe(written.path)
    assert recipe is not None and recipe["started_from"] == name


@pytest.mark.parametrize(
    ("given", "stem"),
    [
        ("dog bark #3 100%", "dog_bark_3_100"),
        ("../../etc/passwd", "etc_passwd"),
        ("Türe", "Ture"),
        ("Tu\u0308re", "Ture"),
        ("Ünïcødé", "Unicode"),
        ("Straße 7", "Strasse_7"),
        ("狗叫", "GouJiao"),
        ("🐶 wuff", "dog_wuff"),
        ("T\udcfcr", "Tur"),
        ("\ud800", "clip"),
        ("!?", "clip"),
        ("x" * 200, "x" * 40),
    ],
)
def test_names_are_safe_everywhere(given: str, stem: str) -> None:
    assert safe_stem(given) == stem


def test_the_recipe_is_whole_before_its_clip_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The history that sees a clip must find what made it."""
    found = []

    def write(path: Path, *written: Any) -> None:
        found.append(json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["seed"])
        write_sound(path, *written)

    monkeypatch.setattr(clip_writer, "write_sound", write)
    write_result(make_result(), tmp_path, "dog")
    assert found == [7, 8]


def test_samples_are_encoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def encode(*given: Any) -> bytes:
        calls.append(given)
        return encode_pcm(*given)

    monkeypatch.setattr(pcm, "encode", encode)
    (written,) = write_result(make_result(1), tmp_path, "dog")
    assert len(calls) == 1
    recipe = json.loads(written.recipe_path.read_text(encoding="utf-8"))
    plain = read_plain_wave(written.path)
    assert plain is not None
    assert hashlib.sha256(plain.data).hexdigest() == recipe["audio_sha256"]


def edited(tmp_path: Path, samples: np.ndarray, subtype: str) -> tuple[Path, Path]:
    """A sound and its edit, whose part is new."""
    source = tmp_path / "source.wav"
    soundfile.write(source, samples, 48_000, subtype)
    sound = read_audio(source)
    edit = Edit(sound, 0.1, 0.2, bit_depth=read_sound_header(source).bit_depth)
    made = sound.samples.copy()
    made[4_800:9_600] *= 0.5
    variation = Variation(AudioClip(made, 48_000), 7, None, 8000.0)
    request = GenerationRequest(edit=edit, variations=1, seed=7)
    result = GenerationResult(request, Provenance("p", "P", "1", "CC0", "yes"), (variation,))
    return source, write_result(result, tmp_path, "source edited")[0].path


@pytest.mark.parametrize("level", [0.5, 2.2])
@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "FLOAT"])
def test_an_edit_keeps_the_form_and_the_samples_of_its_sound(
    tmp_path: Path, subtype: str, level: float
) -> None:
    noise = level * np.random.default_rng(0).uniform(-1, 1, (24_000, 2))
    source, path = edited(tmp_path, noise, subtype)
    assert soundfile.info(path).subtype == subtype
    before, after = (soundfile.read(name, dtype="float64")[0] for name in (source, path))
    np.testing.assert_array_equal(after[:4_800], before[:4_800])
    np.testing.assert_array_equal(after[9_600:], before[9_600:])
    assert (after[4_800:9_600] != before[4_800:9_600]).mean() > 0.9


def test_an_edit_beyond_full_scale_is_kept_in_floats(tmp_path: Path) -> None:
    """An MP3 or a plain 24-bit wish cannot say how loud it is."""
    result = make_result(1)
    loud = replace(result.variations[0], clip=AudioClip.from_mono(np.linspace(-2, 2, 999), 48_000))
    (written,) = write_result(replace(result, variations=(loud,)), tmp_path, "loud")
    assert soundfile.info(written.path).subtype == "FLOAT"
    assert np.abs(read_audio(written.path).samples).max() == 2.0


def test_a_recipe_does_not_stay_without_its_clip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path, *written: object) -> None:
        raise OutputError("The disk is full.")

    monkeypatch.setattr(clip_writer, "write_sound", fail)
    with pytest.raises(OutputError):
        write_result(make_result(), tmp_path, "dog")
    assert list(tmp_path.iterdir()) == []


def test_a_set_that_a_full_disk_cut_off_is_completed_under_its_own_name(tmp_path: Path) -> None:
    result = make_result(3)
    first = write_result(replace(result, variations=result.variations[:1]), tmp_path, "dog")
    before = first[0].path.read_bytes()
    whole = write_result(result, tmp_path, "dog", first)
    assert [clip.path.name for clip in whole] == ["dog_01.wav", "dog_02.wav", "dog_03.wav"]
    assert first[0].path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 6


def test_a_set_that_goes_to_another_folder_leaves_nothing_in_the_first(tmp_path: Path) -> None:
    result = make_result(3)
    first = write_result(replace(result, variations=result.variations[:2]), tmp_path / "a", "dog")
    whole = write_result(result, tmp_path / "b", "dog", first)
    assert len(whole) == 3 and {clip.path.parent for clip in whole} == {tmp_path / "b"}
    assert not list((tmp_path / "a").iterdir())


def test_what_a_disk_took_before_it_was_full_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrote: list[Path] = []

    def write(path: Path, *details: object) -> None:
        if wrote:
            raise OutputError("The disk is full.")
        wrote.append(path)
        path.write_bytes(b"sound")

    monkeypatch.setattr(clip_writer, "write_sound", write)
    with pytest.raises(PartlyWrittenError, match="full") as failure:
        write_result(make_result(3), tmp_path, "dog")
    assert [clip.path.name for clip in failure.value.clips] == ["dog_01.wav"]


def test_a_loop_says_so_to_samplers_and_a_fitted_sound_beside_it_does_not(tmp_path: Path) -> None:
    result = with_fits(make_result(1))
    looped = replace(result, request=result.request.with_changes(loop=True))
    made, fitted = write_result(looped, tmp_path, "dog")
    recipe = json.loads(made.recipe_path.read_text(encoding="utf-8"))
    assert recipe["soundness"]["is_cut"] is False  # a loop goes on where it ends
    for path, end in ((made.path, 24_000 - 1), (fitted.path, None)):
        chunks = path.read_bytes()
        at = chunks.find(b"smpl")
        assert (at >= 0) == (end is not None)
        if end is not None:
            assert struct.unpack("<2I", chunks[at + 8 + 44 : at + 8 + 52]) == (0, end)


def test_encoded_clips_are_the_files_that_would_be_written(tmp_path: Path) -> None:
    result = make_result()
    encoded = encode_result(result, "a dog")
    assert [clip.ending for clip in encoded] == ["01", "02"]
    written = write_result(result, tmp_path, "a dog")
    for clip, there in zip(encoded, written, strict=True):
        assert clip.wav == there.path.read_bytes()
        recipe, other = json.loads(clip.recipe), json.loads(there.recipe_path.read_text())
        assert recipe | {"created": ""} == other | {"created": ""}
    recipes = unwritten_recipes(result, "a dog")
    assert [recipe["title"] for recipe in recipes] == ["a dog 01", "a dog 02"]
    again = write_encoded(encoded[0], tmp_path / "copy" / "a_dog_01")
    assert again.path.read_bytes() == encoded[0].wav
    assert again.recipe_path.read_text(encoding="utf-8") == encoded[0].recipe


def test_a_name_that_no_sound_uses_is_released(tmp_path: Path) -> None:
    assert reserve_name(tmp_path, "dog") == "dog"
    assert [path.name for path in tmp_path.iterdir()] == ["dog_01.json"]
    assert reserve_name(tmp_path, "Dog") == "Dog-2"
    for name in ("dog", "Dog-2", "", "gone"):
        release_name(tmp_path, name)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "dog_01.json").write_text("{}")
    release_name(tmp_path, "dog")
    assert (tmp_path / "dog_01.json").exists()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("big_dög", "big dög"),
        ("a" * 60, "a" * 40),
        ("狗", "狗"),
        ("\u202a", "clip"),
        ("__", "clip"),
    ],
)
def test_titles_keep_all_letters_and_are_cut_where_names_are(text: str, title: str) -> None:
    assert shown_title(text) == title


def test_unfinished_sounds_say_so_in_their_names() -> None:
    result = make_result()
    cut = replace(result.variations[1], planned_s=9.0)
    fitted = replace(cut, origin=Origin.FITTED)
    result = replace(result, variations=(result.variations[0], cut), fitted=(fitted, fitted))
    endings = [number_of(result, index) for index in range(4)]
    assert endings == ["01", "02_unfinished", "fit_01", "fit_02"]
