"""``qvim-studio bench generate``: the studio against diffusers' pipeline, side by side.

A clip of N steps costs the time before and after the denoising plus N times the time of a step.
Both are measured on clips of MEASURED_STEPS steps, which saves hours of equal steps; the times of
other clips are computed from them, and the report says so.
"""

from __future__ import annotations

import argparse
import math
import platform
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import psutil

from qvim_studio.bench.contenders import Place
from qvim_studio.bench.measuring import ContenderProcess, Timing, busy_processes
from qvim_studio.core.errors import UsageError
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.program.settings import Settings
from qvim_studio.core.request import SamplerName, VramMode
from qvim_studio.memory.modes import GIB

DEFAULT_STEPS = 10  # the pipeline's own
PIPELINE_STEPS = 25  # of the pipeline's clip whose error is matched
MANY_STEPS = 200  # the reference; its time follows from the measured time of a step
QUALITY_STEPS = 12  # the starter's own
PREVIEW_STEPS = 4  # as the window's sketch of the starter, see ui.request.quality_bar
CANDIDATE_STEPS = (PREVIEW_STEPS, 7, 10, QUALITY_STEPS, 15, 20)
MEASURED_STEPS = DEFAULT_STEPS
CLICKED = Settings().variations
EQUALLED = (SamplerName.DDIM.value, PIPELINE_STEPS)
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
    if options.busy < 0:
        raise UsageError(f"--busy counts processes, got {options.busy}. Give 0 or more.")
    place = _place(options)
    say: Say = (lambda text: None) if options.json else print
    load_before = _load_average()
    with tempfile.TemporaryDirectory(prefix="qvim-bench-") as temporary:
        folder = options.checkpoint
        if folder is None:
            from qvim_studio.bench.shapes import make_random_checkpoint

            say(f"Making random weights of the true AudioLDM-{options.size} shape ...")
            folder = make_random_checkpoint(Path(temporary), options.size)
        with busy_processes(options.busy):
            table = _measure(folder, place, options, say)
    starter = None if options.no_error else _measure_starter(options, say)
    errors = [] if options.no_error else _measure_errors(say)
    result = {
        "machine": f"{platform.processor() or platform.machine()}, {platform.system()}",
        "threads": _threads(),
        "busy_processes": options.busy,
        "vram_mode": place.mode.value,
        "seconds_of_audio": options.seconds,
        "steps": options.steps,
        "load_average": (load_before, _load_average()),
        "date": date.today().isoformat(),
        "weights": f"random, AudioLDM-{options.size} shape"
        if options.checkpoint is None
        else str(options.checkpoint),
        "table": table,
        "starter": starter,
        "errors": errors,
        **compare(table, errors),
        **({} if starter is None else compare_starter(starter)),
    }
    say(report(result))
    return result


def _place(options: argparse.Namespace) -> Place:
    mode = VramMode(options.vram_mode)
    if options.cap_gib is not None and (mode is VramMode.CPU or not 0 < options.cap_gib < math.inf):
        raise UsageError(
            f"--cap-gib {options.cap_gib:g} limits the GPU's memory, expected more than 0 and a "
            f"mode that uses the GPU, got the mode {mode.value}. Choose one with --vram-mode."
        )
    if mode is VramMode.CPU:
        return Place()
    from qvim_studio.memory.compute_plan import require_accelerator

    found = require_accelerator(mode)
    cap_bytes = None if options.cap_gib is None else int(options.cap_gib * GIB)
    return Place(mode, cap_bytes, found.type)


def _measure(
    folder: Path, place: Place, options: argparse.Namespace, say: Say
) -> dict[str, dict[str, float]]:
    table: dict[str, dict[str, float]] = {}
    seconds = options.seconds
    loads = _measure_loads(folder, place, options.rounds, say)
    with ExitStack() as stack:
        contenders = [
            stack.enter_context(ContenderProcess(name, folder, place))
            for name in ("pipeline", "studio")
        ]
        firsts = {}
        for contender in contenders:
            say(f"Loading the {contender.name} ...")
            loads[contender.name].append(contender.load())
            firsts[contender.name] = contender.clip(seconds, MEASURED_STEPS)
        clips: dict[str, list[Timing]] = {contender.name: [] for contender in contenders}
        for number in range(options.rounds):
            # In turn, so that other load of the machine affects both.
            for contender in contenders:
                say(f"Clip {number + 1} of {options.rounds}: {contender.name} ...")
                timing = contender.clip(seconds, MEASURED_STEPS, seed=number + 1)
                clips[contender.name].append(timing)
        for contender in contenders:
            say(f"Two clips at once: {contender.name} ...")
            batch = contender.clip(seconds, MEASURED_STEPS, variations=2, seed=99)
            name = contender.name
            peak_bytes = contender.peak_bytes()
            say(f"A click for {CLICKED} clips: {contender.name} ...")
            click = contender.clip(seconds, MEASURED_STEPS, variations=CLICKED, seed=199)
            table[name] = row(options.steps, loads[name], firsts[name], clips[name], batch, click)
            table[name]["peak_bytes"] = peak_bytes
    return table


