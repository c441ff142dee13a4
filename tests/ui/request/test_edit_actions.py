"""From the window: a selected part is made again, a sound goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from qvim_studio.audio.bandwidth import bandwidth_hz
from qvim_studio.audio.files.reading import read_audio
from qvim_studio.core.capabilities import Capabilities, Input, VoiceRoute
from qvim_studio.core.checkpoint_entry import CheckpointEntry
from qvim_studio.core.edit import Edit
from qvim_studio.core.request import GenerationRequest, Start
from qvim_studio.session.services import Services
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")

Asked = Callable[[Callable[[], object]], GenerationRequest]


@pytest.fixture
def chosen(
    with_take: MainWindow, generate: Callable[[MainWindow], None], qtbot: QtBot
) -> MainWindow:
    """Candidates, the first of which is looked at."""
    generate(with_take)
    QTest.keyClick(with_take, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: with_take.imitation.result.has_sound)
    return with_take


@pytest.fixture
def asked(services: Services, qtbot: QtBot) -> Asked:
    """What is asked for by an action."""

    def run(act: Callable[[], object]) -> GenerationRequest:
        with qtbot.waitSignal(services.queue.finished) as finished:
            act()
        return finished.args[0].job.request

    return run


def drag_over(window: MainWindow) -> tuple[float, float]:
    """Select the middle of the chosen candidate with the mouse."""
    view = window.imitation.result
    places = [QPoint(round(view.width() * share), view.height() // 2) for share in (0.3, 0.7)]
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=places[0])
    QTest.mouseMove(view, places[1])
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=places[1])
    assert view.selection is not None
    return view.selection


def test_the_selected_part_is_made_anew_from_the_sound_itself(
    chosen: MainWindow, asked: Asked
) -> None:
    part = drag_over(chosen)
    chosen.request.text.setText("a bell")
    request = asked(lambda: QTest.keyClick(chosen, Qt.Key.Key_I))
    edit, entry = request.edit, chosen.controller.viewer.entry
    assert edit is not None and entry is not None
    assert (edit.begin_s, edit.end_s) == part
    assert edit.sound.duration_s == read_audio(entry.path).duration_s
    assert edit.provenance is not None and edit.provenance.licence == "Apache-2.0"
    assert request.start is Start.IMITATION and request.imitation is None
    assert (request.text, request.balance) == ("a bell", 0.5)


def test_an_edit_has_the_form_of_the_file_that_it_edits(chosen: MainWindow, asked: Asked) -> None:
    entry = chosen.controller.viewer.entry
    assert entry is not None
    samples, rate = soundfile.read(entry.path)
    soundfile.write(entry.path, samples, rate, "FLOAT")
    drag_over(chosen)
    edit = asked(lambda: QTest.keyClick(chosen, Qt.Key.Key_I)).edit
    assert edit is not None and edit.bit_depth == 32


def test_all_selected_parts_are_made_anew_together(chosen: MainWindow, asked: Asked) -> None:
    view = chosen.imitation.result
    view.select((0.05, 0.16))
    QTest.keyClick(chosen, Qt.Key.Key_A)
    view.select((0.3, 0.45))
    assert len(view.parts) == 2
    request = asked(lambda: QTest.keyClick(chosen, Qt.Key.Key_I))
    assert request.edit is not None and request.edit.parts_s == view.parts
    menu = chosen.wave_menus.make_result_menu()
    (leave_out,) = (one for one in menu.actions() if one.text() == "Leave out 0.05 to 0.16 s")
    leave_out.trigger()
    assert view.parts == ((0.3, 0.45),)
    QTest.keyClick(chosen, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    assert view.parts == ()


@pytest.mark.parametrize(
    ("keys", "at"),
    [(Qt.KeyboardModifier.NoModifier, 0.5), (Qt.KeyboardModifier.ShiftModifier, None)],
)
def test_two_selected_sounds_are_mixed_or_turned_into_one_another(
    chosen: MainWindow, asked: Asked, keys: Qt.KeyboardModifier, at: float | None
) -> None:
    view = chosen.candidates.view
    view.setFocus()
    view.selectAll()
    first, second = view.selected_entries()[:2]
    for index in view.selectionModel().selectedIndexes()[2:]:
        view.selectionModel().select(index, QItemSelectionModel.SelectionFlag.Deselect)
    request = asked(lambda: QTest.keyClick(view, Qt.Key.Key_E, keys))
    assert request.morph_at == at and request.start is Start.IMITATION
    assert request.imitation is not None and request.morph_sound is not None
    for clip, entry in ((request.imitation, first), (request.morph_sound, second)):
        np.testing.assert_array_equal(clip.samples, read_audio(entry.path).samples)


def test_missing_highs_of_a_sound_are_made_from_where_it_ends(
    chosen: MainWindow, asked: Asked, qtbot: QtBot
) -> None:
    QTest.keyClick(chosen, Qt.Key.Key_O)
    qtbot.waitUntil(lambda: "no highs are missing" in chosen.messages.text)
    entry = chosen.controller.viewer.entry
    assert entry is not None
    spectrum = np.fft.rfft(0.1 * np.random.default_rng(0).standard_normal(16_000))
    spectrum[3_000:] = 0.0
    soundfile.write(entry.path, np.fft.irfft(spectrum), 16_000)
    edit = asked(lambda: QTest.keyClick(chosen, Qt.Key.Key_O)).edit
    assert edit is not None and edit.above_hz == bandwidth_hz(read_audio(entry.path))
    assert edit.parts_s == ((0.0, 1.0),)


def test_noise_to_start_from_is_kept(chosen: MainWindow, asked: Asked) -> None:
    drag_over(chosen)
    start = chosen.request.start
    start.setCurrentIndex(start.findData(Start.NOISE))
    assert asked(lambda: QTest.keyClick(chosen, Qt.Key.Key_I)).start is Start.NOISE


@pytest.mark.parametrize(("length_s", "goes_on_s"), [(0.0, 2.0), (1.5, 1.5)])
def test_a_sound_goes_on_for_as_long_as_the_panel_says(
    chosen: MainWindow, asked: Asked, length_s: float, goes_on_s: float
) -> None:
    chosen.request.duration.setValue(length_s)
    shift = Qt.KeyboardModifier.ShiftModifier
    request = asked(lambda: QTest.keyClick(chosen, Qt.Key.Key_I, shift))
    assert request.edit is not None
    assert request.edit.end_s - request.edit.sound.duration_s == pytest.approx(goes_on_s)


def test_the_selected_part_is_made_anew_from_the_stretch_of_the_imitation_above_it(
    chosen: MainWindow, asked: Asked, services: Services, qtbot: QtBot
) -> None:
    part = drag_over(chosen)
    imitation = chosen.controller.imitation
    assert imitation is not None
    control = Qt.KeyboardModifier.ControlModifier
    with qtbot.waitSignal(chosen.controller.candidates_changed):
        request = asked(lambda: QTest.keyClick(chosen, Qt.Key.Key_I, control))
    recipe = services.library.sounds.recipe(chosen.candidates.shown[0].id)
    assert recipe is not None and recipe.imitation_path == str(imitation.path)
    assert request.edit is not None and (request.edit.begin_s, request.edit.end_s) == part
    rate = imitation.source.sample_rate
    first, last = (round((imitation.begin_s + at_s) * rate) for at_s in part)
    assert request.imitation is not None and request.start is None
    assert np.array_equal(request.imitation.samples, imitation.source.samples[first:last])
    assert chosen.messages.text == ""


def test_an_imitation_that_has_ended_before_the_part_is_used_from_its_beginning(
    chosen: MainWindow, asked: Asked
) -> None:
    imitation = chosen.controller.imitation
    assert imitation is not None
    part = drag_over(chosen)
    chosen.controller.takes.set_part(imitation.begin_s, imitation.begin_s + part[0] / 2)
    request = asked(chosen.edits.redo_part_by_voice)
    assert request.imitation is chosen.controller.imitation.clip
    assert "used from its start" in chosen.messages.text


@pytest.mark.parametrize("length_s", [0.0, 1.5])
def test_a_sound_goes_on_as_the_imitation_does(
    chosen: MainWindow, asked: Asked, length_s: float
) -> None:
    chosen.request.duration.setValue(length_s)
    imitation = chosen.controller.imitation
    assert imitation is not None
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    request = asked(lambda: QTest.keyClick(chosen, Qt.Key.Key_I, keys))
    assert request.edit is not None and request.imitation is imitation.clip
    assert request.duration_s is None
    longer_s = request.edit.end_s - request.edit.sound.duration_s
    assert longer_s == pytest.approx(length_s or imitation.clip.duration_s)


def test_a_sound_goes_on_with_what_the_imitation_holds_after_its_end(
    with_take: MainWindow, generate: Callable[[MainWindow], None], asked: Asked, qtbot: QtBot
) -> None:
    takes = with_take.controller.takes
    takes.set_part(0.1, 0.3)
    generate(with_take)
    QTest.keyClick(with_take, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: with_take.imitation.result.has_sound)
    takes.set_part(0.1, 0.5)
    edit_of = asked(with_take.edits.go_on_by_voice)
    edit, surroundings, imitation = edit_of.edit, edit_of.imitation, takes.imitation
    assert edit is not None and surroundings is not None and imitation is not None
    assert edit.end_s == pytest.approx(0.4)
    first, last = (round(at_s * surroundings.sample_rate) for at_s in (0.1 + edit.begin_s, 0.5))
    assert np.array_equal(surroundings.samples, imitation.source.samples[first:last])


def test_without_an_imitation_it_is_asked_for(window: MainWindow, services: Services) -> None:
    for act in (window.edits.redo_part_by_voice, window.edits.go_on_by_voice):
        act()
        assert "There is no imitation." in window.messages.text
        window.messages.clear()
    assert services.queue.running is None


def test_a_candidate_goes_on_from_its_menu(chosen: MainWindow, asked: Asked) -> None:
    menu = chosen.candidates.view.make_menu()
    (action,) = (one for one in menu.actions() if one.text().startswith("Continue this sound"))
    request = asked(action.trigger)
    assert request.edit is not None
    assert request.edit.end_s > request.edit.sound.duration_s


def test_an_edit_has_a_name_of_its_own_in_the_history(
    chosen: MainWindow, asked: Asked, services: Services, qtbot: QtBot
) -> None:
    chosen.request.text.setText("a bell")
    count = chosen.request.variations.value()
    with qtbot.waitSignal(chosen.controller.candidates_changed):
        asked(chosen.edits.go_on)
    entry = chosen.candidates.shown[0]
    assert entry.title == "dog bark edited" and len(chosen.candidates.shown) >= count
    chosen.controller.reopening.use_recipe(entry)
    assert "an edit of another one" in chosen.messages.text


def test_an_edit_that_is_dropped_back_becomes_the_imitation(
    chosen: MainWindow, asked: Asked, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(chosen.controller.candidates_changed):
        asked(chosen.edits.go_on)
    path: Path = chosen.candidates.shown[0].path
    chosen.open_imitation(path)
    qtbot.waitUntil(lambda: chosen.controller.imitation.name == path.stem)


def test_what_is_missing_is_said(with_take: MainWindow, services: Services) -> None:
    QTest.keyClick(with_take, Qt.Key.Key_I)
    assert "No part of a sound is selected" in with_take.messages.text
    QTest.keyClick(with_take, Qt.Key.Key_I, Qt.KeyboardModifier.ShiftModifier)
    assert "no sound to continue" in with_take.messages.text
    with_take.edits.redo_part_by_voice()
    assert "No part of a sound is selected" in with_take.messages.text
    with_take.edits.go_on_by_voice()
    assert "no sound to continue" in with_take.messages.text
    assert services.queue.running is None


def test_a_part_that_is_too_short_is_refused_in_a_sentence(
    chosen: MainWindow, services: Services, qtbot: QtBot
) -> None:
    chosen.imitation.result.select((0.1, 0.12))
    with qtbot.waitSignal(chosen.controller.failed) as failed:
        chosen.edits.redo_part()
    assert "0.1 to 600 s long" in str(failed.args[0]) and services.queue.running is None


def test_a_sound_that_is_gone_is_told(chosen: MainWindow, qtbot: QtBot) -> None:
    entry = chosen.controller.viewer.entry
    assert entry is not None
    entry.path.unlink()
    with qtbot.waitSignal(chosen.controller.failed) as failed:
        chosen.controller.edit(entry, Edit, chosen.request.draft())
    assert entry.path.name in str(failed.args[0])


def test_edits_that_the_checkpoint_cannot_do_are_told_and_not_begun(
    chosen: MainWindow, services: Services
) -> None:
    capabilities = Capabilities(
        frozenset(Input), frozenset(), VoiceRoute.MELODY, 32_000, 1, 0.5, 30.0
    )
    chosen.request.show_checkpoint(
        CheckpointEntry("tunes", "Tunes", "MIT", "yes", True, 0, 0.0, capabilities=capabilities)
    )
    drag_over(chosen)
    QTest.keyClick(chosen, Qt.Key.Key_I)
    assert "cannot regenerate part" in chosen.messages.text
    QTest.keyClick(chosen, Qt.Key.Key_I, Qt.KeyboardModifier.ShiftModifier)
    assert "cannot continue sounds" in chosen.messages.text
    assert services.queue.running is None and not services.queue.waiting
