from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fake_audio import FakeAudio
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from qvim_studio.core.checkpoint_entry import CheckpointEntry
from qvim_studio.core.program.device_key import DeviceKey, channel_of
from qvim_studio.core.program.settings import Language, Settings, Theme
from qvim_studio.core.request import VramMode
from qvim_studio.core.result import MemoryUse
from qvim_studio.jobs.engine.memory_watch import GIB
from qvim_studio.ui.packs.pack_form import PackForm
from qvim_studio.ui.settings.settings_dialog import SettingsDialog

CHECKPOINTS = (
    CheckpointEntry("starter", "Starter", "Apache-2.0", "yes", True, 25, 2.5),
    CheckpointEntry("big", "Big", "CC-BY-NC-SA-4.0", "no", False, 50, 3.0),
)
CHOSEN = Settings(
    language=Language.GERMAN,
    theme=Theme.LIGHT,
    checkpoint="big",
    vram_mode=VramMode.LOW,
    cuda_graphs=True,
    steps=12,
    guidance=3.5,
    input_device=DeviceKey("Gone microphone"),
    output_folder="/somewhere",
    trim_takes=False,
    pack={"creator": "MK", "source": "QVIM", "bits": "16", "rate": "96000", "folder": "/packs"},
)


def open_dialog(settings: Settings, qtbot: QtBot) -> SettingsDialog:
    dialog = SettingsDialog(settings, CHECKPOINTS, "/music/QVIM Studio")
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


@pytest.mark.parametrize("settings", [Settings(), CHOSEN])
def test_an_untouched_dialog_changes_nothing(settings: Settings, qtbot: QtBot) -> None:
    dialog = open_dialog(settings, qtbot)
    assert dialog.chosen() == settings
    audio = FakeAudio()
    dialog.show_devices(audio.input_devices(), audio.output_devices())
    assert dialog.chosen() == settings


def test_the_licence_is_shown_where_a_checkpoint_is_chosen(qtbot: QtBot) -> None:
    dialog = open_dialog(Settings(), qtbot)
    assert dialog._licence.text() == "Apache-2.0  ·  commercial use"
    assert dialog.steps.text() == "Checkpoint's default (25)"
    dialog.checkpoint.setCurrentIndex(1)
    assert dialog._licence.text() == "CC-BY-NC-SA-4.0  ·  no commercial use"
    assert dialog.steps.text() == "Checkpoint's default (50)"
    assert dialog.checkpoint.currentText() == "Big (not installed)"


def test_languages_are_offered_by_their_own_names(qtbot: QtBot) -> None:
    dialog = open_dialog(Settings(), qtbot)
    shown = [dialog.language.itemText(index) for index in range(dialog.language.count())]
    assert shown == ["Follow the system", "English", "Deutsch"]


def test_texts_grow_to_twice_their_size(qtbot: QtBot) -> None:
    dialog = open_dialog(Settings(), qtbot)
    dialog.text_percent.setCurrentIndex(dialog.text_percent.count() - 1)
    assert dialog.text_percent.currentText() == "200 %" and dialog.chosen().text_percent == 200


def test_a_remembered_device_that_is_gone_stays_chosen_and_is_marked(qtbot: QtBot) -> None:
    dialog = open_dialog(CHOSEN, qtbot)
    audio = FakeAudio()
    dialog.show_devices(audio.input_devices(), audio.output_devices())
    assert dialog.input_device.currentText() == "Gone microphone (not connected)"
    assert dialog.input_device.findText("Fake microphone") > 0


def test_the_input_of_each_microphone_is_chosen_and_handed_over(qtbot: QtBot) -> None:
    audio = FakeAudio()
    audio.microphones, audio.input_count = ["Interface", "Headset"], 4
    interface, headset = (device.key for device in audio.input_devices())
    dialog = open_dialog(Settings(input_device=interface), qtbot)
    dialog.show_devices(audio.input_devices(), audio.output_devices())
    titles = [dialog.input.itemText(index) for index in range(dialog.input.count())]
    assert titles == ["Input 1", "Input 2", "Input 3", "Input 4", "Mix of all inputs"]
    dialog.input.setCurrentIndex(2)
    dialog.input.activated.emit(2)
    dialog.input_device.setCurrentIndex(dialog.input_device.findText("Headset"))
    assert dialog.input.currentText() == "Input 1"
    chosen = dialog.chosen()
    assert chosen.input_device == headset
    assert channel_of(chosen.inputs, interface) == 3
    dialog.input_device.setCurrentIndex(dialog.input_device.findText("Interface"))
    assert dialog.input.currentText() == "Input 3"


def test_save_hands_over_what_is_shown(qtbot: QtBot) -> None:
    dialog = open_dialog(Settings(), qtbot)
    dialog.theme_choice.setCurrentIndex(dialog.theme_choice.findData(Theme.LIGHT))
    dialog.steps.setValue(8)
    save = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Save")
    with qtbot.waitSignal(dialog.settings_chosen) as chosen:
        save.click()
    assert chosen.args == [Settings(theme=Theme.LIGHT, steps=8)]
    assert not dialog.isVisible()


def test_cancel_hands_over_nothing(qtbot: QtBot) -> None:
    dialog = open_dialog(Settings(), qtbot)
    dialog.steps.setValue(8)
    with qtbot.assertNotEmitted(dialog.settings_chosen):
        dialog.reject()


def test_the_memory_of_a_mode_is_estimated_and_the_last_one_measured(qtbot: QtBot) -> None:
    known = replace(CHECKPOINTS[0], memory={VramMode.LOW: int(1.2 * GIB)})
    dialog = SettingsDialog(Settings(vram_mode=VramMode.LOW), [known], "/music")
    qtbot.addWidget(dialog)
    assert "about 1.2 GB for 4 variations of 5 s (estimated)" in dialog._mode_note.text()
    dialog.show_memory(MemoryUse("low", "gpu", int(1.2 * GIB), int(1.34 * GIB)))
    assert "the last sound took 1.3 GB (Low, measured)" in dialog._mode_note.text()
    dialog.vram_mode.setCurrentIndex(dialog.vram_mode.findData(VramMode.HIGH))
    assert "GB" not in dialog._mode_note.text().replace("above 12 GB", "")


def test_export_defaults_reach_the_next_sample_pack_and_can_be_restored(qtbot: QtBot) -> None:
    dialog = open_dialog(CHOSEN, qtbot)
    dialog.export.creator.setText("Foley Ltd")
    dialog.export.bits.setCurrentIndex(dialog.export.bits.findData("24"))
    form = PackForm()
    qtbot.addWidget(form)
    form.show_values(dialog.chosen().pack, "Pack", Path("/packs"))
    assert form.creator.text() == "Foley Ltd"
    assert form.options().file_format.bit_depth == 24
    assert form.values()["rate"] == "96000"
    assert form.folder.text() == "/packs"
    next(b for b in dialog.findChildren(QPushButton) if b.text() == "Restore defaults").click()
    assert dialog.chosen().pack == {}
