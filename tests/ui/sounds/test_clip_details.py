"""Details say how a clip came about and whether it can be used, and offer to mend it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from qvim_studio.audio.soundness import Soundness
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.library.recipes import Recipe
from qvim_studio.ui.sounds.clip_details import ClipDetails

SOUND = Soundness(-82.4, False, 15_250.0, -1.0, 0, False, False)
CLIP = ClipEntry(Path("dog_01.wav"), "dog", "dog 01", 0.0, 1.0, None, 3, "Starter", "Apache-2.0")


def recipe(soundness: Soundness | None, **details: object) -> Recipe:
    stored = None if soundness is None else soundness.as_dict()
    return Recipe({}, {}, 3, None, 0.0, {"soundness": stored, **details})


@pytest.fixture
def details(qtbot: QtBot) -> ClipDetails:
    home = QWidget()
    qtbot.addWidget(home)
    return ClipDetails(home, home)


def facts(details: ClipDetails) -> str:
    return details._facts.text()


def test_they_say_what_it_started_from_and_how_much_of_that_was_made_anew(
    details: ClipDetails,
) -> None:
    near = recipe(None, started_from="animal_03_dog", start_strength=0.64)
    details.show_entries([CLIP], near)
    assert "from dog  ·  64 % of it replaced" in facts(details)


def test_a_sound_clip_shows_its_levels_and_offers_nothing(details: ClipDetails) -> None:
    details.show_entries([CLIP], recipe(SOUND))
    assert "noise floor -82 dBFS, up to 15.2 kHz, peak -1.0 dBTP" in facts(details)
    assert details.mend.isHidden()


def test_flaws_are_named_and_mended_by_one_click(details: ClipDetails, qtbot: QtBot) -> None:
    details.show_entries([CLIP], recipe(replace(SOUND, clicks=2, is_cut=True)))
    assert "clicks, a tail that is cut off" in facts(details)
    assert not details.mend.isHidden()
    with qtbot.waitSignal(details.mend_requested) as asked:
        details.mend.click()
    assert asked.args == [CLIP]


def test_several_clips_and_older_recipes_offer_nothing(details: ClipDetails) -> None:
    details.show_entries([CLIP, CLIP], None)
    assert details.mend.isHidden()
    details.show_entries([CLIP], recipe(None))
    assert details.mend.isHidden() and "dBTP" not in facts(details)
