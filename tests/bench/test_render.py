"""What ``bench render`` makes of its runs; the runs themselves are scripted."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from command_line import run

from qvim_studio.bench import render as bench
from qvim_studio.bench.render import (
    CoreSeconds,
    RenderTiming,
    compare_runs,
    measure_runs,
    run_render,
)
from qvim_studio.commands import cli
from qvim_studio.core.errors import StudioError


def test_runs_take_turns_and_what_others_took_is_counted() -> None:
    clock = iter(
        [
            *(CoreSeconds(0, 0, 0), CoreSeconds(10, 8, 13)),
            *(CoreSeconds(20, 8, 30), CoreSeconds(26, 17, 39)),
        ]
    )
    asked: list[tuple[int, list[int]]] = []

    def render(folder: Path, workers: int) -> int:
        assert folder.is_dir()
        asked.append((workers, bench._cores()))
        return 4

    before = bench._cores()
    runs = measure_runs(render, 2, 1, lambda text: None, lambda: next(clock))
    assert runs == [RenderTiming(1, 4, 10, 8, 0.5), RenderTiming(2, 4, 6, 9, 0.0)]
    assert [workers for workers, _ in asked] == [1, 2] and bench._cores() == before
    if hasattr(psutil.Process(), "cpu_affinity"):
        assert [cores for _, cores in asked] == [before[:1], before[:2]]


def test_the_ratio_is_told_by_wall_and_by_processor_time() -> None:
    one = [RenderTiming(1, 10, seconds, 8.0, 0.0) for seconds in (12.0, 9.0)]
    two = [RenderTiming(2, 10, 6.0, 10.0, 0.3), RenderTiming(2, 10, 5.0, 9.0, 0.3)]
    report = compare_runs([*one, *two])
    assert (report["times_by_wall"], report["is_quiet"]) == (9.0 / 5.0, False)
    assert report["times_by_processor"] == round(2 * 8.0 / 9.0, 3)
    assert compare_runs([*one, RenderTiming(2, 10, 5.0, 9.0, 0.05)])["is_quiet"]


def test_the_command_measures_and_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, list[str]]] = []

    def render(source: Path, folder: Path, workers: int, given: list[str]) -> int:
        asked.append((workers, given))
        return 8

    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    monkeypatch.setattr(bench, "run_render", render)
    monkeypatch.setattr(bench, "_cores", lambda: [0, 1])
    monkeypatch.setattr(bench, "read_core_seconds", iter(map(scripted, range(16))).__next__)
    status, printed, errors = run(capsys, "bench", "render", "--rounds", 1, "--json")
    assert status == 0, errors
    assert json.loads(printed)["workers"] == 2
    assert asked[0] == (1, ["--variations", "8", "--checkpoint", "starter"])
    status, printed, _ = run(capsys, "bench", "render", "--rounds", 1)
    assert status == 0 and "2 workers make 1.00 times as many clips as one by wall" in printed
    status, _, errors = run(capsys, "bench", "render", "--workers", 3)
    assert status == 2 and "between 2 and the 2 cores" in errors


def scripted(second: int) -> CoreSeconds:
    return CoreSeconds(float(second), float(second), 2.0 * second)


def test_a_render_that_fails_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = SimpleNamespace(returncode=2, stdout="", stderr="3 rows\nThe list is empty.\n")
    monkeypatch.setattr(bench.subprocess, "run", lambda command, **how: failed)
    with pytest.raises(StudioError, match=r"render failed \(The list is empty\.\)"):
        run_render(tmp_path, tmp_path, 1, [])
