"""Sounds of several channels that are made again: what is on one side only stays there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from tiny_checkpoint import build_tiny_checkpoint
from tiny_stable_audio_3 import build_tiny

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit
from qvim_studio.core.engine import OnProgress
from qvim_studio.core.request import GenerationRequest, Start
from qvim_studio.core.result import Progress
from qvim_studio.families.protocol import Asked
from qvim_studio.generation.engine import StudioEngine
from qvim_studio.generation.sides import Sides

pytestmark = pytest.mark.usefixtures("quick_ears")

RATE = 16_000


def noise(seconds: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (0.1 * rng.standard_normal(round(seconds * RATE))).astype(np.float32)


def stereo(left: np.ndarray, right: np.ndarray) -> AudioClip:
    return AudioClip(np.stack([left, right], axis=1), RATE)


LEFT_THEN_RIGHT = stereo(
    np.concatenate([noise(0.8), np.zeros(12_800, np.float32)]),
    np.concatenate([np.zeros(12_800, np.float32), noise(0.8, 1)]),
)
LEFT_ONLY = stereo(noise(1.6), np.zeros(25_600, np.float32))


def test_channels_that_hold_the_same_have_no_sides() -> None:
    for right in (noise(1.0), noise(1.0) + 0.01 * noise(1.0, 1)):
        assert Sides.of(stereo(noise(1.0), right).samples) is None
    assert Sides.of(noise(1.0)[:, None]) is None
    assert Sides.of(np.zeros((100, 2), np.float32)) is None


@pytest.mark.parametrize("gain", [0.0, 0.3, -1.0])
def test_one_signal_in_other_shares_is_one_source(gain: float) -> None:
    sides = Sides.of(stereo(noise(1.0), gain * noise(1.0)).samples)
    assert sides is not None and sides.sources == (0,)
    np.testing.assert_allclose(sides.mix, [[1.0, gain]], atol=1e-6)


def test_channels_of_their_own_are_sources_of_their_own_and_keep_their_levels() -> None:
    samples = stereo(0.5 * noise(1.0), noise(1.0, 1)).samples
    sides = Sides.of(samples)
    assert sides is not None and sides.sources == (1, 0)
    joined = sides.joined([3.0 * samples[:, 1:], samples[:, :1]])
    np.testing.assert_allclose(joined, samples, rtol=1e-5, atol=1e-7)


def test_what_is_asked_for_a_side_is_of_that_side_alone() -> None:
    sides = Sides.of(LEFT_THEN_RIGHT.samples)
    assert sides is not None
    clip = AudioClip.from_mono(LEFT_THEN_RIGHT.mono(), RATE)
    asked = Asked(1.6, followed=clip, starts={3: LEFT_THEN_RIGHT, 4: LEFT_THEN_RIGHT, 5: clip})
    for source, channel in enumerate(sides.sources):
        own = sides.asked_of(source, asked)
        wanted = LEFT_THEN_RIGHT.samples[:, channel : channel + 1]
        assert own.followed is not None
        np.testing.assert_array_equal(own.followed.samples, wanted)
        np.testing.assert_array_equal(own.starts[3].samples, wanted)
        assert own.starts[3] is own.starts[4] and own.starts[5] is clip


@dataclass(frozen=True, eq=False)
class Tiny:
    """A checkpoint with random weights and the engine that has it in memory."""

    engine: StudioEngine
    checkpoint: str

    def made(
        self, request: GenerationRequest, on_progress: OnProgress = lambda progress: None
    ) -> dict[int, AudioClip]:
        """By seed."""
        request = request.with_changes(checkpoint=self.checkpoint, extend_bandwidth=False)
        result = self.engine.generate(request, on_progress, lambda: False)
        return {one.seed: one.clip for one in result.variations}


@pytest.fixture(scope="module")
def mono_made(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """Makes one channel."""
    folder = build_tiny_checkpoint(tmp_path_factory.mktemp("mono"))
    return Tiny(StudioEngine(lambda *asked: ()), str(folder))


@pytest.fixture(scope="module")
def stereo_made(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """Makes two channels."""
    folder = tmp_path_factory.mktemp("stereo") / "tiny"
    build_tiny(folder, is_large=False)
    return Tiny(StudioEngine(lambda *asked: ()), str(folder))


@pytest.fixture(params=["mono_made", "stereo_made"])
def tiny(request: pytest.FixtureRequest) -> Tiny:
    return request.getfixturevalue(request.param)


def restyling(sound: AudioClip) -> GenerationRequest:
    return GenerationRequest(
        imitation=sound, start=Start.IMITATION, steps=2, variations=1, strength=0.5, follow=1.0
    )


def levels(clip: AudioClip, begin_s: float, end_s: float) -> list[float]:
    part = clip.samples[round(begin_s * clip.sample_rate) : round(end_s * clip.sample_rate)]
    return [float(side.std(dtype=np.float64)) for side in part.T]


def test_a_restyled_sound_stays_on_the_side_where_it_was(tiny: Tiny) -> None:
    clip = tiny.made(restyling(LEFT_ONLY))[0]
    left, right = levels(clip, 0.0, 1.6)
    assert clip.channels == 2 and left > 0.01 and right < 1e-6


def test_each_side_is_made_of_its_own_sound_and_follows_it(tiny: Tiny) -> None:
    clip = tiny.made(restyling(LEFT_THEN_RIGHT))[0]
    first, second = levels(clip, 0.1, 0.7), levels(clip, 0.9, 1.5)
    assert first[0] > 30 * first[1] and second[1] > 30 * second[0]


def test_a_part_of_a_sound_on_one_side_stays_there(tiny: Tiny) -> None:
    clip = tiny.made(GenerationRequest(edit=Edit(LEFT_ONLY, 0.6, 1.0), steps=2, variations=1))[0]
    assert np.any(clip.samples[:, 0] != LEFT_ONLY.samples[:, 0])
    assert not np.any(clip.samples[:, 1])


def test_each_side_of_a_part_is_what_is_made_of_that_side_alone(mono_made: Tiny) -> None:
    sides = [noise(1.6), 0.5 * noise(1.6, 1)]

    def made(sound: AudioClip) -> np.ndarray:
        edit = Edit(sound, 0.6, 1.0)
        return mono_made.made(GenerationRequest(edit=edit, steps=2, variations=1))[0].samples

    both = made(stereo(*sides))
    for channel, side in enumerate(sides):
        alone = made(AudioClip.from_mono(side, RATE))[:, 0]
        assert np.any(both[:, channel] != side)
        np.testing.assert_allclose(both[:, channel], alone, atol=2e-3)


def test_progress_of_both_sides_rises_to_one_end(mono_made: Tiny) -> None:
    reported: list[float] = []

    def on_progress(progress: Progress) -> None:
        if progress.phase == "denoise":
            reported.append(progress.step / progress.steps)

    made = mono_made.made(restyling(LEFT_THEN_RIGHT).with_changes(variations=3), on_progress)
    assert reported == sorted(reported) and reported[-1] == pytest.approx(1.0)
    assert {seed: clip.channels for seed, clip in made.items()} == {0: 2, 1: 2, 2: 2}
