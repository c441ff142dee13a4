"""The embedder: numpy in and out, at any rate and width, through the exact 10 s window."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.program.resources import resource_path
from qvim_studio.networks.qvim.encoder import QvimEncoder
from qvim_studio.voice.embedder import Embedder, encoder_samples

RATE = 32_000


@pytest.fixture(scope="module")
def encoder() -> QvimEncoder:
    torch.manual_seed(0)
    return QvimEncoder().eval()


def make_noise(seconds: float) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(int(seconds * RATE)).astype(np.float32) * 0.1


def test_embedding_is_that_of_the_network_and_a_unit_vector(encoder: QvimEncoder) -> None:
    noise = make_noise(0.5)
    embedding = Embedder(encoder).embed(AudioClip.from_mono(noise, RATE), "imitation")
    with torch.inference_mode():
        expected = encoder.embed(torch.from_numpy(noise)[None], "imitation")[0].numpy()
    assert embedding.dtype == np.float32
    assert np.linalg.norm(embedding) == pytest.approx(1.0, abs=1e-5)
    np.testing.assert_allclose(embedding, expected, atol=1e-6)


def test_many_sounds_are_heard_as_each_alone_by_a_network_without_batch_norms(
    encoder: QvimEncoder,
) -> None:
    embedder = Embedder(encoder)
    clips = [AudioClip.from_mono(make_noise(seconds), RATE) for seconds in (7.2, 7.6)]
    together = embedder.embed_prepared([encoder_samples(clip) for clip in clips], "reference")
    alone = np.stack([embedder.embed(clip, "reference") for clip in clips])
    np.testing.assert_allclose(together, alone, atol=1e-4)
    layers = embedder._fused["reference"].modules()
    assert not any(isinstance(layer, torch.nn.BatchNorm2d) for layer in layers)


def test_channels_are_averaged(encoder: QvimEncoder) -> None:
    noise = make_noise(0.3)
    embedder = Embedder(encoder)
    stereo = AudioClip(np.stack([1.5 * noise, 0.5 * noise], axis=1), RATE)
    mono = AudioClip.from_mono(noise, RATE)
    np.testing.assert_allclose(
        embedder.embed(stereo, "reference"), embedder.embed(mono, "reference"), atol=1e-6
    )


def test_another_sample_rate_gives_nearly_the_same_embedding(encoder: QvimEncoder) -> None:
    def tone(rate: int) -> AudioClip:
        return AudioClip.from_mono(0.3 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate), rate)

    embedder = Embedder(encoder)
    at_32k, at_48k = (embedder.embed(tone(rate), "imitation") for rate in (RATE, 48_000))
    assert at_32k @ at_48k > 0.999


def test_what_is_quieter_after_ten_seconds_is_not_heard(encoder: QvimEncoder) -> None:
    long = np.zeros(13 * RATE, np.float32)
    long[: 2 * RATE] = make_noise(2)
    changed = long.copy()
    changed[10 * RATE :] = 0.1 * make_noise(3)
    embedder = Embedder(encoder)
    first, second = (
        embedder.embed(AudioClip.from_mono(samples, RATE), "imitation")
        for samples in (long, changed)
    )
    assert np.array_equal(first, second)


def test_what_sounds_late_in_a_long_take_is_heard() -> None:
    late = np.zeros(33 * RATE, np.float32)
    late[30 * RATE : 32 * RATE] = make_noise(2)
    found = encoder_samples(AudioClip.from_mono(late, RATE))
    assert len(found) <= 11 * RATE
    assert np.count_nonzero(found[: 10 * RATE]) == 2 * RATE


@pytest.mark.parametrize("seconds", [0.2, 2.5, 5.9])
def test_short_sounds_are_heard_in_a_short_window_as_in_the_whole_one(seconds: float) -> None:
    shipped = Embedder.from_file(resource_path("starter", "qvim"))
    fading = make_noise(seconds) * np.geomspace(1.0, 0.01, int(seconds * RATE), dtype=np.float32)
    (found,) = shipped.embed_prepared([fading], "reference")
    assert found @ shipped.embed(AudioClip.from_mono(fading, RATE), "reference") > 0.99


def test_what_is_heard_beside_a_sound_moves_nothing(encoder: QvimEncoder) -> None:
    embedder, short = Embedder(encoder), make_noise(0.1)
    together = embedder.embed_prepared([short, make_noise(11), short], "imitation")
    assert together.shape == (3, 960) and np.allclose(np.linalg.norm(together, axis=1), 1.0)
    np.testing.assert_array_equal(together[0], together[2])
