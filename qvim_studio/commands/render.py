"""The command ``render``: many takes, on this machine or a cluster, resumed where it stopped."""

from __future__ import annotations

import argparse
import contextlib
import math
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qvim_studio.audio.files.reading import check_output_folder
from qvim_studio.commands.grammar.render_parser import given_cells
from qvim_studio.commands.option_values import option_values
from qvim_studio.core.errors import OutputError, StoppedEarly, StudioError, UsageError
from qvim_studio.core.program.environment import environment_with
from qvim_studio.core.program.interrupts import uninterrupted
from qvim_studio.core.request import VramMode
from qvim_studio.core.request_fields import Holds
from qvim_studio.export.files.arriving_clips import check_free
from qvim_studio.export.files.disk import only_writer
from qvim_studio.memory.free_memory import free_bytes
from qvim_studio.rendering.columns import CHECKPOINT, COLUMNS, cell_value
from qvim_studio.rendering.local_workers import LocalWorkers
from qvim_studio.rendering.order import RenderOrder, order_of
from qvim_studio.rendering.output_tree import clear_partial
from qvim_studio.rendering.ray_workers import (
    LOCAL,
    RayConnection,
    RayWorkers,
    connect_to_ray,
    room_for_workers,
)
from qvim_studio.rendering.recipe_values import recipe_values
from qvim_studio.rendering.render_journal import FAILED, JournalRow, RenderJournal, RowCounts
from qvim_studio.rendering.results_table import TABLE_FILE, write_results
from qvim_studio.rendering.row_request import usual_values
from qvim_studio.rendering.scheduling import RenderRun, Workers
from qvim_studio.rendering.take_list import RowReader, TakeList, checked_rows
from qvim_studio.rendering.worker_count import (
    choose_count,
    usable_cores,
    worker_bytes,
    worker_environments,
)

ENGINE_FACTORY = "qvim_studio.assembly:make_plain_engine"
LOCK_FILE = ".render.lock"
REPORT_EVERY_S = 30.0  # between two lines of progress where nobody watches
SHOWN_FAILURES = 20  # the table has all of them


def render(options: argparse.Namespace) -> dict[str, Any]:
    """Render every row that is not made yet. Raises StoppedEarly where a row failed, or the run
    ended before all rows were tried."""
    if options.retries < 0:
        raise UsageError(f"--retries must be 0 or more, got {options.retries}. Choose another.")
    if options.workers is not None and options.workers < 1:
        raise UsageError(f"--workers must be at least 1, got {options.workers}. Ask for one.")
    check_output_folder(options.output)
    takes = TakeList(options.source, options.output)
    reader = _reader_of(options, takes)
    reader.check_columns(takes)
    needs = ListNeeds()
    with contextlib.ExitStack() as stack:
        lock = options.output / LOCK_FILE
        stack.enter_context(only_writer(lock, f"The folder {options.output}"))
        clear_partial(options.output)
        stack.callback(clear_partial, options.output)
        journal = RenderJournal(options.output)
        stack.callback(journal.close)
        journal.plan(_planned(takes, reader, needs))
        write_results(journal, takes.columns, options.output)
        check_free(options.output, needs.bytes_of(journal.counts()))
        return _run(options, takes, reader, journal, needs.checkpoints)


def _run(
    options: argparse.Namespace,
    takes: TakeList,
    reader: RowReader,
    journal: RenderJournal,
    checkpoints: set[str],
) -> dict[str, Any]:
    def read_order(row: JournalRow) -> RenderOrder:
        return order_of(row.key, reader.asked(row.take, row.cells))

    meter = RowMeter(journal.counts())
    began_s = time.monotonic()
    run: RenderRun | None = None
    workers: Workers | None = None
    stopped: BaseException | None = None
    count = 0
    try:
        if meter.counts.waiting:
            workers, count = _make_workers(options, checkpoints, meter.counts.waiting)
            run = RenderRun(
                journal, workers, options.output, read_order, options.retries, meter.on_row
            )
            meter.tell_start(count)
            run.run()
    except BaseException as error:  # noqa: BLE001 - the table is written whatever ends the run
        stopped = error
    with uninterrupted():
        if workers is not None:
            workers.close()
        meter.end()
        with contextlib.suppress(OutputError):  # the journal says the same
            write_results(journal, takes.columns, options.output)
    answer = _answer(journal, options.output, run, count, time.monotonic() - began_s)
    if not options.json:
        _tell(answer)
    failed = answer["failed"]
    if stopped is None and failed:
        stopped = StudioError(
            f"{failed} of {answer['rows']} rows failed; {answer['table']} says why. Mend them, "
            "then run the same command again: what is made stays."
        )
    if stopped is not None:
        raise StoppedEarly(answer) from stopped
    return answer


