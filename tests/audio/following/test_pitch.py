"""The pitch tracker against the original network's answers and closed forms."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from qvim_studio.audio.following.pitch import CHUNK_FRAMES, HOP_SAMPLES, load_weights, track_pitch
from qvim_studio.core.errors import EngineError
from qvim_studio.core.program.resources import resource_path

RATE = 16_000
# Made once with swift-f0 0.3.0 on onnxruntime 1.31.1 from voices() below.
GOLDEN = json.loads((Path(__file__).parent / "golden_pitch.json").read_text(encoding="utf-8"))


def voices() -> dict[str, np.ndarray]:
    """Sounds in closed form: a gliding vowel, one with noise and pauses, noise, a short blip."""
    seconds = np.arange(3 * RATE) / RATE
    noise = np.random.default_rng(5).uniform(-1, 1, len(seconds))
    glide_hz = 110 * 2 ** (seconds * 1.1) * (1 + 0.02 * np.sin(2 * np.pi * 5 * seconds))
    phase = 2 * np.pi * np.cumsum(glide_hz) / RATE
    vowel = sum(
        np.sin(k * phase) * np.exp(-(((k * glide_hz - 700) / 500) ** 2)) for k in range(1, 20)
    )
    pauses = (np.sin(2 * np.pi * 1.5 * seconds) > -0.3).astype(float)
    sounds = {
        "glide": 0.2 * vowel + 1e-4 * noise,  # as a microphone's
        "breathy with pauses": pauses * (0.1 * vowel + 0.05 * noise),
        "noise": 0.2 * noise,
        "blip": 0.2 * vowel[: HOP_SAMPLES // 2],
    }
    return {name: samples.astype(np.float32) for name, samples in sounds.items()}


@pytest.mark.parametrize("name", sorted(voices()))
def test_pitch_is_that_of_the_original_network(name: str) -> None:
    expected_hz = np.array(GOLDEN[name]["hz"])
    expected_confidence = np.array(GOLDEN[name]["confidence"])
    track = track_pitch(voices()[name])
    assert track.confidence == pytest.approx(expected_confidence, abs=1e-3)
    is_voiced = expected_confidence >= 0.5
    assert ((track.confidence >= 0.5) == is_voiced).all()
    cents = 1200 * np.log2(track.pitch_hz / expected_hz)
    assert np.abs(cents[is_voiced]).max(initial=0.0) < 0.1


def test_golden_voices_are_mostly_voiced_and_noise_is_not() -> None:
    voiced = {name: np.mean(np.array(g["confidence"]) >= 0.5) for name, g in GOLDEN.items()}
    assert voiced["glide"] > 0.9 and 0.3 < voiced["breathy with pauses"] < 0.9
    assert voiced["noise"] < 0.05


@pytest.mark.parametrize("pitch_hz", [55.0, 220.0, 523.25])
def test_tone_with_overtones_has_its_pitch_within_ten_cents(pitch_hz: float) -> None:
    seconds = np.arange(RATE) / RATE
    tone = sum(np.sin(2 * np.pi * k * pitch_hz * seconds) / k for k in range(1, 8)) * 0.2
    track = track_pitch(tone)
    inner = slice(10, -10)
    assert np.abs(1200 * np.log2(track.pitch_hz[inner] / pitch_hz)).max() < 10
    assert track.confidence[inner].min() > 0.5


def test_digital_silence_is_never_voiced() -> None:
    assert track_pitch(np.zeros(RATE)).confidence.max() == 0.0


def test_long_sounds_are_tracked_in_pieces_without_seams() -> None:
    piece = voices()["breathy with pauses"]
    samples = np.tile(piece, 4)
    track = track_pitch(samples)
    assert len(track.pitch_hz) == len(samples) // HOP_SAMPLES > CHUNK_FRAMES
    border = CHUNK_FRAMES - 100
    alone = track_pitch(samples[border * HOP_SAMPLES : (CHUNK_FRAMES + 100) * HOP_SAMPLES])
    inner = slice(20, -20)
    along = slice(border, CHUNK_FRAMES + 100)
    assert track.confidence[along][inner] == pytest.approx(alone.confidence[inner], abs=1e-4)
    assert track.pitch_hz[along][inner] == pytest.approx(alone.pitch_hz[inner], rel=1e-5)


def test_damaged_weights_are_one_sentence(tmp_path: Path) -> None:
    cut = tmp_path / "model.safetensors"
    shutil.copyfile(resource_path("pitch", "model.safetensors"), cut)
    cut.write_bytes(cut.read_bytes()[:5000])
    with pytest.raises(EngineError, match="Install QVIM Studio again"):
        load_weights(cut)
    with pytest.raises(EngineError, match="Install QVIM Studio again"):
        load_weights(tmp_path / "absent.safetensors")
