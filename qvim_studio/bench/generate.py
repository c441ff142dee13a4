"""``qvim-studio bench generate``: the studio against diffusers' pipeline, side by side."""

from __future__ import annotations

import argparse
import platform
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from qvim_studio.bench.measuring import ContenderProcess, Timing
from qvim_studio.core.errors import UsageError

DEFAULT_STEPS = 10  # the pipeline's own
PIPELINE_STEPS = 25  # its clip whose error is matched
MANY_STEPS = 200  # the reference; its time follows from the measured time of a step
QUALITY_STEPS = 20
CANDIDATE_STEPS = (8, 10, 12, 15, QUALITY_STEPS)
Say = Callable[[str], None]


def bench_generate(options: argparse.Namespace) -> dict[str, Any]:
    """Measure, compare and print; every ratio is of two numbers from this one run."""
    if options.rounds < 1:
        raise UsageError(f"--rounds must be at least 1, got {options.rounds}. Ask for one or more.")
    if options.steps < 2 or not 1.0 <= options.seconds <= 60.0:
        raise UsageError(
            f"Got --steps {options.steps} and --seconds {options.seconds}, expected at least 2 "
            "steps and 1 to 60 seconds. Choose values in that range."
        )
    say: Say = (lambda text: None) if options.json else print
    with tempfile.TemporaryDirectory(prefix="qvim-bench-") as temporary:
        folder = options.checkpoint
        if folder is None:
            from qvim_studio.bench.shapes import make_random_checkpoint

            say(f"Making random weights of the true AudioLDM-{options.size} shape ...")
            folder = make_random_checkpoint(Path(temporary), options.size)
        table = _measure(folder, options, say)
    errors = [] if options.no_error else _measure_errors(say)
    result = {
        "machine": f"{platform.processor() or platform.machine()}, {platform.system()}",
        "threads": _threads(),
        "seconds_of_audio": options.seconds,
        "steps": options.steps,
        "date": date.today().isoformat(),
        "weights": f"random, AudioLDM-{options.size} shape"
        if options.checkpoint is None
        else str(options.checkpoint),
        "table": table,
        "errors": errors,
        **compare(table, errors),
    }
    say(report(result))
    return result


def _measure(folder: Path, options: argparse.Namespace, say: Say) -> dict[str, dict[str, float]]:
    table: dict[str, dict[str, float]] = {}
    seconds, steps = options.seconds, options.steps
    with ExitStack() as stack:
        contenders = [
            stack.enter_context(ContenderProcess(name, folder)) for name in ("pipeline", "studio")
        ]
        loads, firsts = {}, {}
        for contender in contenders:
            say(f"Loading the {contender.name} ...")
            loads[contender.name] = contender.load()
            firsts[contender.name] = contender.clip(seconds, steps)
        clips: dict[str, list[Timing]] = {contender.name: [] for contender in contenders}
        for number in range(options.rounds):
            # In turn, so that whatever else the machine does meets both.
            for contender in contenders:
                say(f"Clip {number + 1} of {options.rounds}: {contender.name} ...")
                clips[contender.name].append(contender.clip(seconds, steps, seed=number + 1))
        for contender in contenders:
            batch = contender.clip(seconds, steps, variations=2, seed=99)
            name = contender.name
            table[name] = row(steps, loads[name], firsts[name], clips[name], batch)
            table[name]["peak_bytes"] = contender.peak_bytes()
    return table


def row(
    steps: int, load: Timing, first: Timing, clips: list[Timing], batch: Timing
) -> dict[str, float]:
    """What one contender took; of repeated clips the fastest counts."""
    best = min(clips, key=lambda clip: clip.seconds)
    best_cpu = min(clip.cpu_seconds for clip in clips)
    step = min(clip.step_seconds for clip in clips)
    return {
        "load_seconds": load.seconds,
        "first_sound_seconds": load.seconds + first.seconds,
        "clip_seconds": best.seconds,
        "clip_cpu_seconds": best_cpu,
        "step_seconds": step,
        "other_seconds": max(0.0, best.seconds - steps * step),
        "clips_per_minute_in_pairs": 2 * 60.0 / batch.seconds,
    }


def compare(table: dict[str, dict[str, float]], errors: list[dict[str, Any]]) -> dict[str, Any]:
    """The ratios, above 1 where the studio is better, except ``ram_ratio`` (below 1 is better)."""
    pipeline, studio = table["pipeline"], table["studio"]

    def at(contender: dict[str, float], steps: int) -> float:
        return contender["other_seconds"] + steps * contender["step_seconds"]

    ratios: dict[str, Any] = {
        "speedup": pipeline["clip_seconds"] / studio["clip_seconds"],
        "speedup_cpu_time": pipeline["clip_cpu_seconds"] / studio["clip_cpu_seconds"],
        "load_speedup": pipeline["load_seconds"] / studio["load_seconds"],
        "first_sound_speedup": pipeline["first_sound_seconds"] / studio["first_sound_seconds"],
        "throughput_ratio": studio["clips_per_minute_in_pairs"]
        / pipeline["clips_per_minute_in_pairs"],
        "ram_ratio": studio["peak_bytes"] / pipeline["peak_bytes"],
        "quality_speedup": at(pipeline, MANY_STEPS) / at(studio, QUALITY_STEPS),
    }
    by_case = {(case["sampler"], case["steps"]): case["error"] for case in errors}
    reference_error = by_case.get(("ddim", PIPELINE_STEPS))
    equal = sorted(
        (steps, error)
        for (sampler, steps), error in by_case.items()
        if sampler != "ddim" and reference_error is not None and error <= reference_error
    )
    ratios |= {"reference_error": reference_error, "output_error": None}
    if equal:
        steps, error = equal[0]
        ratios["output_error"] = error
        ratios["equal_error_steps"] = steps
        ratios["equal_error_speedup"] = at(pipeline, PIPELINE_STEPS) / at(studio, steps)
    return {key: round(v, 4) if isinstance(v, float) else v for key, v in ratios.items()}


def report(result: dict[str, Any]) -> str:
    """The table and the ratios for people."""
    lines = [f"{result['weights']}; {result['machine']}, {result['threads']} threads"]
    lines += [f"{result['steps']} steps, {result['seconds_of_audio']} s of audio", ""]
    lines.append(f"{'':28} {'pipeline':>12} {'studio':>12}")
    pipeline, studio = result["table"]["pipeline"], result["table"]["studio"]
    for key in pipeline:
        scale, name = (2**20, "peak_mib") if key == "peak_bytes" else (1, key)
        lines.append(f"{name:28} {pipeline[key] / scale:12.2f} {studio[key] / scale:12.2f}")
    lines.append("")
    ratios = {key: result[key] for key in result if key.endswith(("speedup", "ratio", "error"))}
    lines += [f"{key:28} {value:.3f}" for key, value in ratios.items() if value is not None]
    return "\n".join(lines)


def _measure_errors(say: Say) -> list[dict[str, Any]]:
    from qvim_studio.bench.accuracy import measure_errors
    from qvim_studio.models.checkpoints import find_checkpoint

    say("Comparing with 200 DDIM steps on the starter's trained weights ...")
    errors = measure_errors(
        find_checkpoint("starter"), (DEFAULT_STEPS, PIPELINE_STEPS), CANDIDATE_STEPS
    )
    return [asdict(error) for error in errors]


def _threads() -> int:
    import torch

    return torch.get_num_threads()
