"""The settings offer the encoders that a checkpoint has adapters for, say why others are missing,
and keep the choice for each checkpoint."""

from __future__ import annotations

from dataclasses import replace

from pytestqt.qtbot import QtBot

from qvim_studio.core.capabilities import Capabilities, Input, VoiceRoute
from qvim_studio.core.checkpoint_entry import CheckpointEntry
from qvim_studio.core.options import Option, OptionValues, Role
from qvim_studio.core.program.settings import Settings
from qvim_studio.session.requests.checkpoint_values import CheckpointValues
from qvim_studio.ui.settings.settings_dialog import SettingsDialog

PLAIN = Capabilities(
    frozenset({Input.VOICE}), frozenset(), VoiceRoute.ADAPTER, 16_000, 1, 0.2, 10.0
)
CHOICE = Option("encoder", "Encoder", "own", Role.EXPERT, choices=("own", "mine"), is_added=True)
BIG = CheckpointEntry("big", "Big", "MIT", "yes", True, 25, 2.5, capabilities=PLAIN)
OFFERING = replace(BIG, id="small", capabilities=replace(PLAIN, options=(CHOICE,)))
MELODY = replace(BIG, id="tunes", capabilities=replace(PLAIN, voice_route=VoiceRoute.MELODY))


def open_dialog(qtbot: QtBot, settings: Settings, *entries: CheckpointEntry) -> SettingsDialog:
    dialog = SettingsDialog(settings, entries, "/music")
    qtbot.addWidget(dialog)
    return dialog


def shown(dialog: SettingsDialog) -> list[str]:
    return [dialog.encoder.itemText(index) for index in range(dialog.encoder.count())]


def choose(dialog: SettingsDialog, name: str) -> None:
    index = dialog.encoder.findData(name)
    dialog.encoder.setCurrentIndex(index)
    dialog.encoder.activated.emit(index)


def note(dialog: SettingsDialog) -> str:
    return dialog.encoder._note.text()


def test_without_a_choice_the_own_one_is_shown_and_the_note_says_how_others_come(
    qtbot: QtBot,
) -> None:
    dialog = open_dialog(qtbot, Settings(checkpoint="big"), BIG, MELODY)
    assert shown(dialog) == ["The checkpoint's own"] and not dialog.encoder.isEnabled()
    assert "once an adapter understands them" in note(dialog)
    dialog.checkpoint.setCurrentIndex(1)
    assert note(dialog) == "This checkpoint hears without an encoder"


def test_encoders_without_an_adapter_are_named_with_the_reason(qtbot: QtBot) -> None:
    entry = replace(OFFERING, encoders_without_adapter=("a", "b", "c", "d"))
    dialog = open_dialog(qtbot, Settings(checkpoint="small"), entry)
    assert shown(dialog) == ["The checkpoint's own", "mine"]
    assert note(dialog).endswith(
        "Not offered, because no adapter of this checkpoint understands them: a, b, c, …"
    )


def test_the_choice_is_kept_for_its_checkpoint_beside_other_values(qtbot: QtBot) -> None:
    before = CheckpointValues(steps=7, options=OptionValues({"top_k": 3}))
    settings = Settings(checkpoint="small", by_checkpoint={"small": before.as_text()})
    dialog = open_dialog(qtbot, settings, OFFERING, BIG)
    assert dialog.chosen() == settings
    choose(dialog, "mine")
    kept = dialog.chosen()
    values = CheckpointValues.of_text(kept.by_checkpoint["small"])
    assert values.steps == 7 and dict(values.options) == {"top_k": 3, "encoder": "mine"}
    again = open_dialog(qtbot, kept, OFFERING, BIG)
    assert again.encoder.currentText() == "mine"
    again.checkpoint.setCurrentIndex(1)
    assert again.encoder.currentText() == "The checkpoint's own"
    again.checkpoint.setCurrentIndex(0)
    choose(again, "own")
    assert again.chosen().by_checkpoint == settings.by_checkpoint


def test_an_encoder_that_is_gone_heals_to_the_own_one_with_a_sentence(qtbot: QtBot) -> None:
    stored = CheckpointValues(options=OptionValues({"encoder": "gone"})).as_text()
    settings = Settings(checkpoint="small", by_checkpoint={"small": stored})
    dialog = open_dialog(qtbot, settings, OFFERING)
    assert dialog.encoder.currentText() == "The checkpoint's own"
    assert "“gone” was removed; the encoder shown is used instead" in note(dialog)


def test_restored_defaults_hear_with_the_own_encoder_again(qtbot: QtBot) -> None:
    stored = CheckpointValues(options=OptionValues({"encoder": "mine"})).as_text()
    dialog = open_dialog(
        qtbot, Settings(checkpoint="small", by_checkpoint={"small": stored}), OFFERING
    )
    assert dialog.encoder.currentText() == "mine"
    dialog.show_settings(Settings(checkpoint="small"))
    assert dialog.encoder.currentText() == "The checkpoint's own"
