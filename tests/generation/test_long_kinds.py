"""Long sounds of every kind: loops, morphs, stereo takes, and highs of an upscaler."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from engine_runs import find_nothing
from fake_upscaler import TONE_HZ, FakeUpscaler, write_fake_upscaler
from long_runs import (
    WINDOWS,
    make,
    request_for,
    rms_db,
    voice,
)
from long_sounds import RATE, NoiseWindows, load_noise

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import UsageError
from qvim_studio.core.request import Start, VramMode
from qvim_studio.core.result import Progress, SoundChunk
from qvim_studio.families import known
from qvim_studio.families.catalog import find_upscaler
from qvim_studio.families.plans import upscaler_plan_for
from qvim_studio.generation.defaults import is_windowed
from qvim_studio.generation.finish.finishing import OUTPUT_RATE_HZ
from qvim_studio.generation.finish.highs import load_highs
from qvim_studio.generation.loaded import Loaded
from qvim_studio.generation.long_run import LongRun
from qvim_studio.generation.phase_clock import PhaseClock
from qvim_studio.generation.preparation import PreparedRun

pytestmark = pytest.mark.usefixtures("quick_ears")


def test_all_long_sounds_but_edits_are_made_window_by_window(
    noise: tuple[Loaded, NoiseWindows],
) -> None:
    can = noise[0].capabilities
    assert is_windowed(request_for(2.1), can) and not is_windowed(request_for(2.0), can)
    assert is_windowed(request_for(2.1, loop=True), can)
    assert is_windowed(request_for(2.1, upscaler="audiosr"), can)
    at_once = replace(noise[0], capabilities=replace(can, windows=None))
    for request in (request_for(2.5), request_for(2.5, loop=True)):
        with pytest.raises(UsageError, match="Ask for a shorter one, or choose another checkpoint"):
            PreparedRun(at_once, request)


def stereo_take(seconds: float) -> AudioClip:
    """The left channel sounds in the first half, the right one more quietly in the second."""
    rng, half = np.random.default_rng(5), round(seconds * RATE / 2)
    samples = np.zeros((2 * half, 2), np.float32)
    samples[:half, 0] = 0.2 * rng.standard_normal(half)
    samples[half:, 1] = 0.02 * rng.standard_normal(half)
    return AudioClip(samples, RATE)


def test_both_channels_are_seen_in_the_progress(noise: tuple[Loaded, NoiseWindows]) -> None:
    shares: list[float] = []
    request = request_for(None, imitation=stereo_take(5.0), start=Start.IMITATION)
    make(
        noise[0],
        request,
        lambda made: shares.append(made.fraction) if made.phase == "denoise" else None,
    )
    assert shares == sorted(shares) and shares[-1] == 1.0


def test_a_long_loop_goes_on_over_its_seam_and_follows_the_take_at_its_place(
    noise: tuple[Loaded, NoiseWindows],
) -> None:
    loaded, _ = noise
    chunks: list[SoundChunk] = []

    def on_progress(progress: Progress) -> None:
        if progress.chunk is not None:
            chunks.append(progress.chunk)

    take = voice((2.0, 0.2), (2.0, 0.02))
    request = request_for(None, imitation=take, loop=True, follow=1.0)
    make(loaded, request, on_progress, in_chunks=True)
    ((sound,), _) = make(loaded, request)
    clip = sound.clip
    assert len(clip.samples) == 4 * OUTPUT_RATE_HZ == chunks[-1].end == chunks[-1].planned
    together = np.concatenate([one.variation.clip.samples for one in chunks])
    np.testing.assert_array_equal(together, clip.samples)
    assert rms_db(clip, 0.3, 1.8) - rms_db(clip, 2.3, 3.7) == pytest.approx(20.0, abs=2.0)
    twice = np.concatenate([clip.samples, clip.samples])[:, 0].astype(np.float64)
    frames = len(clip.samples)
    for order in (1, 2):
        moves = np.abs(np.diff(twice, order))
        assert moves[frames - 4 : frames + 2].max() <= moves[: frames - 4].max()


def test_a_long_sound_gets_its_highs_from_the_chosen_upscaler_window_by_window(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = FakeUpscaler()
    monkeypatch.setattr(known, "all_upscalers", lambda: (kind,))
    checkpoint = find_upscaler(str(write_fake_upscaler(tmp_path / "highs")))
    highs = load_highs(checkpoint, upscaler_plan_for(checkpoint, VramMode.CPU))
    loaded, generator = load_noise(folder, WINDOWS, max_s=2.0)
    request = request_for(4.0, upscaler=str(tmp_path / "highs"))
    run = LongRun(loaded, request, highs, in_chunks=False)
    run.encode(find_nothing)
    counted: list[tuple[int, int]] = []
    (sound,) = run.make(
        lambda made: counted.append((made.step, made.steps)) if made.phase == "upscale" else None,
        lambda: False,
        lambda variation, picture: None,
        PhaseClock(),
    )
    windows = len(generator.asked)
    assert counted == [(step, 3 * windows) for step in range(1, 3 * windows + 1)]
    assert sound.extended_to_hz == 24_000 and sound.provenance is None
    assert len({seed for _, seed in kind.asked[-windows:]}) == windows
    spectrum = np.abs(np.fft.rfft(sound.clip.samples[:, 0]))
    tone = round(TONE_HZ * len(sound.clip.samples) / OUTPUT_RATE_HZ)
    assert spectrum[tone - 50 : tone + 50].max() > 10 * np.median(spectrum[tone - 9_000 : tone])
