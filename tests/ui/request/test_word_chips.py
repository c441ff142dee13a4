"""Chips put words into the text and take them out again."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from qvim_studio.core.sound_words import SoundWord
from qvim_studio.ui.request.word_chips import WordChips
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")

WORDS = ("hiss", "steam", "snake", "spray", "air brake")


def words(*words: str) -> tuple[SoundWord, ...]:
    return tuple(SoundWord(word, 0.9 - 0.1 * place, word) for place, word in enumerate(words))


@pytest.fixture
def chips(window: MainWindow) -> WordChips:
    window.request.word_chips.show_words(words(*WORDS))
    return window.request.word_chips


def texts(chips: WordChips) -> list[str]:
    return [chip.text() for chip in chips.chips if chip.isVisible()]


def checked(chips: WordChips) -> list[str]:
    return [chip.text() for chip in chips.chips if chip.isChecked()]


def test_five_words_stand_under_the_empty_text(chips: WordChips) -> None:
    assert chips.isVisible() and texts(chips) == list(WORDS)
    assert checked(chips) == []
    chips.show_words(())
    assert not chips.isVisible()


def test_a_click_adds_a_word_and_a_second_removes_it(
    chips: WordChips, window: MainWindow, qtbot: QtBot
) -> None:
    text = window.request.text
    for number in (1, 4):
        qtbot.mouseClick(chips.chips[number], Qt.MouseButton.LeftButton)
    assert text.text() == "steam, air brake" and checked(chips) == ["steam", "air brake"]
    qtbot.mouseClick(chips.chips[1], Qt.MouseButton.LeftButton)
    assert text.text() == "air brake" and checked(chips) == ["air brake"]
    qtbot.mouseClick(chips.chips[4], Qt.MouseButton.LeftButton)
    assert text.text() == "" and chips.isVisible()


def test_words_of_the_user_stay_when_a_chip_is_removed(
    chips: WordChips, window: MainWindow, qtbot: QtBot
) -> None:
    text = window.request.text
    text.setText("Steam, from an old pipe")
    assert checked(chips) == ["steam"]
    qtbot.mouseClick(chips.chips[1], Qt.MouseButton.LeftButton)
    assert text.text() == "from an old pipe"
    assert not chips.isVisible()


def test_keys_choose_words_from_anywhere_in_the_window(
    chips: WordChips, window: MainWindow
) -> None:
    QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    assert window.request.text.text() == "snake"
    QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    assert window.request.text.text() == ""
    chips.show_words(words("hiss"))
    QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    assert window.request.text.text() == ""


def test_a_text_of_ones_own_needs_no_offers(chips: WordChips, window: MainWindow) -> None:
    window.request.text.setText("heavy wooden door")
    assert not chips.isVisible()
    QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert window.request.text.text() == "heavy wooden door"


@pytest.mark.usefixtures("dressed")
def test_words_without_room_are_left_out_and_none_is_cut(chips: WordChips) -> None:
    chips.resize(220, chips.height())
    shown = [chip for chip in chips.chips if chip.isVisible()]
    assert 1 <= len(shown) < 5
    assert texts(chips) == list(WORDS[: len(shown)])
