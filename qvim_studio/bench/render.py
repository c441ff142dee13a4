"""``qvim-studio bench render``: the speedup of several workers over one for many takes.

Runs of one worker on one core and of several on as many cores take turns, so that other load of the
machine affects both. Wall time is the user's waiting time, and means little while other programs
compute; processor time hardly depends on them. Both are reported, with the load of other programs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from qvim_studio.core.errors import StudioError, UsageError
from qvim_studio.core.program.resources import resource_path

QUIET_CORES = 0.1  # of load by other programs; above it, wall times mean little
Render = Callable[[Path, int], int]  # (folder, number of workers) → number of clips


@dataclass(frozen=True)
class CoreSeconds:
    """Seconds since a fixed moment: wall time, the time of this process's finished children on all
    cores, and the busy time of all cores."""

    wall_s: float
    own_s: float
    busy_s: float


@dataclass(frozen=True)
class RenderTiming:
    """One run. processor_s: of render and its workers, their start included. others: the average
    number of cores that other programs used meanwhile."""

    workers: int
    clips: int
    seconds: float
    processor_s: float
    others: float


def bench_render(options: argparse.Namespace) -> dict[str, Any]:
    """Measure, compare and print; the keys are those of ``compare_runs``."""
    cores = len(_cores())
    if not 2 <= options.workers <= cores or options.rounds < 1:
        raise UsageError(
            f"--workers must lie between 2 and the {cores} cores here and --rounds be 1 or more, "
            f"got {options.workers} and {options.rounds}. Choose others."
        )
    source = options.source or resource_path("examples")
    given = ["--variations", str(options.variations), "--checkpoint", options.checkpoint]

    def render(folder: Path, workers: int) -> int:
        return run_render(source, folder, workers, given)

    say = (lambda text: None) if options.json else print
    report = compare_runs(measure_runs(render, options.workers, options.rounds, say))
    say(_report_text(report))
    return report


def measure_runs(
    render: Render,
    workers: int,
    rounds: int,
    say: Callable[[str], None],
    read: Callable[[], CoreSeconds] | None = None,
) -> list[RenderTiming]:
    """Run one worker and several in turn, ``rounds`` times each. read: reads the system's present
    measurements."""
    read = read or read_core_seconds
    runs = []
    for number in range(rounds):
        for count in (1, workers):
            say(f"Round {number + 1} of {rounds}: {count} worker{'s' * (count > 1)} ...")
            with tempfile.TemporaryDirectory(prefix="qvim-bench-") as folder, _confined(count):
                before = read()
                clips = render(Path(folder), count)
                after = read()
            seconds, own_s = after.wall_s - before.wall_s, after.own_s - before.own_s
            others = max(after.busy_s - before.busy_s - own_s, 0.0) / seconds
            runs.append(RenderTiming(count, clips, seconds, own_s, others))
    return runs


def compare_runs(runs: Sequence[RenderTiming]) -> dict[str, Any]:
    """Every run, and the speedup of several workers: by the fastest runs, and by processor time as
    if each worker had a core to itself."""
    workers = max(run.workers for run in runs)
    one, several = ([run for run in runs if run.workers == count] for count in (1, workers))
    seconds, processor_s = (
        [min(value(run) for run in each) for each in (one, several)]
        for value in (_seconds_each, _processor_each)
    )
    return {
        "workers": workers,
        "runs": [{k: round(v, 3) for k, v in asdict(run).items()} for run in runs],
        "times_by_wall": round(seconds[0] / seconds[1], 3),
        "times_by_processor": round(workers * processor_s[0] / processor_s[1], 3),
        "is_quiet": max(run.others for run in runs) <= QUIET_CORES,
    }


def run_render(source: Path, folder: Path, workers: int, given: Sequence[str]) -> int:
    """Run the command in a process of its own; returns the number of clips. Raises StudioError if
    it fails."""
    command = [sys.executable, "-m", "qvim_studio", "render", str(source), "-o", str(folder)]
    command += ["--workers", str(workers), "--vram-mode", "cpu", "--json", *given]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise StudioError(f"Nothing was measured: render failed ({reason}). Mend that first.")
    return json.loads(done.stdout)["made_clips"]


def read_core_seconds() -> CoreSeconds:
    """The system's present measurements."""
    times, children = psutil.cpu_times(), os.times()
    idle_s = times.idle + getattr(times, "iowait", 0.0)
    own_s = children.children_user + children.children_system
    return CoreSeconds(time.perf_counter(), own_s, sum(times) - idle_s)


def _seconds_each(run: RenderTiming) -> float:
    return run.seconds / run.clips


def _processor_each(run: RenderTiming) -> float:
    return run.processor_s / run.clips


def _cores() -> list[int]:
    process = psutil.Process()
    if hasattr(process, "cpu_affinity"):
        return process.cpu_affinity() or []
    return list(range(psutil.cpu_count() or 1))


@contextmanager
def _confined(count: int) -> Iterator[None]:
    """Inside, new processes keep to the first ``count`` cores of this one, if the system supports
    that."""
    process = psutil.Process()
    if not hasattr(process, "cpu_affinity"):
        yield
        return
    cores = _cores()
    process.cpu_affinity(cores[:count])
    try:
        yield
    finally:
        process.cpu_affinity(cores)


def _report_text(report: dict[str, Any]) -> str:
    lines = ["workers  clips  seconds  processor s a clip  cores of others"]
    lines += [
        f"{run['workers']:7} {run['clips']:6} {run['seconds']:8.1f} "
        f"{run['processor_s'] / run['clips']:19.3f} {run['others']:16.2f}"
        for run in report["runs"]
    ]
    lines.append(
        f"{report['workers']} workers make {report['times_by_wall']:.2f} times as many clips as "
        f"one by wall time, {report['times_by_processor']:.2f} times by processor time"
    )
    if not report["is_quiet"]:
        lines.append("Other programs computed meanwhile: measure the wall time again without them")
    return "\n".join(lines)
