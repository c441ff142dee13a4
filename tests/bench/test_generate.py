"""The arithmetic of the bench: ratios, the steps of equal error, and the report."""

from __future__ import annotations

import pytest
import torch

from qvim_studio.bench.generate import (
    MEASURED_STEPS,
    PREVIEW_STEPS,
    QUALITY_STEPS,
    compare,
    compare_starter,
    report,
    row,
)
from qvim_studio.bench.measuring import Timing
from qvim_studio.commands import cli
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.ui.request.quality_bar import Quality, steps_for

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
