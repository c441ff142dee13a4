"""The language of the window: which one is taken, and what Qt is given."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QObject, QTranslator
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QDialogButtonBox
from pytestqt.qtbot import QtBot
from window_language import english_afterwards

from qvim_studio.core.program.settings import Language
from qvim_studio.session.sentences import own_words
from qvim_studio.ui.window.translation import (
    StudioTranslator,
    read_translations,
    set_language,
    translation_file,
    window_locale,
)

FILE = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de">
<context><name>Door</name>
<message><source>Open…</source><translation>Öffnen …</translation></message>
<message><source>Slam</source><translation type="unfinished">Knall</translation></message>
<message><source>Lock</source><translation></translation></message>
</context>
</TS>
"""


class Door(QObject):
    """With words of its own."""


class FrontDoor(Door):
    """Speaks its base's words."""


@pytest.fixture
def application(qapp: QApplication) -> Iterator[QApplication]:
    with english_afterwards(qapp):
        yield qapp


def test_finished_texts_speak_and_unfinished_ones_stay_english(
    application: QApplication, tmp_path: Path
) -> None:
    path = tmp_path / "de.ts"
    path.write_text(FILE, encoding="utf-8")
    application.installTranslator(StudioTranslator(read_translations(path), application))
    door = FrontDoor()
    texts = [door.tr("Open…"), door.tr("Slam"), door.tr("Lock")]
    assert texts == ["Öffnen …", "Slam", "Lock"]
    assert QCoreApplication.translate("Window", "Open…") == "Open…"


def test_of_a_damaged_file_nothing_is_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "de.ts"
    path.write_text(FILE[:200], encoding="utf-8")
    with caplog.at_level(logging.CRITICAL):
        assert read_translations(path) == {}


def test_german_brings_the_words_of_qt_its_keys_and_its_numbers(
    application: QApplication, qtbot: QtBot
) -> None:
    set_language(Language.GERMAN, application)
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(box)
    assert [button.text() for button in box.buttons()] == ["Abbrechen"]
    undo = QKeySequence("Ctrl+Z")
    assert undo.toString(QKeySequence.SequenceFormat.NativeText) == "Strg+Z"
    assert undo.toString() == "Ctrl+Z"  # as the settings keep it
    assert QLocale().toString(1.5) == "1,5"


@pytest.mark.parametrize(
    ("english", "german"),
    [
        (
            "There is no file dog.wav. Check the name and the folder.",
            "Die Datei dog.wav gibt es nicht. Name und Ordner prüfen.",
        ),
        (
            "A rating lies between 0 and 5, got 7. Choose one of these.",
            "Eine Bewertung liegt zwischen 0 und 5, nicht bei 7. Bitte einen dieser Werte wählen.",
        ),
        (
            "Memory was short in mode low: made in mode minimal.",
            "Im Modus Niedrig war der Speicher knapp: im Modus Minimal erzeugt.",
        ),
    ],
)
def test_errors_of_lower_floors_are_said_in_german(
    english: str, german: str, application: QApplication
) -> None:
    set_language(Language.GERMAN, application)
    assert own_words(english) == german


def test_english_needs_no_translation(application: QApplication) -> None:
    set_language(Language.ENGLISH, application)
    assert not application.findChildren(QTranslator)
    assert QLocale().toString(1.5) == "1.5"


@pytest.mark.parametrize(("code", "has_file"), [("de_AT", True), ("en_GB", False), ("C", False)])
def test_a_language_has_one_file_for_all_its_countries(code: str, has_file: bool) -> None:
    assert (translation_file(QLocale(code)) is not None) is has_file


@pytest.mark.parametrize(
    ("language", "system", "code"),
    [
        (Language.SYSTEM, "de_AT", "de_AT"),
        (Language.GERMAN, "de_AT", "de_AT"),
        (Language.GERMAN, "en_GB", "de_DE"),
        (Language.ENGLISH, "de_AT", "en_US"),
        (Language.SYSTEM, "en_GB", "en_GB"),
        (Language.SYSTEM, "C", "en_US"),
    ],
)
def test_the_language_of_the_window_keeps_the_country_of_the_system(
    language: Language, system: str, code: str
) -> None:
    assert window_locale(language, QLocale(system)).name() == code


def test_without_a_translation_dates_are_english_like_the_words() -> None:
    locale = window_locale(Language.SYSTEM, QLocale("fr_FR"))
    assert locale.language() is QLocale.Language.English and locale.monthName(3) == "March"
