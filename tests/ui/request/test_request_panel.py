from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox
from pytestqt.qtbot import QtBot
from scripted_engine import PROVENANCE

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.program.settings import Theme
from qvim_studio.core.request import GenerationRequest, Start, VramMode
from qvim_studio.core.result import GenerationResult, Variation
from qvim_studio.jobs.engine.pace import Pace
from qvim_studio.session.figures import short_waiting_text, waiting_text
from qvim_studio.session.services import Services
from qvim_studio.ui.request.quality_bar import Quality, steps_for
from qvim_studio.ui.widgets.slider_value import SliderValue
from qvim_studio.ui.widgets.text_field import remembered_with
from qvim_studio.ui.widgets.theme import StudioTheme
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")

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
    panel.details.highs.setCurrentText("None")
    panel.details.pauses.setChecked(False)
    panel.details.fits.setValue(5)
    request = last_request(with_take, services, qtbot)
    assert (request.text, request.negative_text) == ("door", "music")
    assert (request.balance, request.follow, request.strength) == (0.4, 0.9, 0.6)
    assert (request.duration_s, request.variations, request.seed) == (1.5, 3, 77)
    assert (request.steps, request.guidance, request.fits) == (12, 3.5, 5)
    assert panel.kept_in(services.store.settings).fits == 5
    assert request.start is Start.IMITATION
    assert not request.extend_bandwidth and not request.clean_pauses
    assert not panel.kept_in(services.store.settings).extend_bandwidth


def test_open_values_are_left_to_the_checkpoint(
    with_take: MainWindow, services: Services, qtbot: QtBot
) -> None:
    request = last_request(with_take, services, qtbot)
    open_values = (request.steps, request.guidance, request.strength, request.duration_s)
    assert open_values == (None, None, None, None)
    assert request.fits == 2
    assert request.extend_bandwidth


def test_presets_follow_the_checkpoints_own_steps(window: MainWindow) -> None:
    for quality, steps in ((Quality.SKETCH, 8), (Quality.STANDARD, 0), (Quality.FINE, 50)):
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
        window.request_actions.generate()
    window.request.text.setText("first")
    window.request_actions.generate_next()
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
    window.request_actions.generate()
    named = take.rename(take.with_name("dog_02-bark.wav"))
    with qtbot.waitSignal(window.controller.imitation_changed):
        window.controller.open_file(named)
    assert window.imitation.take_head.name.text() == "dog 02-bark"
    window.request.text.clear()
    window.request_actions.generate()
    button = window.request.queue_button
    button.menu().aboutToShow.emit()
    assert button.menu().actions()[0].text() == "dog 02-bark  ×4"
    services.queue.cancel_all()
    qtbot.waitUntil(lambda: services.queue.running is None and not services.queue.waiting)


def teach(window: MainWindow, pace: Pace) -> None:
    """As if jobs of two lengths had run at this pace."""
    for duration_s in (1.28, 12.8):
        asked = GenerationRequest(text="door", duration_s=duration_s, variations=1)
        run = asked.with_changes(steps=25, start=Start.NOISE, vram_mode=VramMode.CPU)
        clip = AudioClip(np.zeros((8, 1), np.float32), 8000)
        variations = (Variation(clip, 0, None, 8000.0),)
        seconds = pace.phases(25, 1, duration_s)
        window.controller.submission.pace.learn(
            asked, GenerationResult(run, PROVENANCE, variations, seconds)
        )


def test_the_time_it_takes_is_told_once_it_was_learned(window: MainWindow) -> None:
    window.request.text.setText("door")
    assert window.request.progress.text == ""
    teach(window, Pace(fixed=1.0, step=0.0, step_per_s=0.1, sound=0.0, sound_per_s=0.0))
    window.request.duration.setValue(1.2)
    window.request.variations.setValue(2)
    assert window.request.progress.text == "takes about 7 s"
    window.request.duration.setValue(12.8)
    assert window.request.progress.text == "takes about 65 s"
    window.request.variations.setValue(16)
    window.request.details.steps.setValue(1000)
    assert window.request.progress.text == "takes about 6 hours"


