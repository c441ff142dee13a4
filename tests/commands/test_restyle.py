"""``restyle``: another sound with the same course in time, the farther the stronger."""

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
from qvim_studio.core.program.resources import resource_path

SOUND = sorted(resource_path("library").glob("*bell*.ogg"))[0]


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    clip = read_audio(SOUND)
    path = tmp_path / "bell.wav"
    soundfile.write(path, clip.samples[: clip.sample_rate * 3 // 5], clip.sample_rate)
    return path


@pytest.fixture
def one_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The starter is loaded once for several commands."""
    engine = assembly.make_plain_engine()
    monkeypatch.setattr(engine, "close", lambda: None)
    monkeypatch.setattr(assembly, "make_plain_engine", lambda: engine)


def spectrum(path: Path) -> np.ndarray:
    mono = mono_at(read_audio(path), 16_000)
    return np.log(np.abs(np.fft.rfft(mono, 16_000))[:8_000].reshape(200, 40).mean(axis=1) + 1e-3)


@pytest.mark.usefixtures("one_engine")
def test_likeness_to_the_sound_falls_with_the_strength(
    sound: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    likeness = []
    for strength in ("0.1", "0.5", "0.95"):
        status = cli.main(
            f"restyle {sound} --text rain --strength {strength} --steps 4 --variations 1 "
            f"--json -o {tmp_path / strength}".split()
        )
        answer = json.loads(capsys.readouterr().out)
        assert status == 0 and any("its own licence" in note for note in answer["notes"])
        (made,) = (tmp_path / strength).glob("bell*restyled*.wav")
        assert soundfile.info(made).duration == pytest.approx(0.6, abs=0.02)
        likeness.append(np.corrcoef(spectrum(made), spectrum(sound))[0, 1])
    assert likeness[0] > likeness[1] > likeness[2]


def test_a_sound_alone_is_asked_what_it_shall_become(
    sound: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["restyle", str(sound)]) == 2
    assert "got neither --text nor --timbre" in capsys.readouterr().err
