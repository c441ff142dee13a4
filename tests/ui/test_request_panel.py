from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from qvim_studio.core.request import Start
from qvim_studio.jobs.pace import Pace
from qvim_studio.ui.main_window import MainWindow
from qvim_studio.ui.quality_bar import Quality, steps_for
from qvim_studio.ui.services import Services
from qvim_studio.ui.text_field import remembered_with

Generate = Callable[[MainWindow], None]


def last_request(window: MainWindow, services: Services, qtbot: QtBot) -> object:
    with qtbot.waitSignal(services.queue.finished) as finished:
        window.request.generate_button.click()
    return finished.args[0].job.request


def test_everything_that_is_asked_reaches_the_request(
    with_take: MainWindow, services: Services, qtbot: QtBot
) -> None:
    panel = with_take.request
    panel.text.setText("door")
    panel.balance.setValue(40)
    panel.follow.setValue(90)
    panel.duration.setValue(1.5)
    panel.variations.setValue(3)
    panel.start.setCurrentIndex(2)
    panel.seed_lock.setChecked(True)
    panel.seed.setValue(77)
    panel.details.negative.setText("music")
    panel.details.steps.setValue(12)
    panel.details.guidance.setValue(3.5)
    panel.details.strength.setValue(60)
    panel.details.highs.setChecked(False)
    request = last_request(with_take, services, qtbot)
    assert (request.text, request.negative_text) == ("door", "music")
    assert (request.balance, request.follow, request.strength) == (0.4, 0.9, 0.6)
    assert (request.duration_s, request.variations, request.seed) == (1.5, 3, 77)
    assert (request.steps, request.guidance) == (12, 3.5)
    assert request.start is Start.IMITATION
    assert not request.extend_bandwidth
    assert not panel.kept_in(services.store.settings).extend_bandwidth


def test_open_values_are_left_to_the_checkpoint(
    with_take: MainWindow, services: Services, qtbot: QtBot
) -> None:
    request = last_request(with_take, services, qtbot)
    open_values = (request.steps, request.guidance, request.strength, request.duration_s)
    assert open_values == (None, None, None, None)
    assert request.extend_bandwidth


@pytest.mark.parametrize(
    ("quality", "steps"), [(Quality.SKETCH, 8), (Quality.STANDARD, 0), (Quality.FINE, 50)]
)
def test_presets_follow_the_checkpoints_own_steps(
    window: MainWindow, quality: Quality, steps: int
) -> None:
    assert steps_for(quality, 25) == steps
    window.request.choose_quality(quality)
    assert window.request.details.steps.value() == steps
    lit = [b.isChecked() for b in window.request.quality._buttons.values()]
    assert lit == [quality is q for q in Quality]


def test_up_and_down_bring_earlier_texts_back(
    window: MainWindow, generate: Generate, services: Services
) -> None:
    text = window.request.text
    for words in ("door", "rain", "door"):
        text.setText(words)
        generate(window)
    assert services.store.settings.texts == ("door", "rain")
    text.setText("unfinished")
    for key, expected in (
        (Qt.Key.Key_Up, "door"),
        (Qt.Key.Key_Up, "rain"),
        (Qt.Key.Key_Up, "rain"),
        (Qt.Key.Key_Down, "door"),
        (Qt.Key.Key_Down, "unfinished"),
    ):
        QTest.keyClick(text, key)
        assert text.text() == expected


def test_the_memory_of_texts_is_bounded() -> None:
    texts: tuple[str, ...] = ()
    for number in range(99):
        texts = remembered_with(texts, str(number))
    assert len(texts) == 50
    assert texts[0] == "98"
    assert remembered_with(texts, "") == texts


def test_waiting_jobs_are_listed_moved_and_taken_out(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    queue = services.queue
    for words in ("wait", "second", "third"):
        window.request.text.setText(words)
        window.request_desk.generate()
    window.request.text.setText("first")
    window.request_desk.generate_next()
    button = window.request.queue_button
    assert button.text() == "3 waiting"
    assert [job.stem for job in queue.waiting] == ["first", "second", "third"]
    menu = button.menu()
    menu.aboutToShow.emit()
    titles = [action.text() for action in menu.actions()]
    assert titles[:3] == ["first  ×4", "second  ×4", "third  ×4"]
    third = menu.actions()[2].menu()
    third.actions()[0].trigger()
    assert [job.stem for job in queue.waiting] == ["third", "first", "second"]
    third.actions()[1].trigger()
    assert [job.stem for job in queue.waiting] == ["first", "second"]
    QTest.keyClick(window, Qt.Key.Key_Escape, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: queue.running is None and not queue.waiting)
    assert not button.isVisible()


def test_a_take_that_waits_is_called_as_its_sounds_will_be(
    with_take: MainWindow, services: Services, take: Path, qtbot: QtBot
) -> None:
    window = with_take
    window.request.text.setText("wait")
    window.request_desk.generate()
    named = take.rename(take.with_name("dog_02-bark.wav"))
    with qtbot.waitSignal(window.controller.imitation_changed):
        window.controller.open_file(named)
    assert window.imitation.take_head.name.text() == "dog 02-bark"
    window.request.text.clear()
    window.request_desk.generate()
    button = window.request.queue_button
    button.menu().aboutToShow.emit()
    assert button.menu().actions()[0].text() == "dog 02-bark  ×4"
    services.queue.cancel_all()
    qtbot.waitUntil(lambda: services.queue.running is None and not services.queue.waiting)


def test_the_time_it_takes_is_told_once_it_was_learned(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.request.text.setText("door")
    assert window.request.progress.text == ""
    monkeypatch.setattr(window.controller._pace, "_pace", Pace(fixed=1.0, step=0.1, decode=0.0))
    window.request.duration.setValue(1.0)
    window.request.variations.setValue(2)
    assert window.request.progress.text == "takes about 6 s"
    window.request.duration.setValue(10.0)
    assert window.request.progress.text == "takes about 51 s"


def test_details_are_folded_and_stay_as_they_were_left(
    window: MainWindow, generate: Generate, services: Services
) -> None:
    details = window.request.details
    assert not details.isVisible()
    QTest.keyClick(window, Qt.Key.Key_D)
    assert details.isVisible()
    window.request.text.setText("door")
    generate(window)
    assert services.store.settings.is_detail_shown
