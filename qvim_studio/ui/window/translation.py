"""Sets the language of the window: its own texts, Qt's texts and numbers."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator

from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.program.settings import Language
from qvim_studio.session.sentences import Sentences

log = logging.getLogger(__name__)

SENTENCES_CONTEXT = "Sentences"
_QT_TRANSLATIONS = QLibraryInfo.LibraryPath.TranslationsPath


def set_language(language: Language, application: QCoreApplication) -> None:
    """Set the window's language, once, before the first widget exists; English needs no
    translation."""
    locale = window_locale(language, QLocale.system())
    QLocale.setDefault(locale)
    path = translation_file(locale)
    if path is None:
        return
    of_qt = QTranslator(application)
    if of_qt.load(locale, "qtbase", "_", QLibraryInfo.path(_QT_TRANSLATIONS)):
        application.installTranslator(of_qt)
    texts = read_translations(path)
    application.installTranslator(StudioTranslator(texts, application))
    Sentences({text: texts[c, text] for c, text in texts if c == SENTENCES_CONTEXT}, application)


def window_locale(language: Language, system: QLocale) -> QLocale:
    """The locale of the window, with the country of ``system`` if it fits the language. Without a
    translation the locale is English, so that words, dates and numbers have one language."""
    locale = system if language is Language.SYSTEM else QLocale(language.value)
    if locale.language() == system.language():
        locale = system
    if locale.language() == QLocale.Language.English or translation_file(locale) is not None:
        return locale
    return QLocale(QLocale.Language.English, locale.territory())


def translation_file(locale: QLocale) -> Path | None:
    """The translation file of the locale's language; None if there is no translation."""
    code = QLocale.languageToCode(locale.language())
    path = resource_path("translations", f"qvim_studio_{code}.ts")
    return path if path.is_file() else None


def read_translations(path: Path) -> Mapping[tuple[str, str], str]:
    """The finished translations of a file in Qt Linguist's format, by context and English text; an
    empty mapping for a damaged file."""
    texts: dict[tuple[str, str], str] = {}
    try:
        root = ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError) as error:
        log.warning("The translation %s is damaged; the window speaks English: %s", path, error)
        return texts
    for context in root.iter("context"):
        name = context.findtext("name", "")
        for message in context.iter("message"):
            translation = message.find("translation")
            if translation is not None and translation.text and not translation.get("type"):
                texts[name, message.findtext("source", "")] = translation.text
    return texts


class StudioTranslator(QTranslator):
    """A translator with a mapping, so that translations need no compiled files."""

    def __init__(self, texts: Mapping[tuple[str, str], str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._texts = texts

    def isEmpty(self) -> bool:
        return not self._texts

    def translate(
        self, context: str, sourceText: str, disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        """The translation of a text; None passes the text to Qt's next translator."""
        return self._texts.get((context, sourceText))