def test_hours_are_asked_for_before_they_begin(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    teach(window, Pace(fixed=1.0, step=0.0, step_per_s=0.1, sound=0.0, sound_per_s=0.0))
    window.request.text.setText("door")
    window.request.duration.setValue(12.8)
    window.request.variations.setValue(16)
    window.request.details.steps.setValue(1000)
    window.request.generate_button.click()
    assert services.queue.running is None and not services.queue.waiting
    (box,) = window.findChildren(QMessageBox)
    assert box.text().startswith("16 sounds of 13 s take about 6 hours on this computer.")
    assert box.defaultButton() is box.button(QMessageBox.StandardButton.Cancel)
    assert not [one for one in box.buttons() if one.text() == "Choose a part…"]
    go_on = next(one for one in box.buttons() if one.text() == "Generate anyway")
    go_on.click()
    assert services.queue.running is not None
    services.queue.cancel_all()
    qtbot.waitUntil(lambda: services.queue.running is None)


def test_a_long_take_that_would_take_hours_offers_a_part_of_it(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "long.wav"
    soundfile.write(path, np.random.default_rng(0).uniform(-0.3, 0.3, 60 * 8000), 8000)
    with qtbot.waitSignal(window.controller.imitation_changed):
        window.controller.open_file(path)
    window.request.details.fits.setValue(0)
    teach(window, Pace(fixed=1.0, step=0.0, step_per_s=0.5, sound=0.0, sound_per_s=0.0))
    window.request.generate_button.click()
    (box,) = window.findChildren(QMessageBox)
    assert "4 sounds of 60 s take about 50 minutes" in box.text()
    choose = next(one for one in box.buttons() if one.text() == "Choose a part…")
    with qtbot.waitSignal(window.long_jobs.part_wanted):
        choose.click()


def test_waiting_times_are_said_as_people_say_them() -> None:
    texts = [waiting_text(seconds) for seconds in (0.2, 59.6, 125, 600, 5_400, 17_881)]
    assert texts == ["1 s", "60 s", "2 minutes", "10 minutes", "90 minutes", "5 hours"]
    short = [short_waiting_text(seconds) for seconds in (4, 4_848, 17_881)]
    assert short == ["4 s", "81 min", "5 h"]


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


@pytest.mark.usefixtures("dressed")
def test_a_seed_that_is_kept_looks_otherwise_than_a_new_one_every_time(
    window: MainWindow, theme: StudioTheme
) -> None:
    lock = window.request.seed_lock
    for chosen in (Theme.LIGHT, Theme.DARK):
        theme.set_theme(chosen)
        colors = []
        for is_kept in (False, True):
            lock.setChecked(is_kept)
            image = lock.icon().pixmap(18, 18).toImage()
            inks = {
                image.pixelColor(x, y).name()
                for x in range(image.width())
                for y in range(image.height())
                if image.pixelColor(x, y).alpha() == 255
            }
            colors.append(inks)
        assert theme.palette.accent in colors[1] and theme.palette.accent not in colors[0]


def test_sliders_say_their_values_beside_them(window: MainWindow) -> None:
    follow = window.request.follow
    shown = [label.text() for label in window.request.findChildren(SliderValue)]
    assert shown == ["50 %", "70 %"]
    follow.setValue(35)
    shown = [label.text() for label in window.request.findChildren(SliderValue)]
    assert shown == ["50 %", "35 %"] and follow.accessibleDescription() == "35 %"


@pytest.mark.usefixtures("dressed")
def test_names_of_the_details_stand_on_one_line(window: MainWindow) -> None:
    details = window.request.details
    window.request.more.setChecked(True)
    window.resize(1400, 900)
    QApplication.processEvents()
    names = {label.text(): label for label in details.findChildren(QLabel)}
    middles = {
        label.mapTo(details, label.rect().center()).y()
        for label in (names["Steps"], names["Guidance"], names["Highs"])
    }
    assert len(middles) == 1
