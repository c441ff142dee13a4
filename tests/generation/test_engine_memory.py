"""The engine and memory: measured, stepped down when short, and given back."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch
from tiny_checkpoint import build_tiny_checkpoint

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CancelledError, OutOfMemoryError
from qvim_studio.core.request import GenerationRequest, VramMode
from qvim_studio.core.result import GenerationResult
from qvim_studio.families.audioldm import generator, loaded
from qvim_studio.generation import engine as engine_module
from qvim_studio.generation.engine import StudioEngine
from qvim_studio.memory import faults as memory_faults
from qvim_studio.memory.accelerators import Accelerator, Accelerators
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.graphs import Pass
from qvim_studio.memory.meter import process_peak_bytes
from qvim_studio.memory.modes import GIB, TRAITS

pytestmark = pytest.mark.usefixtures("quick_ears")

BURST = AudioClip.from_mono(np.random.default_rng(0).standard_normal(8000) * 0.1, 16_000)


@pytest.fixture
def any_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every mode runs, on the processor."""
    monkeypatch.setattr(engine_module, "plan_for", plan_on_processor)


def plan_on_processor(checkpoint: Checkpoint, mode: VramMode, machine: Accelerators) -> ComputePlan:
    return ComputePlan(mode, "cpu", torch.float32, TRAITS[mode])


@pytest.fixture
def expected(tiny: str, any_mode: None) -> np.ndarray:
    """The sound of the processor's own mode."""
    return sound_of_the_processor(tiny)


@cache
def sound_of_the_processor(tiny: str) -> np.ndarray:
    return samples_of(tiny, VramMode.CPU)


def samples_of(tiny: str, mode: VramMode) -> np.ndarray:
    return run(make_engine(), tiny, vram_mode=mode).variations[0].clip.samples


def run(engine: StudioEngine, tiny: str, **changes: object) -> GenerationResult:
    given = {"imitation": BURST, "checkpoint": tiny, "variations": 1, "steps": 2} | changes
    return engine.generate(GenerationRequest(**given), lambda progress: None, lambda: False)


def make_engine() -> StudioEngine:
    return StudioEngine(lambda embedding, folder, embedder: None)


def failing(times: int, monkeypatch: pytest.MonkeyPatch, error: Exception | None = None) -> None:
    """The next denoisings run out of memory."""
    real: Callable[..., torch.Tensor] = generator.sample_latents
    left = [times]

    def sample(*arguments: object, **options: object) -> torch.Tensor:
        if left[0] > 0:
            left[0] -= 1
            raise error or torch.OutOfMemoryError("injected")
        return real(*arguments, **options)

    monkeypatch.setattr(generator, "sample_latents", sample)


def test_a_result_says_what_it_took(tiny: str) -> None:
    memory = run(make_engine(), tiny).memory
    assert memory is not None
    assert (memory.mode, memory.place) == ("cpu", "process")
    assert 0 < memory.estimated_bytes < psutil.virtual_memory().total
    now = psutil.Process().memory_info().rss
    assert memory.peak_bytes == pytest.approx(now, rel=0.2)
    assert memory.peak_bytes == pytest.approx(process_peak_bytes(), rel=0.2)


