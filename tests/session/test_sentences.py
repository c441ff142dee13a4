"""Sentences of floors without Qt in the window's language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication
from window_language import english_afterwards

from qvim_studio.session.sentences import Sentences, own_words

TRANSLATIONS = {
    "There is no file {0}. Check the name.": "Die Datei {0} gibt es nicht. Den Namen prüfen.",
    "{0} lasts {1:.1f} s.": "{0} dauert {1:.1f} s.",
    "{0} has {1:,} sounds and {2:,.1f} MB.": "{0} hat {1:,} Sounds und {2:,.1f} MB.",
    "{0} Until then {1} is used.": "{0} Bis dahin dient {1}.",
    "{0} has {1} free.": "In {1} sind {0} frei.",
    'Write {{"kind": "flip"}} into {0}.': 'In {0} {{"kind": "flip"}} schreiben.',
}


@pytest.fixture
def german(qapp: QApplication) -> Iterator[None]:
    with english_afterwards(qapp):
        QLocale.setDefault(QLocale("de"))
        Sentences(TRANSLATIONS, qapp)
        yield


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("english", "german_words"),
    [
        (
            "There is no file a.b (c)*.wav. Check the name.",
            "Die Datei a.b (c)*.wav gibt es nicht. Den Namen prüfen.",
        ),
        ("dog.wav lasts 1.5 s.", "dog.wav dauert 1,5 s."),
        ("A has 1,204 sounds and 2,048.5 MB.", "A hat 1.204 Sounds und 2.048,5 MB."),
        ("5 GB has D: free.", "In D: sind 5 GB frei."),
        ('Write {"kind": "flip"} into it.', 'In it {"kind": "flip"} schreiben.'),
        (
            "There is no file x. Check the name. Until then y is used.",
            "Die Datei x gibt es nicht. Den Namen prüfen. Bis dahin dient y.",
        ),
        ("Nobody translated this.", "Nobody translated this."),
    ],
)
def test_a_sentence_is_said_with_its_values(english: str, german_words: str) -> None:
    assert own_words(english) == german_words


def test_english_stays_english(qapp: QApplication) -> None:
    assert own_words("There is no file x. Check the name.") == "There is no file x. Check the name."
