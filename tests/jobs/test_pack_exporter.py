"""A pack is exported in a thread of its own; every export ends with one signal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pack_clips import OPTIONS, make_clips, names_in
from pytestqt.qtbot import QtBot

from qvim_studio.core.errors import StudioError
from qvim_studio.export.packs.pack_plan import PackPlan, plan_pack
from qvim_studio.export.packs.pack_writer import PackProgress
from qvim_studio.jobs.pack_exporter import PackExporter


@pytest.fixture
def plan(tmp_path: Path) -> PackPlan:
    return plan_pack(make_clips(tmp_path / "clips", "dog bark", 3), OPTIONS)


@pytest.fixture
def exporter(qtbot: QtBot) -> Iterator[PackExporter]:
    exporter = PackExporter()
    yield exporter
    assert exporter.shutdown()


def test_an_export_that_is_stopped_is_resumed_by_the_next_one(
    exporter: PackExporter, plan: PackPlan, tmp_path: Path, qtbot: QtBot
) -> None:
    seen: list[PackProgress] = []
    exporter.progressed.connect(seen.append)
    stops = [exporter.cancel]  # in the exporting thread, at its first progress
    exporter._worker.progressed.connect(lambda progress: stops and stops.pop()())
    with qtbot.waitSignal(exporter.ended) as ended:
        exporter.start(plan, tmp_path / "out")
        exporter.start(plan, tmp_path / "elsewhere")  # ignored: one export runs
        assert exporter.is_running
    assert ended.args == [None] and not exporter.is_running
    with qtbot.waitSignal(exporter.finished) as finished:
        exporter.start(plan, tmp_path / "out")
    assert finished.args[0].clips == 3 and not exporter.is_running
    assert any(progress.done == 3 for progress in seen) and "My Pack" in names_in(tmp_path / "out")
    assert not (tmp_path / "elsewhere").exists()


def test_an_export_that_fails_says_why_and_another_may_start(
    exporter: PackExporter, plan: PackPlan, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "file").write_text("no folder")
    with qtbot.waitSignal(exporter.ended) as ended:
        exporter.start(plan, tmp_path / "file")
    assert isinstance(ended.args[0], StudioError) and not exporter.is_running
    with qtbot.waitSignal(exporter.finished):
        exporter.start(plan, tmp_path / "out")
