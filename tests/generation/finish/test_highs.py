"""Highs by an upscaler: of what is made and of a sound that gets nothing else."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fake_upscaler import NOTE, STEPS, TONE_HZ, FakeUpscaler, write_fake_upscaler

from qvim_studio.audio.resample import resample
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CancelledError, CheckpointError, UsageError
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.request import GenerationRequest, VramMode
from qvim_studio.core.result import GenerationResult, Progress
from qvim_studio.core.upscale import Upscale
from qvim_studio.families import known
from qvim_studio.families.catalog import find_checkpoint, find_upscaler
from qvim_studio.families.plans import upscaler_plan_for
from qvim_studio.generation.engine import StudioEngine
from qvim_studio.generation.finish.highs import load_highs
from qvim_studio.generation.run import Run

pytestmark = pytest.mark.usefixtures("quick_ears")
RATE = 48_000


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
    engine: StudioEngine, request: GenerationRequest, reported: list[Progress] | None = None
) -> GenerationResult:
    on_progress = (lambda progress: None) if reported is None else reported.append
    return engine.generate(request, on_progress, lambda: False)


def test_what_is_made_gets_its_highs_from_the_chosen_upscaler(
    engine: StudioEngine, tiny: str, kind: FakeUpscaler, highs: str
) -> None:
    reported: list[Progress] = []
    request = GenerationRequest(
        imitation=dull_sound(), checkpoint=tiny, variations=2, seed=5, upscaler=highs
    )
    result = run(engine, request, reported)
    for made in result.variations:
        assert (made.bandwidth_hz, made.extended_to_hz) == (8_000, 24_000)
        assert made.clip.sample_rate == RATE and tone_level(made.clip) > 0.005
    # What filters have left at the end of the model's band is no highs either.
    assert kind.asked[-2:] == [(7_200.0, 5), (7_200.0, 6)]
    counted = [(each.step, each.steps) for each in reported if each.phase == "upscale"]
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
    reported: list[Progress] = []
    request = GenerationRequest(upscale=Upscale(sound, own, 5_000.0), upscaler=highs, seed=3)
    result = run(engine, request, reported)
    (made,) = result.variations
    assert made.clip.samples.shape == sound.samples.shape and made.clip.sample_rate == RATE
    added = made.clip.samples - sound.samples
    assert np.abs(added).max() == pytest.approx(0.02, abs=1e-4)
    assert (made.bandwidth_hz, made.extended_to_hz, made.seed) == (5_000, 24_000, 3)
    assert kind.asked[-1] == (4_500.0, 3)
    assert result.provenance.licence == "Secret + MIT" and result.provenance.commercial == "no"
    last = [each for each in reported if each.phase == "upscale"][-1]
    assert last.step == last.steps == channels * STEPS
    assert result.seconds.keys() >= {"load", "upscale", "total"}


def long_upscale(highs: str, seconds: float, rate: int = RATE, **more: object) -> GenerationRequest:
    noise = np.random.default_rng(0).standard_normal((round(seconds * rate), 1), np.float32)
    sound = Upscale(AudioClip(np.float32(0.1) * noise, rate), None, 5_000.0)
    return GenerationRequest(upscale=sound, upscaler=highs, seed=3, **more)  # type: ignore[arg-type]


def test_a_long_sound_gets_its_highs_window_by_window_and_stays_what_it_is(
    kind: FakeUpscaler, highs: str
) -> None:
    request = long_upscale(highs, 70.0)
    engine = StudioEngine(lambda *asked: (), in_chunks=True)
    reported: list[Progress] = []
    (empty,) = run(engine, request, reported).variations
    assert not len(empty.clip.samples) and len({seed for _, seed in kind.asked[1:]}) == 3
    chunks = [each.chunk for each in reported if each.chunk is not None]
    assert [one.begin for one in chunks] == [0, *(one.end for one in chunks[:-1])]
    assert {one.planned for one in chunks} == {chunks[-1].end} == {70 * RATE}
    shares = [each.fraction for each in reported if each.phase == "upscale"]
    assert shares == sorted(shares) and shares[-1] == 1.0
    (whole,) = run(StudioEngine(lambda *asked: ()), request).variations
    together = np.concatenate([one.variation.clip.samples for one in chunks])
    np.testing.assert_array_equal(together, whole.clip.samples)
    assert request.upscale is not None
    added = together - request.upscale.sound.samples
    rms = np.sqrt(np.mean(np.square(added).reshape(-1, RATE // 10), axis=1))
    assert rms.max() < 1.5 * 0.02 / np.sqrt(2) and np.abs(added).max() < 0.03


def test_a_long_sound_of_another_rate_is_converted_without_a_seam(
    engine: StudioEngine, kind: FakeUpscaler, highs: str
) -> None:
    request = long_upscale(highs, 31.5, 11_025)
    (made,) = run(engine, request).variations
    assert request.upscale is not None
    wanted = resample(request.upscale.sound, RATE).samples
    added = (made.clip.samples[:, 0] - wanted[:, 0]) * np.hanning(len(wanted))
    spectrum = np.fft.rfft(added.astype(np.float64))
    spectrum[np.fft.rfftfreq(len(wanted), 1 / RATE) > 15_000] = 0
    assert np.abs(np.fft.irfft(spectrum)).max() < 1e-4
    older = run(engine, request.with_changes(in_windows=False)).variations[0]
    assert kind.asked[-1] == (4_500.0, 3) and older.clip.samples.shape == made.clip.samples.shape


def test_the_memory_of_an_upscale_does_not_grow_with_the_sound(
    kind: FakeUpscaler, highs: str
) -> None:
    engine = StudioEngine(lambda *asked: (), in_chunks=True)

    def peak(seconds: float) -> int:
        request = long_upscale(highs, seconds, 8_000)
        tracemalloc.start()
        try:
            run(engine, request)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(31.0)  # what is imported late
    assert peak(300.0) <= 1.2 * peak(61.0)


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
    reported: list[Progress] = []
    request = GenerationRequest(upscale=Upscale(dull_sound()), upscaler=highs)
    with pytest.raises(CancelledError):
        engine.generate(request, reported.append, lambda: reported[-1].phase == "upscale")
    assert [each.phase for each in reported].count("upscale") == 1


def test_a_checkpoint_that_reaches_as_far_as_people_hear_gets_none(
    engine: StudioEngine, tiny: str, kind: FakeUpscaler, highs: str
) -> None:
    loaded = engine._load(find_checkpoint(tiny), VramMode.CPU)
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
