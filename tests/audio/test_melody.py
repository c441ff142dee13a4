"""The melody of a take: as transformers' extractor hears it, with pauses where nothing sounds."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from qvim_studio.audio.melody import (
    MELODY_HOP,
    MELODY_RATE_HZ,
    SILENT,
    Melody,
    chroma_powers,
    melody_of,
)
from qvim_studio.core.clip import AudioClip
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before transformers)

from transformers import MusicgenMelodyFeatureExtractor  # isort: skip

C4_HZ, A4_HZ = 261.63, 440.0


def tone(*hertz: float, seconds_each: float = 1.0) -> np.ndarray:
    """Notes with two harmonics, one after the other, mono at 32 kHz."""
    at_s = np.arange(round(seconds_each * MELODY_RATE_HZ)) / MELODY_RATE_HZ
    notes = [sum(0.3 / n * np.sin(2 * np.pi * n * f * at_s) for n in (1, 2)) for f in hertz]
    return np.concatenate(notes).astype(np.float32)


def sung() -> np.ndarray:
    """A glide over two octaves under noise: hardly any frame is easy."""
    random = np.random.default_rng(0)
    at_s = np.arange(5 * MELODY_RATE_HZ) / MELODY_RATE_HZ
    glide = np.sin(2 * np.pi * np.cumsum(110 * 2 ** (2 * at_s / 5)) / MELODY_RATE_HZ)
    return (0.3 * glide + 0.02 * random.standard_normal(len(at_s))).astype(np.float32)


def test_chroma_is_that_of_the_published_extractor() -> None:
    samples = sung()
    expected = MusicgenMelodyFeatureExtractor()
    padded = np.pad(samples, (0, 30 * MELODY_RATE_HZ - len(samples)))
    features = expected(padded, sampling_rate=MELODY_RATE_HZ, return_tensors="pt")
    one_hot = features["input_features"][0].numpy().T
    made = chroma_powers(samples)
    spectrum = expected.spectrogram(torch.from_numpy(padded)).numpy()
    powers = np.einsum("cf,ft->ct", expected.chroma_filters.numpy(), spectrum)
    scale = powers[:, 20].max() / made[:, 20].max()  # theirs is divided by the window's power
    count = made.shape[1]
    assert np.abs(scale * made - powers[:, :count]).max() / powers.max() < 1e-4
    assert (made.argmax(axis=0) == one_hot[:, :count].argmax(axis=0)).all()
    assert one_hot.shape == (12, 235)


@pytest.mark.parametrize("seconds", [0.01, 0.2, 0.512, 3.3])
def test_every_length_has_a_frame_for_each_hop(seconds: float) -> None:
    samples = tone(A4_HZ, seconds_each=seconds)
    assert chroma_powers(samples).shape == (12, len(samples) // MELODY_HOP + 1)


def test_notes_are_told_whatever_their_octave() -> None:
    for hertz, pitch_class in ((C4_HZ, 0), (2 * C4_HZ, 0), (A4_HZ / 2, 9), (A4_HZ, 9)):
        melody = melody_of(AudioClip.from_mono(tone(hertz), MELODY_RATE_HZ))
        assert (melody.classes == pitch_class).all()


def test_takes_of_other_rates_and_channels_have_the_same_melody() -> None:
    at_s = np.arange(48_000) / 48_000
    stereo = np.repeat(np.sin(2 * np.pi * A4_HZ * at_s)[:, None], 2, axis=1).astype(np.float32)
    assert (melody_of(AudioClip(stereo, 48_000)).classes == 9).all()


def test_pauses_and_a_faint_hum_in_them_are_silent() -> None:
    samples = np.concatenate([tone(A4_HZ, seconds_each=2.0), 0.001 * tone(C4_HZ, seconds_each=2.0)])
    classes = melody_of(AudioClip.from_mono(samples, MELODY_RATE_HZ)).classes
    assert (classes[:14] == 9).all()
    assert (classes[18:] == SILENT).all()


def test_digital_silence_has_no_melody() -> None:
    silence = AudioClip.from_mono(np.zeros(40_000, np.float32), MELODY_RATE_HZ)
    assert melody_of(silence).is_silent
    assert not melody_of(AudioClip.from_mono(tone(A4_HZ), MELODY_RATE_HZ)).is_silent


def test_a_pause_is_the_null_frame() -> None:
    chroma = Melody(np.array([9, SILENT, 0])).chroma()
    assert chroma.shape == (12, 3)
    assert chroma.argmax(axis=0).tolist() == [9, 0, 0]
    assert chroma.sum(axis=0).tolist() == [1.0, 1.0, 1.0]


def test_behind_the_end_of_a_melody_there_are_pauses_and_no_loop() -> None:
    melody = Melody(np.array([1, 2, 3]))
    assert melody.cut(0, 5).classes.tolist() == [1, 2, 3, SILENT, SILENT]
    assert melody.cut(2, 2).classes.tolist() == [3, SILENT]
    assert melody.cut(7, 2).classes.tolist() == [SILENT, SILENT]
