"""What comes back after a restart and after a crash."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from fake_audio import FakeAudio
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from studio_fixtures import CHECKPOINTS, ScriptedEars

from qvim_studio.audio.files.given_sound import SoundUse
from qvim_studio.audio.files.reading import read_audio
from qvim_studio.core.request import Start
from qvim_studio.session.services import Services, make_services
from qvim_studio.session.session_file import load_session
from qvim_studio.session.settings_store import SettingsStore
from qvim_studio.ui.widgets.theme import StudioTheme
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")

PATIENCE_MS = 90_000  # two studios start one after the other
Restart = Callable[[], MainWindow]


@pytest.fixture
def restart(
    services: Services, audio: FakeAudio, ears: ScriptedEars, theme: StudioTheme, qtbot: QtBot
) -> Iterator[Restart]:
    """Another start of the program over the same files."""
    opened: list[Services] = []

    def start() -> MainWindow:
        paths = services.paths
        again = make_services(
            paths,
            SettingsStore(paths.settings_file),
            audio,
            "scripted_engine:make_engine",
            lambda: CHECKPOINTS,
            "scripted_hearing:make_hearing_service",
            "fake_checkpoint_store:FakeCheckpointStore",
            hear=ears,
        )
        opened.append(again)
        window = MainWindow(again, theme)
        qtbot.addWidget(window)
        window.show()
        qtbot.waitUntil(
            lambda: window.has_looked_around and again.tasks.is_idle, timeout=PATIENCE_MS
        )
        return window

    yield start
    for one in opened:
        assert one.shutdown()


def crash(window: MainWindow) -> None:
    """Everything that is written later was never written."""
    window.session.save()
    window.session._is_open = False


def test_take_candidates_words_and_settings_come_back_after_a_crash(
    with_take: MainWindow, restart: Restart, qtbot: QtBot
) -> None:
    panel = with_take.request
    panel.text.setText("heavy door")
    panel.details.negative.setText("music")
    panel.balance.setValue(31)
    panel.follow.setValue(12)
    panel.duration.setValue(1.5)
    panel.variations.setValue(3)
    panel.details.steps.setValue(7)
    panel.start.setCurrentIndex(panel.start.findData(Start.NOISE))
    with qtbot.waitSignal(with_take.controller.candidates_changed, timeout=PATIENCE_MS):
        panel.generate_button.click()
    with_take.controller.takes.set_part(0.1, 0.3)
    crash(with_take)
    window = restart()
    before, after = with_take.controller, window.controller
    assert before.imitation is not None and after.imitation is not None
    assert after.imitation.path == before.imitation.path
    assert (after.imitation.begin_s, after.imitation.end_s) == (0.1, 0.3)
    assert [one.path for one in after.candidates] == [one.path for one in before.candidates]
    assert window.candidates._note.text() == with_take.candidates._note.text() != ""
    assert window.request.draft(draws_seed=False) == panel.draft(draws_seed=False)


def test_the_queue_and_what_was_running_come_back_and_wait_for_a_word(
    with_take: MainWindow, services: Services, restart: Restart, qtbot: QtBot
) -> None:
    for words in ("wait", "a bell", "rain"):
        with_take.request.text.setText(words)
        with_take.request.generate_button.click()
    asked = [services.queue.running, *services.queue.waiting]
    qtbot.waitUntil(lambda: services.tasks.is_idle, timeout=PATIENCE_MS)
    crash(with_take)
    services.queue.cancel_all()
    window = restart()
    queue = window._services.queue
    assert queue.running is None
    assert [job.request.recipe() for job in queue.waiting] == [
        job.request.recipe() for job in asked if job is not None
    ]
    assert "3 generations were not finished" in window.messages.text
    queue.cancel(queue.waiting[0])
    with qtbot.waitSignals([queue.finished, queue.finished], timeout=PATIENCE_MS):
        button(window, "Make now").click()
    qtbot.waitUntil(lambda: len(window.controller.candidates) == 4, timeout=PATIENCE_MS)


def test_saving_while_the_sounds_of_a_request_are_written_loses_none_of_them(
    with_take: MainWindow, services: Services, restart: Restart, qtbot: QtBot
) -> None:
    folder = services.paths.queued_sounds_folder
    qtbot.waitUntil(lambda: services.tasks.is_idle, timeout=PATIENCE_MS)
    with_take.request.text.setText("wait")
    with_take.request.generate_button.click()
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not list(folder.glob("*.wav")):  # without the events that tell of it
        assert time.monotonic() < deadline
        time.sleep(0.002)
    with_take.session.save()
    qtbot.waitUntil(lambda: services.tasks.is_idle, timeout=PATIENCE_MS)
    crash(with_take)
    services.queue.cancel_all()
    window = restart()
    assert "There is no file" not in window.messages.text
    assert len(window._services.queue.waiting) == 1


def test_quitting_keeps_the_queue_without_a_question(
    with_take: MainWindow, services: Services, restart: Restart, qtbot: QtBot
) -> None:
    with_take.request.text.setText("wait")
    with_take.request.generate_button.click()
    with_take.request.generate_button.click()
    assert with_take.close()
    services.queue.cancel_all()
    qtbot.waitUntil(lambda: services.queue.running is None, timeout=PATIENCE_MS)
    window = restart()
    assert len(window._services.queue.waiting) == 2
    button(window, "Take out").click()
    assert not window._services.queue.waiting
    window.close()
    assert not load_session(services.paths.session_file).jobs
    assert not list(services.paths.queued_sounds_folder.glob("*"))


def test_a_new_sound_is_made_before_what_an_earlier_session_left(
    with_take: MainWindow, services: Services, restart: Restart, qtbot: QtBot
) -> None:
    with_take.request.text.setText("wait")  # so that it is still there
    with_take.request.generate_button.click()
    qtbot.waitUntil(lambda: services.tasks.is_idle, timeout=PATIENCE_MS)
    with_take.session.close()
    window = restart()
    made: list[str] = []
    queue = window._services.queue
    queue.finished.connect(lambda finished: made.append(finished.job.request.text))
    window.request.text.setText("new")
    window.request.generate_button.click()
    qtbot.waitUntil(lambda: made == ["new"], timeout=PATIENCE_MS)
    qtbot.waitUntil(
        lambda: queue.running is not None and queue.running.request.text == "wait",
        timeout=PATIENCE_MS,
    )


def begin_kit(window: MainWindow, path: Path, qtbot: QtBot) -> None:
    """Of three sounds, the first of which is made."""
    beat(path, 3)
    window.controller.open_file(path)
    qtbot.waitUntil(lambda: window.controller.imitation is not None, timeout=PATIENCE_MS)
    window.request.variations.setValue(2)
    queue = window._services.queue
    window.controller.kits.changed.connect(queue.hold)
    window.keys.actions["kit"].trigger()
    qtbot.waitUntil(lambda: window.history.model.count == 2, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: window._services.tasks.is_idle, timeout=PATIENCE_MS)


def test_a_kit_comes_back_as_a_kit_with_what_was_made_of_it(
    window: MainWindow, tmp_path: Path, services: Services, restart: Restart, qtbot: QtBot
) -> None:
    begin_kit(window, tmp_path / "beat.wav", qtbot)
    crash(window)
    made = {entry.path: read_audio(entry.path) for entry in window.history.model.entries}
    services.queue.cancel_all()
    again = restart()
    assert "2 generations were not finished" in again.messages.text
    with qtbot.waitSignal(again.controller.kits.made, timeout=PATIENCE_MS) as written:
        button(again, "Make now").click()
    (report,) = written.args
    assert [len(sounds) for sounds in report.sounds] == [2, 2, 2]
    assert {preset.suffix for preset in report.presets} == {".sfz", ".dspreset", ".multisample"}
    kept = [read_audio(path).samples for path in report.sounds[0]]
    for one in made.values():
        assert min(np.abs(one.samples - other).max() for other in kept) < 2**-22
    qtbot.waitUntil(lambda: again.history.model.count == 6, timeout=PATIENCE_MS)
    again.session.save()
    assert not load_session(services.paths.session_file).kits


def test_a_kit_that_lost_a_sound_comes_back_as_single_sounds(
    window: MainWindow, tmp_path: Path, services: Services, restart: Restart, qtbot: QtBot
) -> None:
    begin_kit(window, tmp_path / "beat.wav", qtbot)
    crash(window)
    window.history.model.entries[0].path.unlink()
    services.queue.cancel_all()
    again = restart()
    assert "lacks a sound" in again.messages.text
    queue = again._services.queue
    with qtbot.waitSignals([queue.finished, queue.finished], timeout=PATIENCE_MS):
        button(again, "Make now").click()
    assert not list(tmp_path.rglob("*.sfz"))


def test_what_is_gone_costs_itself_alone(
    with_take: MainWindow, take: Path, services: Services, restart: Restart, qtbot: QtBot
) -> None:
    with_take.request.text.setText("wait")
    with_take.request.generate_button.click()
    qtbot.waitUntil(lambda: services.tasks.is_idle, timeout=PATIENCE_MS)
    with_take.session.close()
    services.queue.cancel_all()
    for path in (take, *services.paths.queued_sounds_folder.iterdir()):
        path.unlink()
    window = restart()
    assert window.controller.imitation is None
    assert not window.controller.takes.is_awaiting
    assert window.request.text.text() == "wait"
    assert "There is no file" in window.messages.text


@pytest.mark.parametrize("rubbish", ["", "[]", "{", '{"version": 9}', '{"version": 1}'])
def test_a_damaged_session_is_no_session(
    services: Services, restart: Restart, rubbish: str
) -> None:
    services.paths.session_file.write_text(rubbish)
    window = restart()
    assert window.controller.imitation is None and not window.messages.text


def test_one_bad_value_costs_itself_alone(
    with_take: MainWindow, services: Services, restart: Restart
) -> None:
    with_take.request.text.setText("door")
    with_take.session.close()
    stored = json.loads(services.paths.session_file.read_text())
    stored["candidates"], stored["jobs"] = 7, [{"request": 1}, None]
    stored["panel"] |= {"balance": "much", "seed": 10**20, "start": "moon", "steps": -4}
    services.paths.session_file.write_text(json.dumps(stored))
    window = restart()
    assert window.controller.imitation is not None
    assert window.request.text.text() == "door"


def test_a_session_that_brings_the_studio_down_is_left_alone_the_third_time(
    with_take: MainWindow, services: Services, restart: Restart
) -> None:
    with_take.session.close()
    stored = json.loads(services.paths.session_file.read_text())
    services.paths.session_file.write_text(json.dumps({**stored, "restarts": 2}))
    window = restart()
    assert window.controller.imitation is None
    assert "was not restored" in window.messages.text


def beat(path: Path, count: int) -> None:
    """Sounds of 0.2 s with 0.3 s of silence after each."""
    t = np.arange(9600) / 48_000
    hit = np.concatenate([0.5 * np.sin(2 * np.pi * 200 * t) * np.exp(-9 * t), np.zeros(14_400)])
    soundfile.write(path, np.tile(hit, count), 48_000)


def button(window: MainWindow, text: str) -> QPushButton:
    """Of the message."""
    return next(one for one in window.messages.findChildren(QPushButton) if one.text() == text)


def test_given_sounds_come_back_and_one_that_is_gone_is_said(
    with_take: MainWindow, restart: Restart, take: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    door, line = tmp_path / "door.wav", with_take.request.given
    door.write_bytes(take.read_bytes())
    for use, path in ((SoundUse.START, door), (SoundUse.TIMBRE, take)):
        with qtbot.waitSignal(line.changed):
            line.ask_for(use, path, f"my {path.stem}")
    with_take.session.close()
    door.unlink()
    window = restart()
    given = window.request.given
    assert given.sound(SoundUse.START) is None
    timbre = given.sound(SoundUse.TIMBRE)
    assert timbre is not None and (timbre.path, timbre.name) == (take, "my dog bark")
    assert "“my door”, which the sounds started from, is no longer in" in window.messages.text


def test_queued_requests_keep_the_sounds_that_they_were_given(
    with_take: MainWindow, services: Services, restart: Restart, take: Path, qtbot: QtBot
) -> None:
    line = with_take.request.given
    with qtbot.waitSignal(line.changed):
        line.ask_for(SoundUse.START, take)
    with_take.request.text.setText("wait")
    with_take.request.generate_button.click()
    asked = services.queue.running
    assert asked is not None
    qtbot.waitUntil(lambda: services.tasks.is_idle, timeout=PATIENCE_MS)
    with_take.session.close()
    services.queue.cancel_all()
    (job,) = restart()._services.queue.waiting
    assert job.request.recipe() == asked.request.recipe()
    assert job.request.start_sound is not None
