"""The texts of the export of a sample pack."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication
from window_language import english_afterwards

from qvim_studio.session.sentences import Sentences
from qvim_studio.ui.packs.pack_progress import warning_text

TRANSLATIONS = {
    "The loop clicks at {0:.1f} s.": "Die Schleife knackt bei {0:.1f} s.",
    "{0}: This is the same sound as {1}.": "{0}: Das ist der gleiche Sound wie {1}.",
    "The disk is full.": "Die Platte ist voll.",
}


def test_a_warning_is_translated_with_and_without_the_name_of_its_file(
    qapp: QApplication,
) -> None:
    warnings = (
        "Dogs/bark.wav: The loop clicks at 1.5 s.",
        "b.wav: This is the same sound as a.wav.",
        "The disk is full.",
        "c.wav: Nobody translated this.",
    )
    assert tuple(map(warning_text, warnings)) == warnings
    with english_afterwards(qapp):
        Sentences(TRANSLATIONS, qapp)
        assert list(map(warning_text, warnings)) == [
            "Dogs/bark.wav: Die Schleife knackt bei 1.5 s.",
            "b.wav: Das ist der gleiche Sound wie a.wav.",
            "Die Platte ist voll.",
            "c.wav: Nobody translated this.",
        ]
