"""The melody of a take is shown where the checkpoint hears it, and nowhere else."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from qvim_studio.core.capabilities import Capabilities, Input, VoiceRoute
from qvim_studio.core.checkpoint_entry import CheckpointEntry
from qvim_studio.ui.window.main_window import MainWindow


def entry(route: VoiceRoute) -> CheckpointEntry:
    capabilities = Capabilities(frozenset(Input), frozenset(), route, 32_000, 1, 0.5, 30.0)
    return CheckpointEntry(
        route.value, "Other", "MIT", "yes", True, 0, 0.0, capabilities=capabilities
    )


def test_the_strip_comes_and_goes_with_what_the_checkpoint_hears(
    with_take: MainWindow, qtbot: QtBot
) -> None:
    strip, display = with_take.imitation.melody, with_take.checkpoints.melody
    assert strip.isHidden()
    display.show_checkpoint(entry(VoiceRoute.MELODY))
    qtbot.waitUntil(strip.isVisible)
    assert strip.notes and strip.accessibleDescription()
    whole = strip.notes
    takes, imitation = with_take.controller.takes, with_take.controller.imitation
    takes.set_part(imitation.begin_s, (imitation.begin_s + imitation.end_s) / 2)
    qtbot.waitUntil(lambda: strip.notes != whole)
    display.show_checkpoint(entry(VoiceRoute.ADAPTER))
    assert strip.isHidden()
