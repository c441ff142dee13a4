"""Runs each contender in its own process and measures time, processor time and peak memory."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

from qvim_studio.bench.contenders import CONTENDERS, Place
from qvim_studio.core.errors import StudioError

LOAD_LIMIT_S = 600
CLIP_LIMIT_S = 3600


@dataclass(frozen=True)
class Timing:
    """One call: wall seconds, seconds of all processor cores, the mean of both for a step, wall
    seconds until the first sound, and the number of passes through the steps for all sounds.

    The mean is used because the studio's last steps are cheaper (checkpoints.Defaults).
    """

    seconds: float
    cpu_seconds: float
    step_seconds: float = 0.0
    cpu_step_seconds: float = 0.0
    first_sound_seconds: float = 0.0
    passes: float = 1.0


@contextmanager
def busy_processes(count: int) -> Iterator[None]:
    """Inside, ``count`` other programs use one core each, like a DAW during playback."""
    command = [sys.executable, "-c", "while True: pass"]
    processes = [subprocess.Popen(command) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


class ContenderProcess:
    """A contender in a spawned process; use it as a context manager."""

    def __init__(self, name: str, folder: Path, place: Place) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, self._theirs = context.Pipe()
        arguments = (name, folder, place, self._theirs)
        self._process = context.Process(target=_serve, args=arguments, daemon=True)
        self.name = name

    def __enter__(self) -> ContenderProcess:
        self._process.start()
        self._theirs.close()  # so that the end of the process is noticed here
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.join()

    def load(self) -> Timing:
        """Import and load everything; the first clip comes next."""
        return self._ask(("load",), LOAD_LIMIT_S)

    def clip(self, seconds: float, steps: int, variations: int = 1, seed: int = 0) -> Timing:
        """Make clips of ``seconds`` seconds, from words to waveform."""
        return self._ask(("clip", seconds, steps, variations, seed), CLIP_LIMIT_S)

    def peak_bytes(self) -> int:
        """The peak memory of the process, or of its share of the GPU."""
        return self._ask(("peak",), LOAD_LIMIT_S)

    def _ask(self, question: tuple, limit_s: float):
        try:
            self._connection.send(question)
            if not self._connection.poll(limit_s):
                raise StudioError(
                    f"The measurement of the {self.name} gave no answer within {limit_s:.0f} s. "
                    "Close other programs and try again."
                )
            answer = self._connection.recv()
        except (EOFError, ConnectionError) as error:
            raise StudioError(
                f"The process of the {self.name} ended while it was measured, perhaps for lack of "
                "memory. Close other programs and try again."
            ) from error
        if isinstance(answer, Exception):
            raise answer
        return answer


def _serve(name: str, folder: Path, place: Place, connection: Connection) -> None:
    contender = CONTENDERS[name](place)
    while True:
        question, *arguments = connection.recv()
        try:
            if question == "peak":
                connection.send(contender.peak_bytes())
                continue
            began, cpu_began = time.perf_counter(), time.process_time()
            made = None
            if question == "load":
                contender.load(folder)
            else:
                made = contender.clip(*arguments)
            ended, cpu_ended = contender.now()
            timing = Timing(ended - began, cpu_ended - cpu_began)
            if made is not None:
                first_pass = [tick for tick in made.steps if tick <= made.first_sound]
                wall, cpu = zip(*first_pass, strict=True)
                timing = replace(
                    timing,
                    step_seconds=_mean_gap(wall),
                    cpu_step_seconds=_mean_gap(cpu),
                    first_sound_seconds=made.first_sound[0] - began,
                    passes=len(made.steps) / len(first_pass),
                )
            connection.send(timing)
        except Exception as error:  # noqa: BLE001 - raised in the parent
            connection.send(error)


def _mean_gap(ticks: Sequence[float]) -> float:
    return (ticks[-1] - ticks[0]) / (len(ticks) - 1) if len(ticks) > 1 else 0.0