def _measure_loads(folder: Path, place: Place, rounds: int, say: Say) -> dict[str, list[Timing]]:
    """The times of loading, each in a fresh process; contenders take turns, as with clips."""
    loads: dict[str, list[Timing]] = {"pipeline": [], "studio": []}
    for number in range(rounds):
        for name, timings in loads.items():
            say(f"Load {number + 1} of {rounds + 1}: {name} ...")
            with ContenderProcess(name, folder, place) as contender:
                timings.append(contender.load())
    return loads


def row(
    steps: int,
    loads: list[Timing],
    first: Timing,
    clips: list[Timing],
    batch: Timing,
    click: Timing,
) -> dict[str, float]:
    """The times of one contender for clips of ``steps`` steps; of repeated runs the fastest counts.

    All arguments were measured with MEASURED_STEPS; batch: two clips, click: CLICKED ones.
    """
    best = min(clips, key=lambda clip: clip.seconds)
    step = min(clip.step_seconds for clip in clips)
    more = steps - MEASURED_STEPS
    cpu = min(clip.cpu_seconds for clip in clips)
    cpu_step = min(clip.cpu_step_seconds for clip in clips)
    load_seconds = min(load.seconds for load in loads)
    return {
        "load_seconds": load_seconds,
        "load_cpu_seconds": min(load.cpu_seconds for load in loads),
        "first_clip_seconds": first.seconds + more * step,
        "first_sound_seconds": load_seconds + first.seconds + more * step,
        "clip_seconds": best.seconds + more * step,
        "clip_cpu_seconds": cpu + more * cpu_step,
        "step_seconds": step,
        "other_seconds": max(0.0, best.seconds - MEASURED_STEPS * step),
        "step_cpu_seconds": cpu_step,
        "other_cpu_seconds": max(0.0, cpu - MEASURED_STEPS * cpu_step),
        "clips_per_minute_in_pairs": 2
        * 60.0
        / (batch.seconds + more * batch.step_seconds * batch.passes),
        "first_of_click_seconds": click.first_sound_seconds + more * click.step_seconds,
    }


def compare(table: dict[str, dict[str, float]], errors: list[dict[str, Any]]) -> dict[str, Any]:
    """The ratios, above 1 where the studio is better, except ``ram_ratio`` (below 1 is better).

    click_speedup: the first clip of a loaded process, as in a window whose user has looked at a
    take. first_sound_speedup: the same with importing and loading. first_of_click_speedup: the
    time until the first of as many clips as the window requests can be played.
    """
    pipeline, studio = table["pipeline"], table["studio"]

    def at(contender: dict[str, float], steps: int, kind: str = "") -> float:
        return contender[f"other_{kind}seconds"] + steps * contender[f"step_{kind}seconds"]

    def speedup(theirs: int, ours: int, kind: str = "") -> float:
        return at(pipeline, theirs, kind) / at(studio, ours, kind)

    ratios: dict[str, Any] = {
        "speedup": pipeline["clip_seconds"] / studio["clip_seconds"],
        "speedup_cpu_time": pipeline["clip_cpu_seconds"] / studio["clip_cpu_seconds"],
        "load_speedup": pipeline["load_seconds"] / studio["load_seconds"],
        "load_speedup_cpu_time": pipeline["load_cpu_seconds"] / studio["load_cpu_seconds"],
        "click_speedup": pipeline["first_clip_seconds"] / studio["first_clip_seconds"],
        "first_sound_speedup": pipeline["first_sound_seconds"] / studio["first_sound_seconds"],
        "first_of_click_speedup": pipeline["first_of_click_seconds"]
        / studio["first_of_click_seconds"],
        "throughput_ratio": studio["clips_per_minute_in_pairs"]
        / pipeline["clips_per_minute_in_pairs"],
        "ram_ratio": studio["peak_bytes"] / pipeline["peak_bytes"],
        "quality_speedup": speedup(MANY_STEPS, QUALITY_STEPS),
        "quality_speedup_cpu_time": speedup(MANY_STEPS, QUALITY_STEPS, "cpu_"),
        "preview_speedup": speedup(MANY_STEPS, PREVIEW_STEPS),
    }
    ratios |= {"reference_error": None, "output_error": None}
    theirs = next((e for e in errors if (e["sampler"], e["steps"]) == EQUALLED), None)
    if theirs is not None:
        ratios["reference_error"] = theirs["error"]
        chosen = min(
            (e for e in errors if _is_as_near(e, theirs)), key=lambda e: e["steps"], default=None
        )
        # Chosen on one half of the samples, judged on the other.
        if chosen is not None and chosen["error"] <= theirs["error"]:
            ratios["output_error"] = chosen["error"]
            ratios["equal_error_steps"] = steps = chosen["steps"]
            ratios["equal_error_speedup"] = speedup(PIPELINE_STEPS, steps)
            ratios["equal_error_speedup_cpu_time"] = speedup(PIPELINE_STEPS, steps, "cpu_")
    return {key: round(v, 4) if isinstance(v, float) else v for key, v in ratios.items()}


