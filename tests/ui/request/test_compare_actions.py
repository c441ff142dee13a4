"""From the window: one request with several checkpoints, their sounds side by side and by name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from qvim_studio.core.capabilities import Capabilities, Input, VoiceRoute
from qvim_studio.core.checkpoint_entry import CheckpointEntry
from qvim_studio.core.options import Option, Role
from qvim_studio.core.request import GenerationRequest
from qvim_studio.session.services import Services
from qvim_studio.ui.request.compare_actions import CompareDialog
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")

STEPS = Option("steps", "Steps", 8, Role.QUALITY, 1, 100)
TOP_K = Option("top_k", "Top k", 250, Role.VARIETY, 1, 2048)


def entry(id: str, *options: Option) -> CheckpointEntry:
    capabilities = Capabilities(
        frozenset(Input), frozenset(), VoiceRoute.ADAPTER, 16_000, 1, 0.5, 30.0, options=options
    )
    return CheckpointEntry(id, id.title(), "MIT", "yes", True, 8, 0.0, capabilities=capabilities)


ONE, TWO = entry("starter", STEPS), entry("other", STEPS, TOP_K)


def test_at_least_two_are_needed(qtbot: QtBot) -> None:
    dialog = CompareDialog((ONE, TWO), "starter")
    qtbot.addWidget(dialog)
    assert dialog.ids == ("starter",) and not dialog.generate.isEnabled()
    dialog.boxes["other"].setChecked(True)
    with qtbot.waitSignal(dialog.chosen) as chosen:
        dialog.generate.click()
    assert chosen.args[0] == ("starter", "other")


def test_a_lack_of_checkpoints_or_of_a_request_is_said(
    with_take: MainWindow,
) -> None:
    actions = with_take.checkpoints.compares
    actions.show_checkpoints((ONE, replace(TWO, is_installed=False)))
    assert actions.choose() is None and "only one checkpoint" in with_take.messages.text
    actions.show_checkpoints((ONE, TWO))
    with_take.request.set_ready(False, "no")
    assert actions.choose() is None and "Record an imitation" in with_take.messages.text


def test_each_checkpoint_gets_its_own_values_and_the_same_seed(
    with_take: MainWindow, services: Services, qtbot: QtBot
) -> None:
    panel, asked = with_take.request, []
    services.queue.finished.connect(lambda finished: asked.append(finished.job.request))
    panel.show_checkpoint(TWO)
    panel.options.field_by_name["top_k"].setValue(7)
    panel.show_checkpoint(ONE)
    panel.details.steps.setValue(3)
    panel.variations.setValue(1)
    with_take.checkpoints.compares._on_chosen(("starter", "other"))
    qtbot.waitUntil(lambda: len(asked) == 2)
    qtbot.waitUntil(lambda: len(with_take.controller.candidates) == 2)
    first, second = (next(r for r in asked if r.checkpoint == id) for id in ("starter", "other"))
    assert (first.steps, dict(first.options)) == (3, {})
    assert (second.steps, dict(second.options)) == (None, {"top_k": 7})
    assert first.seed == second.seed and first.fits == second.fits == 0


def test_values_for_what_was_removed_are_left_out(
    with_take: MainWindow, services: Services, qtbot: QtBot
) -> None:
    asked: list[GenerationRequest] = []
    services.queue.finished.connect(lambda finished: asked.append(finished.job.request))
    rain = Option("lora.rain", "LoRA rain", 0.0, Role.EXPERT, -4.0, 4.0)
    panel, compares = with_take.request, with_take.checkpoints.compares
    panel.show_checkpoint(entry("other", TOP_K, rain))
    panel.options.field_by_name["lora.rain"].setValue(0.5)
    panel.options.field_by_name["top_k"].setValue(7)
    panel.show_checkpoint(ONE)
    panel.variations.setValue(1)
    compares.show_checkpoints((ONE, TWO))  # the LoRA is gone
    compares._on_chosen(("starter", "other"))
    qtbot.waitUntil(lambda: len(asked) == 2)
    (other,) = (request for request in asked if request.checkpoint == "other")
    assert dict(other.options) == {"top_k": 7}


def test_values_belong_to_the_checkpoint_that_they_were_set_for(with_take: MainWindow) -> None:
    panel, details = with_take.request, with_take.request.details
    panel.show_checkpoint(ONE)
    details.steps.setValue(5)
    details.guidance.setValue(4.0)
    panel.show_checkpoint(TWO)
    assert details.steps.value() == 0 and details.guidance.value() == 0.0
    details.steps.setValue(70)
    panel.options.field_by_name["top_k"].setValue(9)
    panel.show_checkpoint(ONE)
    assert (details.steps.value(), details.guidance.value()) == (5, 4.0)
    kept = panel.kept_in(with_take.controller.settings)
    assert kept.steps == 5 and kept.by_checkpoint.keys() == {"starter", "other"}
    panel.show_checkpoint(TWO)
    assert details.steps.value() == 70 and dict(panel.options.values) == {"top_k": 9}


def test_a_recipe_of_another_checkpoint_brings_its_values_and_keeps_the_others(
    with_take: MainWindow,
) -> None:
    panel, details = with_take.request, with_take.request.details
    panel.show_checkpoint(ONE)
    details.steps.setValue(5)
    panel.show_request(GenerationRequest(text="dog", steps=33, checkpoint="other"))
    panel.show_checkpoint(TWO)
    assert details.steps.value() == 33
    panel.show_checkpoint(ONE)
    assert details.steps.value() == 5


@pytest.mark.parametrize("is_blind", [False, True])
def test_candidates_of_two_checkpoints_are_told_apart_but_not_blind(
    with_take: MainWindow, is_blind: bool, generate, qtbot: QtBot
) -> None:
    generate(with_take)
    panel = with_take.candidates
    first, second = with_take.controller.candidates[:2]
    if is_blind:
        panel.blind.click()
    panel.show_result((first, replace(second, checkpoint_title="Other")), "")
    assert panel.view.rows.names_checkpoints
    assert panel.view.rows._caption(panel.shown[0]) in (first.checkpoint_title, "Other")
    assert len(panel.shown) == 2
    panel.show_result((first, second), "")
    assert not panel.view.rows.names_checkpoints
