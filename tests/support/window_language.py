"""Lets a test use another language, and restores English afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from qvim_studio.session.sentences import Sentences


@contextmanager
def english_afterwards(application: QApplication) -> Iterator[None]:
    """Remove the translators, sentences and default locale that are installed inside."""
    before = QLocale()
    try:
        yield
    finally:
        QLocale.setDefault(before)
        for translator in application.findChildren(QTranslator):
            application.removeTranslator(translator)
            translator.setParent(None)
        for sentences in application.findChildren(Sentences):
            sentences.setParent(None)