def compare_starter(starter: dict[str, float]) -> dict[str, float]:
    """The starter's presets against 200 DDIM steps of the same loop over the same weights."""

    def seconds(steps: int) -> float:
        return starter["other_seconds"] + steps * starter["step_seconds"]

    return {
        "starter_quality_speedup": round(seconds(MANY_STEPS) / seconds(QUALITY_STEPS), 4),
        "starter_preview_speedup": round(seconds(MANY_STEPS) / starter["sketch_seconds"], 4),
    }


def _is_as_near(case: dict[str, Any], theirs: dict[str, Any]) -> bool:
    return (
        case["sampler"] != theirs["sampler"] and case["choosing_error"] <= theirs["choosing_error"]
    )


def report(result: dict[str, Any]) -> str:
    """The table and the ratios for people."""
    load_now, load_then = result["load_average"]
    where = f"{result['weights']}; {result['machine']}, {result['threads']} threads"
    where += f", mode {result['vram_mode']}"
    if result["busy_processes"]:
        where += f", beside {result['busy_processes']} busy processes"
    what = f"{result['steps']} steps, {result['seconds_of_audio']} s of audio"
    lines = [
        f"{where}, load average {load_now:.1f} before and {load_then:.1f} after",
        f"{what}; computed from the seconds of a step and clips of {MEASURED_STEPS} steps",
        "",
    ]
    lines.append(f"{'':28} {'pipeline':>12} {'studio':>12}")
    pipeline, studio = result["table"]["pipeline"], result["table"]["studio"]
    for key in pipeline:
        scale, name = (2**20, "peak_mib") if key == "peak_bytes" else (1, key)
        lines.append(f"{name:28} {pipeline[key] / scale:12.2f} {studio[key] / scale:12.2f}")
    lines.append("")
    ratios = {
        key: result[key] for key in result if key.endswith(("speedup", "_time", "ratio", "error"))
    }
    lines += [f"{key:28} {value:.3f}" for key, value in ratios.items() if value is not None]
    if result["errors"]:
        lines += ["", f"{'against 200 DDIM steps':28} {'steps':>6} {'error':>8} {'active dB':>10}"]
    lines += [
        f"{e['sampler'] + ', ' + e['dtype']:28} {e['steps']:6} {e['error']:8.4f} "
        f"{e['active_db']:10.2f}"
        for e in result["errors"]
    ]
    return "\n".join(lines)


def _measure_starter(options: argparse.Namespace, say: Say) -> dict[str, float]:
    say("Measuring the starter's own speed ...")
    folder = resource_path("starter")
    with ExitStack() as stack:
        studio, sketch = (
            stack.enter_context(ContenderProcess(name, folder, Place()))
            for name in ("studio", "sketch")
        )
        load = studio.load()
        sketch.load()
        first = studio.clip(options.seconds, MEASURED_STEPS)
        sketch.clip(options.seconds, PREVIEW_STEPS)  # reads the student
        clips, sketches = [], []
        for number in range(options.rounds):
            clips.append(studio.clip(options.seconds, MEASURED_STEPS, seed=number + 1))
            sketches.append(sketch.clip(options.seconds, PREVIEW_STEPS, seed=number + 1))
        batch = studio.clip(options.seconds, MEASURED_STEPS, variations=2, seed=99)
        click = studio.clip(options.seconds, MEASURED_STEPS, variations=CLICKED, seed=199)
    measured = row(options.steps, [load], first, clips, batch, click)
    return measured | {"sketch_seconds": min(timing.seconds for timing in sketches)}


def _measure_errors(say: Say) -> list[dict[str, Any]]:
    from qvim_studio.bench.accuracy import measure_errors
    from qvim_studio.families.catalog import find_checkpoint

    say("Comparing with 200 DDIM steps on the starter's trained weights ...")
    errors = measure_errors(
        find_checkpoint("starter"), (DEFAULT_STEPS, PIPELINE_STEPS), CANDIDATE_STEPS
    )
    return [asdict(error) for error in errors]


def _load_average() -> float:
    """The machine's load average of the last minute, our own work included."""
    return round(psutil.getloadavg()[0], 1)


def _threads() -> int:
    import torch

    return torch.get_num_threads()
