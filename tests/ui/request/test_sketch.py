"""The live sketch: in step with the settings, out of the way of everything else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from qvim_studio.core.result import GenerationResult
from qvim_studio.session.services import Services
from qvim_studio.ui.request.live_sketch import SKETCH_KEY
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")

Generate = Callable[[MainWindow], None]


@pytest.fixture
def sketches(services: Services) -> list[GenerationResult]:
    made: list[GenerationResult] = []
    services.queue.sketched.connect(made.append)
    return made


@pytest.fixture
def sketched(with_take: MainWindow, sketches: list[GenerationResult], qtbot: QtBot) -> MainWindow:
    """The window with the sketch of its settings."""
    QTest.keyClick(with_take, Qt.Key.Key_P)
    qtbot.waitUntil(with_take.candidates.sketch_strip.play.isEnabled)
    return with_take


def test_a_sketch_is_one_quick_variation_and_is_kept_nowhere(
    sketched: MainWindow, sketches: list[GenerationResult], services: Services
) -> None:
    request = sketches[-1].request
    assert request.variations == 1
    assert 0 < request.steps < 25
    assert request.light
    assert request.seed == sketched.request.seed.value()
    assert sketched.candidates.sketch_strip.text == "Sketch: kind 5 of 5, movement 0.90"
    assert sketched.history.model.entries == ()
    assert sketched.candidates.shown == ()
    assert not list(services.paths.output_folder.rglob("*"))
    QTest.keyClick(sketched, Qt.Key.Key_P, Qt.KeyboardModifier.ShiftModifier)
    assert services.playback.playing.key == SKETCH_KEY


def test_every_change_replaces_the_sketch(
    sketched: MainWindow, sketches: list[GenerationResult], qtbot: QtBot
) -> None:
    made = len(sketches)
    for value in (10, 20, 30):
        sketched.request.follow.setValue(value)
        assert not sketched.candidates.sketch_strip.play.isEnabled()
    qtbot.waitUntil(sketched.candidates.sketch_strip.play.isEnabled)
    assert [result.request.follow for result in sketches[made:]] == [0.3]
    sketched.request.duration.setValue(1.5)
    assert not sketched.candidates.sketch_strip.play.isEnabled()
    qtbot.waitUntil(sketched.candidates.sketch_strip.play.isEnabled)
    sketched.request.seed.setValue(sketched.request.seed.value() + 1)
    assert not sketched.candidates.sketch_strip.play.isEnabled()


def test_a_job_need_not_wait_for_a_sketch(
    sketched: MainWindow, services: Services, qtbot: QtBot
) -> None:
    queue = services.queue
    sketched.request.text.setText("wait")  # a sketch that never ends by itself
    qtbot.waitUntil(lambda: queue._sketch is not None)
    sketched.request.text.blockSignals(True)
    sketched.request.text.setText("door")
    sketched.request.text.blockSignals(False)
    with qtbot.waitSignal(sketched.controller.candidates_changed):
        sketched.request.generate_button.click()
    assert len(sketched.history.model.entries) == 4


def test_while_a_job_runs_nothing_is_sketched(
    sketched: MainWindow, sketches: list[GenerationResult], services: Services, qtbot: QtBot
) -> None:
    sketched.candidates.sketch.click()
    sketched.request.text.setText("wait")
    with qtbot.waitSignal(sketched.controller.progressed):
        sketched.request.generate_button.click()
    made = len(sketches)
    sketched.candidates.sketch.click()
    sketched.request.text.setText("door")
    qtbot.waitUntil(lambda: services.queue._next_sketch is not None)
    assert services.queue._sketch is None
    with qtbot.waitSignal(services.queue.ended):
        QTest.keyClick(sketched, Qt.Key.Key_Escape)
    qtbot.waitUntil(sketched.candidates.sketch_strip.play.isEnabled)
    assert [result.request.text for result in sketches[made:]] == ["door"]


def test_without_anything_to_sketch_it_says_so(window: MainWindow) -> None:
    window.candidates.sketch.click()
    assert "take or a few words" in window.candidates.sketch_strip.text
    window.candidates.sketch.click()
    assert window.candidates.sketch_strip.isHidden()
