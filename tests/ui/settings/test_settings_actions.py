"""What the settings change in the running studio once they are saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from qvim_studio.core.capabilities import Capabilities, Input, VoiceRoute
from qvim_studio.core.checkpoint_entry import CheckpointEntry
from qvim_studio.core.engine import Engine
from qvim_studio.core.options import Option, OptionValues, Role
from qvim_studio.core.program.settings import Settings
from qvim_studio.jobs.engine.engine_process import EngineProcess
from qvim_studio.session.requests.checkpoint_values import CheckpointValues
from qvim_studio.session.services import Services
from qvim_studio.ui.request.request_panel import RequestPanel
from qvim_studio.ui.settings.settings_dialog import SettingsDialog
from qvim_studio.ui.widgets.theme import StudioTheme
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")


@pytest.fixture
def replaced(services: Services, monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], Engine]]:
    """The factories of the engines that the queue gets instead of its own."""
    factories: list[Callable[[], Engine]] = []
    monkeypatch.setattr(services.queue, "replace_engine", factories.append)
    return factories


def save(dialog: SettingsDialog) -> None:
    next(each for each in dialog.findChildren(QPushButton) if each.text() == "Save").click()


@pytest.mark.qt_log_ignore("does not support", extend=True)  # offscreen
def test_the_engine_is_replaced_only_when_its_place_changes(
    window: MainWindow, services: Services, replaced: list[Callable[[], Engine]]
) -> None:
    dialog = window.settings_actions.open()
    assert window.settings_actions.open() is dialog
    dialog.steps.setValue(12)
    save(dialog)
    assert services.store.settings.steps == 12 and window.request.details.steps.value() == 12
    assert not replaced and window.settings_actions.dialog is None
    dialog = window.settings_actions.open()
    dialog.own_process.setChecked(True)
    save(dialog)
    (make_engine,) = replaced
    assert getattr(make_engine, "func", None) is EngineProcess


def test_memory_is_freed_by_another_engine_of_the_same_kind(
    window: MainWindow, replaced: list[Callable[[], Engine]]
) -> None:
    window.settings_actions.free_memory()
    (make_engine,) = replaced
    assert getattr(make_engine, "func", None) is not EngineProcess
    assert "memory was freed" in window.messages.text


def test_a_chosen_encoder_reaches_requests_survives_a_restart_and_heals(
    services: Services, theme: StudioTheme, qtbot: QtBot
) -> None:
    encoder = Option("encoder", "Encoder", "own", Role.EXPERT, choices=("own", "mine"))
    inputs = frozenset({Input.VOICE})
    takes = Capabilities(inputs, frozenset(), VoiceRoute.ADAPTER, 16_000, 1, 0.2, 10.0)
    offering = replace(takes, options=(encoder,))
    entry = CheckpointEntry("x", "X", "MIT", "yes", True, 25, 2.5, capabilities=offering)
    stored = CheckpointValues(options=OptionValues({"encoder": "mine"})).as_text()
    settings = Settings(checkpoint="x", by_checkpoint={"x": stored})

    def open_panel(settings: Settings) -> RequestPanel:
        panel = RequestPanel(theme, settings, services.queue)
        qtbot.addWidget(panel)
        return panel

    panel = open_panel(Settings(checkpoint="x"))
    panel.show_checkpoint(entry)
    assert not panel.draft().options
    panel.show_settings(settings)  # as the dialog hands them over
    assert dict(panel.draft().options) == {"encoder": "mine"}
    again = open_panel(panel.kept_in(settings))
    again.show_checkpoint(entry)
    assert dict(again.draft().options) == {"encoder": "mine"}
    again.show_checkpoint(replace(entry, capabilities=takes))  # the encoder was removed
    assert not again.draft().options
