"""What lies on the disk after a generation."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import OutputError
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult, Variation
from qvim_studio.export import clip_writer
from qvim_studio.export.clip_writer import safe_stem, write_result
from qvim_studio.export.metadata import ClipMetadata
from qvim_studio.export.recipe import read_recipe


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
        ("Türe", "T_re"),
        ("音", "clip"),
        ("x" * 200, "x" * 40),
    ],
)
def test_names_are_safe_everywhere(given: str, stem: str) -> None:
    assert safe_stem(given) == stem


def test_a_recipe_does_not_stay_without_its_clip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path, clip: AudioClip, meta: ClipMetadata) -> None:
        raise OutputError("The disk is full.")

    monkeypatch.setattr(clip_writer, "write_sound", fail)
    with pytest.raises(OutputError):
        write_result(make_result(), tmp_path, "dog")
    assert list(tmp_path.iterdir()) == []