def test_out_of_memory_steps_down_and_says_so(
    tiny: str, any_mode: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(1, monkeypatch)
    result = run(make_engine(), tiny, vram_mode=VramMode.LOW)
    assert result.request.vram_mode is VramMode.MINIMAL
    assert "short in mode low: made in mode minimal" in result.notes[-1]


def test_out_of_memory_twice_is_a_sentence(
    tiny: str, any_mode: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(2, monkeypatch)
    engine = make_engine()
    with pytest.raises(OutOfMemoryError, match="Close other programs"):
        run(engine, tiny, vram_mode=VramMode.HIGH)
    assert run(engine, tiny, vram_mode=VramMode.LOW).notes == ()


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("injected"),
        MemoryError(),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
        RuntimeError("could not create a primitive"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_out_of_memory_in_the_last_mode_is_a_sentence(
    tiny: str, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    failing(1, monkeypatch, error)
    with pytest.raises(OutOfMemoryError, match="Close other programs"):
        run(make_engine(), tiny, vram_mode=VramMode.CPU)


def test_a_run_that_cannot_fit_is_refused_before_it_begins(
    tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denoise(*arguments: object, **options: object) -> torch.Tensor:
        raise AssertionError("it began")

    monkeypatch.setattr(generator, "sample_latents", denoise)
    monkeypatch.setattr(memory_faults, "free_bytes", lambda: -(2**40))
    with pytest.raises(OutOfMemoryError, match="Ask for a shorter duration"):
        run(make_engine(), tiny, vram_mode=VramMode.CPU, duration_s=120.0)


def test_replayed_passes_make_the_same_sound_from_the_second_request_on(
    tiny: str, any_mode: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    captured = []

    def capture(compute: Pass, inputs: tuple[torch.Tensor, ...]) -> Pass:
        captured.append(inputs)
        return compute

    monkeypatch.setattr(loaded, "can_replay", lambda plan: True)
    monkeypatch.setattr(loaded, "capture_pass", capture)
    engine, asked = make_engine(), {"vram_mode": VramMode.HIGH, "cuda_graphs": True}
    first = run(engine, tiny, **asked)
    assert not captured
    second = run(engine, tiny, **asked)
    assert len(captured) == 2, "guided steps and, at the end, steps without"
    plain = run(engine, tiny, vram_mode=VramMode.HIGH)
    for result in (first, second):
        np.testing.assert_array_equal(
            result.variations[0].clip.samples, plain.variations[0].clip.samples
        )
    assert first.memory is not None and plain.memory is not None
    assert first.memory.estimated_bytes > plain.memory.estimated_bytes
    for expected in (2, 4):  # switched off in between: all graphs were freed
        run(engine, tiny, **asked)
        assert len(captured) == expected


@pytest.mark.parametrize("mode", [VramMode.LOW, VramMode.BALANCED, VramMode.HIGH])
def test_modes_of_full_precision_make_the_same_sound(
    tiny: str, any_mode: None, expected: np.ndarray, mode: VramMode
) -> None:
    np.testing.assert_allclose(samples_of(tiny, mode), expected, atol=1e-5)


def test_the_minimal_mode_makes_nearly_the_same_sound(
    tiny: str, any_mode: None, expected: np.ndarray
) -> None:
    made = samples_of(tiny, VramMode.MINIMAL)
    assert np.linalg.norm(made - expected) < 0.1 * np.linalg.norm(expected)


def test_long_sounds_are_decoded_in_pieces_without_seams(tiny: str) -> None:
    engine = make_engine()
    whole = run(engine, tiny, duration_s=2.0).variations[0].clip.samples
    engine._loaded.generator.piece_frames = 24
    pieces = run(engine, tiny, duration_s=2.0).variations[0].clip.samples
    np.testing.assert_allclose(pieces, whole, atol=1e-3)


def test_another_checkpoint_is_loaded_after_the_first_is_gone(
    tiny: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = str(build_tiny_checkpoint(tmp_path / "other", seed=1))
    engine = make_engine()
    run(engine, tiny)
    first = weakref.ref(engine._loaded)
    load = engine_module.load

    def load_checked(checkpoint: Checkpoint, plan: ComputePlan) -> object:
        gc.collect()
        assert first() is None
        return load(checkpoint, plan)

    monkeypatch.setattr(engine_module, "load", load_checked)
    assert run(engine, other).variations


def live_bytes() -> int:
    gc.collect()
    tensors = (thing for thing in gc.get_objects() if issubclass(type(thing), torch.Tensor))
    return sum(tensor.nbytes for tensor in tensors)


def test_auto_keeps_the_mode_that_runs(tiny: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the engine holds itself is no longer free: it would step down by itself."""
    left = [VramMode.BALANCED, VramMode.MINIMAL]

    def plan_for(checkpoint: Checkpoint, mode: VramMode, machine: Accelerators) -> ComputePlan:
        chosen = left.pop(0) if mode is VramMode.AUTO else mode
        return ComputePlan(chosen, "cpu", torch.float32, TRAITS[chosen])

    monkeypatch.setattr(engine_module, "plan_for", plan_for)
    engine = make_engine()
    modes = [run(engine, tiny, vram_mode=mode).memory for mode in (VramMode.AUTO, VramMode.AUTO)]
    assert [memory and memory.mode for memory in modes] == ["balanced", "balanced"]
    engine.close()
    again = run(engine, tiny, vram_mode=VramMode.AUTO).memory
    assert again is not None and again.mode == "minimal"


def test_a_cancelled_run_leaves_no_tensors(tiny: str) -> None:
    engine = make_engine()
    run(engine, tiny)
    before = live_bytes()
    request = GenerationRequest(imitation=BURST, checkpoint=tiny)
    seen: list[object] = []
    with pytest.raises(CancelledError) as caught:
        engine.generate(request, seen.append, lambda: len(seen) > 3)
    assert caught.value is not None  # still held, with its traceback
    assert live_bytes() == before


@pytest.mark.slow
def test_a_hundred_generations_leave_nothing_behind(tiny: str) -> None:
    engine = make_engine()
    for _ in range(3):
        run(engine, tiny)
    tensors, resident = live_bytes(), psutil.Process().memory_info().rss
    for seed in range(100):
        run(engine, tiny, seed=seed)
    assert live_bytes() == tensors
    assert psutil.Process().memory_info().rss - resident < 30 * 2**20


def test_closing_frees_the_weights(tiny: str) -> None:
    before = live_bytes()
    engine = make_engine()
    run(engine, tiny)
    assert live_bytes() > before
    engine.close()
    assert live_bytes() == before


class FailingGpu(Accelerators):
    """One whose driver lacks what is asked of it: torch's meta device computes nothing."""

    def find(self) -> Accelerator:
        return Accelerator("meta", "Strange GPU", torch.float32)

    def free_bytes(self, device: str) -> int:
        return 100 * GIB


def test_a_gpu_that_fails_costs_a_note_and_the_processor_goes_on(
    tiny: str, caplog: pytest.LogCaptureFixture
) -> None:
    engine = StudioEngine(lambda embedding, folder, embedder: None, accelerators=FailingGpu())
    result = run(engine, tiny)
    assert len(result.variations) == 1
    assert "Strange GPU could not make it" in result.notes[-1]
    assert "Strange GPU failed" in caplog.text
    again = run(engine, tiny)
    assert not any("Strange GPU" in note for note in again.notes)
    assert again.memory is not None and again.memory.mode == "cpu"
