"""The request panel shows what the checkpoint takes, and nothing that it lacks."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QSpinBox
from pytestqt.qtbot import QtBot

from qvim_studio.core.capabilities import Capabilities, EditKind, Input, VoiceRoute
from qvim_studio.core.checkpoint_entry import CheckpointEntry
from qvim_studio.core.options import Option, Role
from qvim_studio.ui.request.detail_fields import WORDS_CHARACTERS
from qvim_studio.ui.window.main_window import MainWindow
from qvim_studio.ui.window.panel_state import panel_state, restore_panel

pytestmark = pytest.mark.usefixtures("undressed")

STEPS = Option("steps", "Steps", 8, Role.QUALITY, 1, 100)
TOP_K = Option("top_k", "Top k", 250, Role.VARIETY, 1, 2048)


def entry(*options: Option, inputs: frozenset[Input], rate_hz: int = 16_000) -> CheckpointEntry:
    steps = next((int(one.default) for one in options if one.name == "steps"), 0)
    capabilities = Capabilities(
        inputs, frozenset(EditKind), VoiceRoute.MELODY, rate_hz, 2, 0.5, 30.0, options=options
    )
    return CheckpointEntry(
        "other", "Other", "MIT", "yes", True, steps, 0.0, capabilities=capabilities
    )


def test_fields_of_what_a_checkpoint_lacks_are_hidden(with_take: MainWindow) -> None:
    panel = with_take.request
    panel.more.setChecked(True)
    inputs = frozenset({Input.MELODY, Input.TEXT})
    panel.show_checkpoint(entry(TOP_K, inputs=inputs, rate_hz=32_000))
    hidden = (panel.details.steps, panel.details.guidance, panel.details.strength)
    assert not any(field.isVisible() for field in (*hidden, panel.details.negative, panel.quality))
    assert panel.options.isVisible() and "top_k" in panel.options.field_by_name
    assert not panel.details.highs.isEnabled() and panel.text.isEnabled()
    everything = entry(STEPS, inputs=frozenset(Input))
    panel.show_checkpoint(everything)
    assert panel.details.steps.isVisible() and panel.details.negative.isVisible()
    assert panel.quality.isVisible() and not panel.options.isVisible()


def test_words_are_not_asked_with_where_none_are_taken(with_take: MainWindow) -> None:
    panel = with_take.request
    panel.text.setText("door")
    panel.show_checkpoint(entry(STEPS, inputs=frozenset({Input.VOICE})))
    assert not panel.text.isEnabled() and panel.draft().text == ""
    panel.show_checkpoint(entry(STEPS, inputs=frozenset(Input)))
    assert panel.draft().text == "door"


def test_options_reach_the_request_and_the_next_session(with_take: MainWindow) -> None:
    panel = with_take.request
    panel.show_checkpoint(entry(TOP_K, inputs=frozenset(Input)))
    field = panel.options.field_by_name["top_k"]
    assert isinstance(field, QSpinBox)
    field.setValue(7)
    assert dict(panel.draft().options) == {"top_k": 7}
    state = panel_state(panel)
    field.setValue(250)
    restore_panel(panel, state)
    assert dict(panel.draft().options) == {"top_k": 7}


@pytest.mark.usefixtures("dressed")
def test_there_is_room_for_unwanted_words_at_any_width(with_take: MainWindow, qtbot: QtBot) -> None:
    panel = with_take.request
    panel.more.setChecked(True)
    panel.show_checkpoint(entry(STEPS, inputs=frozenset(Input)))
    field = panel.details.negative
    least = field.fontMetrics().averageCharWidth() * WORDS_CHARACTERS
    for width in (900, 1200, 1500, 1900, 900):
        with_take.resize(width, 900)
        qtbot.waitUntil(lambda wanted=width: with_take.width() == wanted)
        qtbot.waitUntil(lambda: field.width() >= least, timeout=2_000)
