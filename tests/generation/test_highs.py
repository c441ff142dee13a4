"""Highs by an upscaler: of what is made and of a sound that gets nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fake_upscaler import NOTE, STEPS, TONE_HZ, FakeUpscaler, write_fake_upscaler
from tiny_checkpoint import build_tiny_checkpoint

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CancelledError, CheckpointError, UsageError
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.request import GenerationRequest, VramMode
from qvim_studio.core.result import GenerationResult, Progress
from qvim_studio.core.upscale import Upscale
from qvim_studio.families import known
from qvim_studio.families.catalog import find_upscaler
from qvim_studio.families.plans import upscaler_plan_for
from qvim_studio.generation.engine import StudioEngine
from qvim_studio.generation.highs import load_highs
from qvim_studio.generation.run import Run

pytestmark = pytest.mark.usefixtures("quick_ears")
RATE = 48_000


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(build_tiny_checkpoint(tmp_path_factory.mktemp("tiny")))


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> FakeUpscaler:
    kind = FakeUpscaler()
    monkeypatch.setattr(known, "all_upscalers", lambda: (kind,))
    return kind


@pytest.fixture
def highs(kind: FakeUpscaler, tmp_path: Path) -> str:
    return str(write_fake_upscaler(tmp_path / "highs"))


@pytest.fixture
def engine() -> StudioEngine:
    return StudioEngine(lambda query, folder, hearing: ())


def dull_sound(seconds: float = 0.5, channels: int = 1) -> AudioClip:
    """Noise that ends at 6 kHz, at 48 kHz."""
    noise = np.random.default_rng(0).standard_normal((round(seconds * RATE), channels))
    spectrum = np.fft.rfft(noise, axis=0)
    spectrum[np.fft.rfftfreq(len(noise), 1 / RATE) > 6_000] = 0
    return AudioClip(0.1 * np.fft.irfft(spectrum, len(noise), axis=0).astype(np.float32), RATE)


def tone_level(clip: AudioClip) -> float:
    """Of the tone that the fake adds, in the first channel."""
    samples = clip.samples[:, 0] * np.hanning(len(clip.samples))
    phase = np.exp(-2j * np.pi * TONE_HZ * np.arange(len(samples)) / clip.sample_rate)
    return 4 * abs(samples @ phase) / len(samples)


def run(
    engine: StudioEngine, request: GenerationRequest, told: list[Progress] | None = None
) -> GenerationResult:
    on_progress = (lambda progress: None) if told is None else told.append
    return engine.generate(request, on_progress, lambda: False)


def test_what_is_made_gets_its_highs_from_the_chosen_upscaler(
    engine: StudioEngine, tiny: str, kind: FakeUpscaler, highs: str
) -> None:
    told: list[Progress] = []
    request = GenerationRequest(
        imitation=dull_sound(), checkpoint=tiny, variations=2, seed=5, upscaler=highs
    )
    result = run(engine, request, told)
    for made in result.variations:
        assert (made.bandwidth_hz, made.extended_to_hz) == (8_000, 24_000)
        assert made.clip.sample_rate == RATE and tone_level(made.clip) > 0.005
    # What filters have left at the end of the model's band is no highs either.
    assert kind.asked[-2:] == [(7_200.0, 5), (7_200.0, 6)]
    counted = [(each.step, each.steps) for each in told if each.phase == "upscale"]
    assert counted == [(step, 2 * STEPS) for step in range(1, 2 * STEPS + 1)]
    assert NOTE in result.notes and result.provenance.commercial == "no"
    assert result.request.upscaler == highs and "Secret" in result.provenance.licence


def test_upscaler_stays_in_memory_until_the_engine_closes(
    engine: StudioEngine, kind: FakeUpscaler, highs: str
) -> None:
    request = GenerationRequest(upscale=Upscale(dull_sound()), upscaler=highs)
    run(engine, request)
    run(engine, request)
    assert kind.loads == 1
    engine.close()
    run(engine, request)
    assert kind.loads == 2


@pytest.mark.parametrize("channels", [1, 2])
def test_a_sound_stays_what_it_is_and_gets_highs(
    engine: StudioEngine, kind: FakeUpscaler, highs: str, channels: int
) -> None:
    sound, own = dull_sound(channels=channels), Provenance("x", "X", "1", "MIT", "yes")
    told: list[Progress] = []
    request = GenerationRequest(upscale=Upscale(sound, own, 5_000.0), upscaler=highs, seed=3)
    result = run(engine, request, told)
    (made,) = result.variations
    assert made.clip.samples.shape == sound.samples.shape and made.clip.sample_rate == RATE
    added = made.clip.samples - sound.samples
    assert np.abs(added).max() == pytest.approx(0.02, abs=1e-4)
    assert (made.bandwidth_hz, made.extended_to_hz, made.seed) == (5_000, 24_000, 3)
    assert kind.asked[-1] == (4_500.0, 3)
    assert result.provenance.licence == "Secret + MIT" and result.provenance.commercial == "no"
    last = [each for each in told if each.phase == "upscale"][-1]
    assert last.step == last.steps == channels * STEPS
    assert result.seconds.keys() >= {"load", "upscale", "total"}


def test_band_is_measured_where_nobody_knows_it(
    engine: StudioEngine, kind: FakeUpscaler, highs: str
) -> None:
    run(engine, GenerationRequest(upscale=Upscale(dull_sound()), upscaler=highs))
    assert 5_000.0 < kind.asked[-1][0] < 6_000.0  # where the noise ends


def test_a_sound_that_lacks_nothing_is_refused(
    engine: StudioEngine, kind: FakeUpscaler, highs: str
) -> None:
    noise = np.random.default_rng(0).uniform(-0.1, 0.1, (RATE, 1)).astype(np.float32)
    request = GenerationRequest(upscale=Upscale(AudioClip(noise, RATE)), upscaler=highs)
    with pytest.raises(UsageError, match=r"reaches 24\.0 kHz already"):
        run(engine, request)


def test_cancel_ends_within_a_step(engine: StudioEngine, kind: FakeUpscaler, highs: str) -> None:
    told: list[Progress] = []
    request = GenerationRequest(upscale=Upscale(dull_sound()), upscaler=highs)
    with pytest.raises(CancelledError):
        engine.generate(request, told.append, lambda: told[-1].phase == "upscale")
    assert [each.phase for each in told].count("upscale") == 1


def test_a_checkpoint_that_reaches_as_far_as_people_hear_gets_none(
    engine: StudioEngine, tiny: str, kind: FakeUpscaler, highs: str
) -> None:
    loaded = engine._load(tiny, VramMode.CPU)
    wide = replace(loaded, capabilities=replace(loaded.capabilities, sample_rate_hz=44_100))
    checkpoint = find_upscaler(highs)
    added = load_highs(checkpoint, upscaler_plan_for(checkpoint, VramMode.CPU))
    request = GenerationRequest(imitation=dull_sound(), checkpoint=tiny, upscaler=highs)
    wanted = Run(wide, request, added)
    assert "reaches 22.05 kHz by itself: no highs were added." in " ".join(wanted.notes)
    assert wanted.provenance.commercial == loaded.checkpoint.commercial


def test_an_upscaler_that_is_not_here_says_how_to_get_it(engine: StudioEngine, tiny: str) -> None:
    request = GenerationRequest(imitation=dull_sound(), checkpoint=tiny, upscaler="audiosr-basic")
    with pytest.raises(CheckpointError, match="checkpoints download audiosr-basic"):
        run(engine, request)


def test_an_upscale_without_an_upscaler_is_refused() -> None:
    with pytest.raises(UsageError, match="Choose an upscaler"):
        GenerationRequest(upscale=Upscale(dull_sound()))