def _reader_of(options: argparse.Namespace, takes: TakeList) -> RowReader:
    """The defaults: what a row says by itself, then the recipe, then the command line."""
    values = usual_values()
    if options.recipe is not None:
        values |= recipe_values(options.recipe)
    sounds: dict[str, str] = {}
    for name, text in given_cells(options).items():
        column = COLUMNS[name]
        if column.holds is Holds.SOUND:
            sounds[column.target] = str(Path(text).absolute())
        elif column.holds is Holds.FOLDER:
            values[column.target] = str(Path(text).absolute())
        else:
            values[column.target] = cell_value(name, text)
    given = option_values(options.options, str(values[CHECKPOINT]))
    values["options"] = {**values["options"], **given}
    return RowReader(takes.base, values, sounds)


@dataclass
class ListNeeds:
    """checkpoints: of all rows. files_bytes: of their sounds, at least."""

    checkpoints: set[str] = field(default_factory=set)
    files_bytes: int = 0

    def bytes_of(self, counts: RowCounts) -> int:
        """The share of the rows that are not made yet."""
        rows = counts.waiting + counts.done + counts.failed
        return self.files_bytes * counts.waiting // max(rows, 1)


def _planned(takes: TakeList, reader: RowReader, needs: ListNeeds) -> Iterator[JournalRow]:
    """needs: gets what the rows need."""
    seen: dict[str, int] = {}
    for row, asked in checked_rows(takes, reader):
        first = asked.fingerprint()
        occurrence = seen.get(first, 0)
        seen[first] = occurrence + 1
        key = first if not occurrence else asked.fingerprint(occurrence)
        needs.checkpoints.add(str(asked.values[CHECKPOINT]))
        needs.files_bytes += asked.least_bytes()
        yield JournalRow(key, row.take, row.cells)
    if not seen:
        raise UsageError(
            "The list holds no take and no words. Give a CSV with a row for each take, or a folder "
            "of sounds."
        )


def _make_workers(
    options: argparse.Namespace, checkpoints: set[str], rows: int
) -> tuple[Workers, int]:
    """No more workers than rows, and how many there are."""
    is_on_processor = options.every_vram_mode == VramMode.CPU.value
    if options.ray is not None and options.ray != LOCAL:
        needed = worker_bytes(checkpoints)
        return _start_actors(
            connect_to_ray(options.ray, 0),
            lambda found: min(rows, options.workers or room_for_workers(found, needed)),
            is_on_processor=is_on_processor,
        )
    cores, gpus = usable_cores(), 0 if is_on_processor else _count_gpus()
    count = options.workers
    if count is None:
        count = choose_count(worker_bytes(checkpoints), free_bytes(), cores, gpus)
    count = min(rows, count)
    environments = worker_environments(count, cores, gpus)
    if options.ray is None:
        return LocalWorkers(ENGINE_FACTORY, environments), count
    with environment_with(environments[0]):
        cluster = connect_to_ray(LOCAL, count)
    return _start_actors(cluster, lambda found: count, is_on_processor=is_on_processor)


def _start_actors(
    cluster: RayConnection, choose: Callable[[dict[str, float]], int], *, is_on_processor: bool
) -> tuple[Workers, int]:
    """choose: how many, of the resources of the cluster. The cluster is left where they cannot be
    started."""
    with contextlib.ExitStack() as undone:
        undone.callback(cluster.close)
        found = dict(cluster.ray.cluster_resources())
        if is_on_processor:
            found.pop("GPU", None)
        count = choose(found)
        workers = RayWorkers(cluster, ENGINE_FACTORY, count, _actor_options(found, count))
        undone.pop_all()
    return workers, count


