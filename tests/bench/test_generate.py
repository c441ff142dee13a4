"""The bench: its arithmetic, its processes, and that the pipeline it beats is asked the same."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import torch
from tiny_checkpoint import make_tiny_unet
from tqdm import tqdm
from transformers import (
    ClapTextConfig,
    ClapTextModelWithProjection,
    SpeechT5HifiGan,
    SpeechT5HifiGanConfig,
)

from qvim_studio.bench import measuring
from qvim_studio.bench.contenders import Made, PipelineContender, Place, StudioContender
from qvim_studio.bench.generate import (
    MEASURED_STEPS,
    PREVIEW_STEPS,
    QUALITY_STEPS,
    compare,
    compare_starter,
    report,
    row,
)
from qvim_studio.bench.measuring import ContenderProcess, Timing, busy_processes
from qvim_studio.commands import cli
from qvim_studio.core.engine import OnProgress
from qvim_studio.core.errors import StudioError
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.request import GenerationRequest, SamplerName, VramMode
from qvim_studio.core.result import GenerationResult, Progress
from qvim_studio.diffusion.sampler import make_scheduler, sample_latents
from qvim_studio.families.audioldm.label_denoiser import LabelDenoiser, label_conditions
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.generation import engine as engine_module
from qvim_studio.memory.modes import GIB
from qvim_studio.training.trainers.unet import make_training_scheduler as training_scheduler
from qvim_studio.training.trainers.vae import make_vae
from qvim_studio.ui.request.quality_bar import Quality, steps_for

from diffusers import AudioLDMPipeline  # isort: skip

PIPELINE = {
    "load_seconds": 4.0,
    "load_cpu_seconds": 4.0,
    "first_clip_seconds": 12.0,
    "first_sound_seconds": 16.0,
    "clip_seconds": 12.0,
    "clip_cpu_seconds": 24.0,
    "step_seconds": 0.7,
    "other_seconds": 5.0,
    "step_cpu_seconds": 1.4,
    "other_cpu_seconds": 10.0,
    "clips_per_minute_in_pairs": 5.0,
    "first_of_click_seconds": 48.0,
    "peak_bytes": 2.5e9,
}
STUDIO = {
    "load_seconds": 2.0,
    "load_cpu_seconds": 2.0,
    "first_clip_seconds": 4.0,
    "first_sound_seconds": 8.0,
    "clip_seconds": 6.0,
    "clip_cpu_seconds": 12.0,
    "step_seconds": 0.35,
    "other_seconds": 2.5,
    "step_cpu_seconds": 0.7,
    "other_cpu_seconds": 5.0,
    "clips_per_minute_in_pairs": 10.0,
    "first_of_click_seconds": 6.0,
    "peak_bytes": 1.25e9,
}


def error(sampler: str, steps: int, value: float) -> dict[str, object]:
    return {
        "sampler": sampler,
        "steps": steps,
        "error": value,
        "choosing_error": value,
        "dtype": "float32",
        "active_db": 1.0,
    }


def test_ratios_say_how_much_better_the_studio_is() -> None:
    errors = [error("ddim", 25, 0.08), error("dpm-solver++", 8, 0.09)]
    errors += [error("dpm-solver++", 15, 0.01), error("dpm-solver++", 10, 0.05)]
    ratios = compare({"pipeline": PIPELINE, "studio": STUDIO}, errors)
    assert ratios["speedup"] == ratios["load_speedup"] == ratios["throughput_ratio"] == 2.0
    assert ratios["ram_ratio"] == 0.5
    assert (ratios["click_speedup"], ratios["first_sound_speedup"]) == (3.0, 2.0)
    assert ratios["first_of_click_speedup"] == 8.0
    assert (ratios["equal_error_steps"], ratios["output_error"]) == (10, 0.05)
    assert ratios["equal_error_speedup"] == pytest.approx((5 + 25 * 0.7) / (2.5 + 10 * 0.35), 1e-3)
    assert ratios["equal_error_speedup_cpu_time"] == ratios["equal_error_speedup"]
    assert ratios["quality_speedup"] == pytest.approx((5 + 200 * 0.7) / (2.5 + 12 * 0.35), 1e-3)


def test_steps_are_chosen_on_other_samples_than_they_are_judged_on() -> None:
    lucky = {**error("dpm-solver++", 8, 0.09), "choosing_error": 0.01}
    errors = [error("ddim", 25, 0.08), lucky, error("dpm-solver++", 10, 0.05)]
    ratios = compare({"pipeline": PIPELINE, "studio": STUDIO}, errors)
    assert ratios["output_error"] is None and ratios["reference_error"] == 0.08


def test_no_equal_speed_is_claimed_where_no_error_is_small_enough() -> None:
    errors = [error("ddim", 25, 0.08), error("dpm-solver++", 20, 0.09)]
    ratios = compare({"pipeline": PIPELINE, "studio": STUDIO}, errors)
    assert ratios["output_error"] is None and "equal_error_speedup" not in ratios


def test_the_starters_presets_are_compared_with_many_steps_of_its_own() -> None:
    measured = {"other_seconds": 1.0, "step_seconds": 0.1, "sketch_seconds": 0.7}
    ratios = compare_starter(measured)
    assert ratios["starter_quality_speedup"] == pytest.approx(21.0 / 2.2, rel=1e-3)
    assert ratios["starter_preview_speedup"] == pytest.approx(21.0 / 0.7, rel=1e-3)


def test_the_measured_preview_is_the_windows_sketch() -> None:
    starter = find_checkpoint("starter")
    assert steps_for(Quality.SKETCH, starter.defaults.steps) == PREVIEW_STEPS
    assert starter.defaults.steps == QUALITY_STEPS


def test_a_row_takes_the_fastest_clip_and_splits_off_its_steps() -> None:
    clips = [Timing(9.0, 12.0, 0.5, 1.0), Timing(7.0, 13.0, 0.4, 0.8)]
    made = row(
        MEASURED_STEPS + 10,
        [Timing(5.0, 2.0), Timing(3.0, 3.0)],
        Timing(8.0, 8.0),
        clips,
        Timing(7.0, 14.0, 0.5, passes=2.0),
        Timing(20.0, 40.0, 0.6, first_sound_seconds=6.0, passes=4.0),
    )
    assert made["clip_seconds"] == pytest.approx(7.0 + 10 * 0.4)
    assert made["clip_cpu_seconds"] == pytest.approx(12.0 + 10 * 0.8)
    assert made["other_seconds"] == pytest.approx(7.0 - MEASURED_STEPS * 0.4)
    assert made["first_clip_seconds"] == pytest.approx(8.0 + 10 * 0.4)
    assert made["first_sound_seconds"] == pytest.approx(11.0 + 10 * 0.4)
    assert made["clips_per_minute_in_pairs"] == pytest.approx(120 / (7.0 + 10 * 0.5 * 2))
    assert made["first_of_click_seconds"] == pytest.approx(6.0 + 10 * 0.6)


def test_the_report_names_weights_and_machine() -> None:
    table = {"pipeline": PIPELINE, "studio": STUDIO}
    asked = {
        "threads": 2,
        "busy_processes": 0,
        "vram_mode": "cpu",
        "steps": 10,
        "seconds_of_audio": 5.0,
        "load_average": (0.1, 2.0),
    }
    errors = [error("ddim", 25, 0.08)]
    result = {"weights": "random", "machine": "a box", "table": table, "errors": errors, **asked}
    text = report({**result, **compare(table, errors)})
    assert text.startswith(
        "random; a box, 2 threads, mode cpu, load average 0.1 before and 2.0 after"
    )
    beside = report({**result, "busy_processes": 3, **compare(table, errors)})
    assert "mode cpu, beside 3 busy processes, load" in beside
    assert "ram_ratio" in text and "ddim, float32" in text


class CountingContender:
    """Two clips of three steps in one pass, or one after the other."""

    def __init__(self, place: Place) -> None:
        self._seconds = 0.0

    def now(self) -> tuple[float, float]:
        self._seconds += 1.0
        return self._seconds, 2 * self._seconds

    def clip(self, is_one_by_one: bool) -> Made:
        steps = [self.now() for _ in range(3)]
        first_sound = self.now()
        if is_one_by_one:
            steps += [self.now() for _ in range(3)]
        return Made(steps, first_sound)


@pytest.mark.parametrize("is_one_by_one", [False, True])
def test_steps_and_the_first_sound_are_timed(
    monkeypatch: pytest.MonkeyPatch, is_one_by_one: bool
) -> None:
    class Question:
        """Asks once, keeps the answer, and ends."""

        answer: Timing

        def recv(self) -> tuple[object, ...]:
            if hasattr(self, "answer"):
                raise EOFError
            return "clip", is_one_by_one

        def send(self, answer: Timing) -> None:
            self.answer = answer

    monkeypatch.setitem(measuring.CONTENDERS, "counting", CountingContender)
    monkeypatch.setattr(measuring.time, "perf_counter", lambda: 0.0)
    monkeypatch.setattr(measuring.time, "process_time", lambda: 0.0)
    question = Question()
    with pytest.raises(EOFError):
        measuring._serve("counting", Path(), Place(), question)
    wanted = Timing(5.0, 10.0, 1.0, 2.0, 4.0)
    if is_one_by_one:
        wanted = replace(wanted, seconds=8.0, cpu_seconds=16.0, passes=2.0)
    assert question.answer == wanted


def test_busy_processes_are_busy_and_end() -> None:
    before = {child.pid for child in psutil.Process().children()}
    with busy_processes(2):
        busy = [c for c in psutil.Process().children() if c.pid not in before]
        assert len(busy) == 2
        deadline = time.monotonic() + 30
        while min(sum(child.cpu_times()[:2]) for child in busy) < 0.1:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    assert not any(child.is_running() for child in busy)


def test_a_measured_process_that_ends_is_said_in_a_sentence(tmp_path: Path) -> None:
    with (
        ContenderProcess("nobody", tmp_path, Place()) as contender,
        pytest.raises(StudioError, match="nobody ended while it was measured"),
    ):
        contender.load()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--vram-mode", "high"), "needs a GPU that PyTorch can use"),
        (("--busy", "-1"), "counts processes"),
        (("--cap-gib", "6"), "a mode that uses the GPU, got the mode cpu"),
        (("--vram-mode", "low", "--cap-gib", "0"), "more than 0"),
        (("--vram-mode", "low", "--cap-gib", "nan"), "more than 0"),
    ],
)
def test_what_cannot_be_measured_is_told(
    options: tuple[str, ...],
    message: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    assert cli.main(["bench", "generate", *options]) == 2
    assert message in capsys.readouterr().err


def test_on_a_gpu_the_studio_keeps_to_its_cap_and_times_what_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    did: list[object] = []
    engine = ScriptedEngine(did, VramMode.LOW)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (7 * GIB, 8 * GIB))
    monkeypatch.setattr(torch.cuda, "set_per_process_memory_fraction", did.append)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: did.append("waited"))
    monkeypatch.setattr(torch.cuda, "max_memory_reserved", lambda: 123)
    monkeypatch.setattr(engine_module, "StudioEngine", lambda find_nearest: engine)
    contender = StudioContender(Place(VramMode.LOW, 6 * GIB, "cuda"))
    contender.load(tmp_path)
    made = contender.clip(5.0, 2, 1, 0)
    assert did == [0.75, VramMode.LOW, (VramMode.LOW, True), *["waited"] * 3]
    assert len(made.steps) == 2 and made.steps[-1] < made.first_sound
    assert contender.peak_bytes() == 123


def test_a_mode_that_did_not_fit_is_not_measured_as_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: None)
    engine = ScriptedEngine([], VramMode.MINIMAL)
    monkeypatch.setattr(engine_module, "StudioEngine", lambda find_nearest: engine)
    contender = StudioContender(Place(VramMode.LOW, device="cuda"))
    contender.load(tmp_path)
    with pytest.raises(StudioError, match="went on in mode minimal"):
        contender.clip(5.0, 2, 1, 0)


class ScriptedEngine:
    """Says what it was asked for, and makes nothing, in one mode."""

    def __init__(self, did: list[object], mode: VramMode) -> None:
        self._did = did
        self._mode = mode

    def prepare(self, checkpoint: str, vram_mode: VramMode, text: str) -> None:
        self._did.append(vram_mode)

    def generate(
        self, request: GenerationRequest, on_progress: OnProgress, stop: object
    ) -> GenerationResult:
        self._did.append((request.vram_mode, request.cuda_graphs))
        for step in range(request.steps or 0):
            on_progress(Progress("denoise", step, request.steps or 0))
        executed = request.with_changes(vram_mode=self._mode)
        result = GenerationResult(executed, Provenance("a", "A", "1", "CC0", "yes"), ())
        on_progress(Progress("decode", 1, 1, arrived=result))
        return result


def test_a_checkpoint_that_only_the_studio_reads_is_told() -> None:
    with pytest.raises(StudioError, match=r"own pipeline cannot load .*starter \(.{,300}\)\. Give"):
        PipelineContender(Place()).load(resource_path("starter"))


def test_our_ddim_loop_is_the_pipelines() -> None:
    """The reference of the error table really is what the pipeline computes."""
    torch.manual_seed(0)
    unet, vae = make_tiny_unet(in_channels=8).eval(), make_vae((8, 8, 8)).eval()
    vocoder = SpeechT5HifiGan(
        SpeechT5HifiGanConfig(
            model_in_dim=64,
            upsample_initial_channel=64,
            upsample_rates=[5, 4, 2, 2, 2],
            upsample_kernel_sizes=[16, 16, 8, 4, 4],
        )
    )
    scheduler = training_scheduler()  # DDIM, as diffusers has it
    tower = ClapTextModelWithProjection(
        ClapTextConfig(vocab_size=8, hidden_size=8, num_hidden_layers=1, num_attention_heads=1)
    )
    tqdm.monitor_interval = 0  # its thread would outlive the test
    pipeline = AudioLDMPipeline(vae, tower, None, unet, scheduler, vocoder)
    pipeline.set_progress_bar_config(disable=True)
    wanted, unwanted = torch.nn.functional.normalize(torch.randn(2, 1, 512), dim=-1)
    noise = torch.randn(1, 8, 8, 16)
    seen: list[torch.Tensor] = []
    pipeline(
        prompt_embeds=wanted,
        negative_prompt_embeds=unwanted,
        audio_length_in_s=0.32,
        num_inference_steps=5,
        guidance_scale=2.5,
        latents=noise,
        callback=lambda step, timestep, latents: seen.append(latents),
    )
    ours = sample_latents(
        LabelDenoiser(unet),
        make_scheduler(SamplerName.DDIM, dict(training_scheduler().config)),
        noise,
        label_conditions(wanted, unwanted),
        steps=5,
        guidance=2.5,
        on_step=lambda step, steps: None,
        is_cancelled=lambda: False,
    )
    torch.testing.assert_close(ours, seen[-1], atol=1e-5, rtol=1e-4)
