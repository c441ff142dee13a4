"""From the window: what makes the highs is chosen, and any sound gets them by an action."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from qvim_studio.core.capabilities import Capabilities, Input, VoiceRoute
from qvim_studio.core.checkpoint_entry import CheckpointEntry
from qvim_studio.session.services import Services
from qvim_studio.ui.request.highs_box import HighsBox
from qvim_studio.ui.window.main_window import MainWindow
from qvim_studio.ui.window.panel_state import panel_state, restore_panel

pytestmark = pytest.mark.usefixtures("undressed")

HIGHS = CheckpointEntry(
    "highs", "Highs (any sound)", "MIT", "no", True, 50, 3.5,
    size_bytes=6_200_000_000, repo="a/b", makes="highs", reach_hz=24_000.0,
)  # fmt: skip
MISSING = replace(HIGHS, id="speech", title="Highs (speech)", is_installed=False)


def items(box: HighsBox) -> list[str]:
    return [box.itemText(index) for index in range(box.count())]


@pytest.fixture
def box(qtbot: QtBot) -> HighsBox:
    box = HighsBox()
    qtbot.addWidget(box)
    return box


def made_at(rate_hz: int) -> Capabilities:
    return Capabilities(frozenset(Input), frozenset(), VoiceRoute.ADAPTER, rate_hz, 1, 0.5, 30.0)


def test_what_is_installed_is_offered_between_quick_and_none(box: HighsBox) -> None:
    box.show_upscalers((HIGHS, MISSING))
    assert items(box) == ["Quick", "Highs (any sound)", "None"]
    assert box.is_extended and box.upscaler == ""
    box.setCurrentIndex(1)
    assert not box.is_extended and box.upscaler == "highs" and "GPU" in box.toolTip()
    box.choose(is_extended=False, upscaler="")
    assert box.currentText() == "None" and not box.is_extended and box.upscaler == ""


def test_a_chosen_upscaler_that_is_gone_stays_chosen_and_says_so(box: HighsBox) -> None:
    box.choose(is_extended=True, upscaler="highs")
    assert (box.currentText(), box.upscaler) == ("highs (not installed)", "highs")
    box.show_upscalers((HIGHS,))
    assert (box.currentText(), box.upscaler) == ("Highs (any sound)", "highs")


@pytest.mark.parametrize(
    ("rate_hz", "without", "with_upscaler"),
    [(16_000, True, True), (32_000, False, True), (44_100, False, False)],
)
def test_highs_are_offered_where_they_are_lacking(
    box: HighsBox, rate_hz: int, without: bool, with_upscaler: bool
) -> None:
    box.show_capabilities(made_at(rate_hz))
    assert box.isEnabled() is without
    box.show_upscalers((HIGHS,))
    assert box.isEnabled() is with_upscaler
    assert with_upscaler or "22.05 kHz" in box.toolTip()


@pytest.fixture
def chosen(
    with_take: MainWindow, generate: Callable[[MainWindow], None], qtbot: QtBot
) -> MainWindow:
    """Candidates, the first of which is looked at."""
    generate(with_take)
    QTest.keyClick(with_take, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: with_take.imitation.result.has_sound)
    return with_take


def test_any_sound_is_upscaled_by_what_is_installed(
    chosen: MainWindow, services: Services, qtbot: QtBot
) -> None:
    chosen.checkpoints.upscales.show_upscalers((MISSING, HIGHS))
    view = chosen.candidates.view
    assert "Upscale to 48 kHz" in " ".join(act.text() for act in view.make_menu().actions())
    with qtbot.waitSignal(services.queue.finished) as finished:
        view.offers()["upscale"]()
    job = finished.args[0].job
    request = job.request
    assert request.upscaler == request.checkpoint == "highs" and request.variations == 1
    assert request.upscale.known_hz == 8_000.0 and job.stem.endswith("upscaled")
    assert request.upscale.provenance is not None and request.imitation is None


def test_without_an_upscaler_the_action_says_what_to_get(chosen: MainWindow, qtbot: QtBot) -> None:
    chosen.checkpoints.upscales.show_upscalers((replace(HIGHS, is_installed=False), MISSING))
    wanted: list[bool] = []
    chosen.checkpoints.upscales.checkpoints_wanted.disconnect()
    chosen.checkpoints.upscales.checkpoints_wanted.connect(lambda: wanted.append(True))
    chosen.keys.actions["upscale"].trigger()
    assert "Highs (any sound) does: 6.2 GB to download" in chosen.messages.text
    offered = chosen.messages.findChildren(QPushButton)
    next(button for button in offered if button.text() == "Checkpoints").click()
    assert wanted == [True]


def test_the_choice_reaches_request_session_and_settings(with_take: MainWindow) -> None:
    panel = with_take.request
    with_take.checkpoints.upscales.show_upscalers((HIGHS,))
    panel.details.highs.setCurrentIndex(1)
    draft = panel.draft()
    assert draft.upscaler == "highs" and not draft.extend_bandwidth
    panel.details.highs.show_capabilities(made_at(44_100))
    assert panel.draft().upscaler == ""  # nothing is lacking there
    panel.details.highs.show_capabilities(made_at(16_000))
    state = panel_state(panel)
    panel.details.highs.setCurrentIndex(0)
    restore_panel(panel, state)
    assert panel.details.highs.upscaler == "highs"
    kept = panel.kept_in(with_take.controller.settings)
    assert kept.upscaler == "highs" and not kept.extend_bandwidth