def _actor_options(found: dict[str, float], count: int) -> dict[str, float]:
    """One processor for an actor and, of GPUs, the share that as many actors on each GPU have."""
    gpus = int(found.get("GPU", 0))
    return {"num_cpus": 1} if not gpus else {"num_cpus": 1, "num_gpus": 1 / math.ceil(count / gpus)}


def _count_gpus() -> int:
    from qvim_studio.memory.accelerators import Accelerators

    return Accelerators().count()


def _answer(
    journal: RenderJournal, folder: Path, run: RenderRun | None, workers: int, seconds: float
) -> dict[str, Any]:
    counts = journal.counts()
    failures = [row for row, _ in zip(journal.rows(FAILED), range(SHOWN_FAILURES))]
    made = 0 if run is None else run.made_clips
    return {
        "rows": counts.waiting + counts.done + counts.failed,
        "done": counts.done,
        "failed": counts.failed,
        "waiting": counts.waiting,
        "workers": workers,
        "made_clips": made,
        "seconds": round(seconds, 2),
        "clips_per_minute": round(60 * made / max(seconds, 1e-9), 2),
        "processor_s_per_clip": round(0.0 if run is None else run.processor_s / max(made, 1), 3),
        "failures": [
            {"take": row.take, "cells": dict(row.cells), "error": row.error} for row in failures
        ],
        "table": str(folder / TABLE_FILE),
    }


def _tell(answer: dict[str, Any]) -> None:
    print(
        f"{answer['done']} of {answer['rows']} rows are made, {answer['failed']} failed, "
        f"{answer['waiting']} are waiting; {answer['made_clips']} clips in this run, "
        f"{answer['clips_per_minute']:g} a minute"
    )
    for failure in answer["failures"]:
        name = failure["take"] or failure["cells"].get("text", "")
        print(f"failed: {name}: {failure['error']}")
    if answer["failed"] > len(answer["failures"]):
        print(f"and {answer['failed'] - len(answer['failures'])} more")
    print(f"table: {answer['table']}")


class RowMeter:
    """How many rows are made, and how long the rest will take: one moving line, or a line now and
    then for a log."""

    def __init__(
        self,
        counts: RowCounts,
        clock: Callable[[], float] = time.monotonic,
        every_s: float = REPORT_EVERY_S,
    ) -> None:
        self.counts = counts
        self._clock = clock
        self._every_s = every_s
        self._began_s = self._reported_s = clock()
        self._ended = 0
        self._failed = 0

    def tell_start(self, workers: int) -> None:
        done = f", {self.counts.done} are made already" if self.counts.done else ""
        print(f"{self.counts.waiting} rows to make{done}; workers: {workers}", file=sys.stderr)

    def on_row(self, row: JournalRow, error: str) -> None:
        """A row ended. error: what is wrong with it, "" for nothing."""
        self._ended += 1
        self._failed += bool(error)
        if error:
            name = row.take or row.cells.get("text", "")
            print(f"{self._line_end}failed: {name}: {error}", file=sys.stderr, flush=True)
        now_s = self._clock()
        if sys.stderr.isatty():
            print(f"\r{self.text():70}", end="", file=sys.stderr, flush=True)
        elif now_s - self._reported_s >= self._every_s:
            print(self.text(), file=sys.stderr, flush=True)
            self._reported_s = now_s

    def text(self) -> str:
        """ "12 of 300 rows, 1 failed, about 2 h 05 min left"."""
        left = self.counts.waiting - self._ended
        left_s = (self._clock() - self._began_s) / self._ended * left
        failed = f", {self._failed} failed" if self._failed else ""
        return f"{self._ended} of {self.counts.waiting} rows{failed}, {_time_left(left_s)}"

    def end(self) -> None:
        """Leave the moving line."""
        if sys.stderr.isatty() and self._ended:
            print(file=sys.stderr)

    @property
    def _line_end(self) -> str:
        return "\n" if sys.stderr.isatty() and self._ended > 1 else ""


def _time_left(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute left"
    hours, rest = divmod(minutes, 60)
    return f"about {hours} h {rest:02d} min left" if hours else f"about {rest} min left"
