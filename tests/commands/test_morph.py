"""``morph``: sounds between two sounds, or from one to the other."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from qvim_studio import assembly
from qvim_studio.audio.files.reading import read_audio
from qvim_studio.audio.resample import mono_at
from qvim_studio.commands import cli


@pytest.fixture
def sounds(tmp_path: Path) -> list[Path]:
    """A tone and a hiss, of different lengths."""
    rng, time_s = np.random.default_rng(0), np.arange(16_000) / 16_000
    paths = [tmp_path / "hum.wav", tmp_path / "hiss.wav"]
    soundfile.write(paths[0], 0.3 * np.sin(2 * np.pi * 220 * time_s[:9_600]), 16_000)
    soundfile.write(paths[1], 0.1 * rng.standard_normal(12_800), 16_000)
    return paths


@pytest.fixture
def one_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The starter is loaded once for several commands."""
    engine = assembly.make_plain_engine()
    monkeypatch.setattr(engine, "close", lambda: None)
    monkeypatch.setattr(assembly, "make_plain_engine", lambda: engine)


def brightness_hz(samples: np.ndarray) -> float:
    """The spectral centroid, by which a hiss is told from a hum."""
    power = np.square(np.abs(np.fft.rfft(samples * np.hanning(len(samples)))))
    return float((power * np.fft.rfftfreq(len(samples), 1 / 16_000)).sum() / power.sum())


def spectrum(samples: np.ndarray) -> np.ndarray:
    return np.log(np.abs(np.fft.rfft(samples, 16_000))[:8_000].reshape(200, 40).mean(axis=1) + 1e-3)


@pytest.mark.usefixtures("one_engine")
def test_the_nearer_to_the_second_sound_the_more_like_it(
    sounds: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = {}
    for name, where in {
        "first": ["--at", "0"],
        "middle": ["--at", "0.5"],
        "second": ["--at", "1"],
        "over": ["--over-time"],
    }.items():
        command = ["morph", *map(str, sounds), *where, "--steps", "4", "--strength", "0.2"]
        command += ["--variations", "1", "--no-extension", "--json", "-o", str(tmp_path / name)]
        status = cli.main(command)
        answer = json.loads(capsys.readouterr().out)
        assert status == 0 and any("their own licences" in note for note in answer["notes"])
        (path,) = (tmp_path / name).glob("hum*to*hiss*.wav")
        made[name] = mono_at(read_audio(path), 16_000)
        assert len(made[name]) / 16_000 == pytest.approx(0.8, abs=0.02)
        recipe = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["request"]
        assert recipe["morph_sound_sha256"] and recipe["morph_sound_name"] == "hiss"
        assert recipe["morph_at"] == (float(where[1]) if len(where) == 2 else None)
    hum = spectrum(mono_at(read_audio(sounds[0]), 16_000))
    likeness = [
        np.corrcoef(spectrum(made[name][:9_600]), hum)[0, 1]
        for name in ("first", "middle", "second")
    ]
    assert likeness[0] > likeness[1] + 0.02 > likeness[2] + 0.5
    assert brightness_hz(made["first"]) < 500 < 2_000 < brightness_hz(made["second"])
    over = made["over"]
    assert brightness_hz(over[800:4_000]) < brightness_hz(over[8_800:12_000])


@pytest.mark.parametrize("at", ["-0.1", "1.1", "nan"])
def test_a_place_that_lies_beside_the_two_sounds_is_refused(
    sounds: list[Path], capsys: pytest.CaptureFixture[str], at: str
) -> None:
    assert cli.main(["morph", *map(str, sounds), "--at", at]) == 2
    assert "must lie between 0.0 and 1.0" in capsys.readouterr().err
