"""Translates the sentences of floors without Qt, such as errors.

A sentence arrives whole, in English, with its values filled in. The pattern that fits the sentence
leads to its translation and its values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

from PySide6.QtCore import QCoreApplication, QObject

from qvim_studio.session.figures import with_own_marks

_PLACE = re.compile(r"\{(\d+)(:[^}]*)?\}")
_NUMERIC = re.compile(r":.*[efg%,]$")  # a format that writes a number with separators


class Sentences(QObject):
    """A child of the application, by which ``own_words`` finds the translations.

    translations: by English sentence, both with places such as {0} or {1:.1f}.
    """

    def __init__(self, translations: Mapping[str, str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._translations = translations

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], list[int], str]]:
        """Each sentence as a pattern, with the numbers of its places in order; sentences with the
        most constant text come first."""
        most_words = sorted(self._translations, key=lambda text: -len(_PLACE.sub("", text)))
        return [
            (
                re.compile("(.*?)".join(map(_literal, _PLACE.split(text)[::3])), re.DOTALL),
                [int(number) for number, _ in _PLACE.findall(text)],
                self._translations[text],
            )
            for text in most_words
        ]

    def text(self, english: str) -> str:
        """The sentence in the window's language, or unchanged without a translation."""
        for pattern, numbers, translation in self._patterns:
            found = pattern.fullmatch(english)
            if found is not None:
                values = dict(zip(numbers, found.groups(), strict=True))
                return self._filled(translation, values)
        return english

    def _filled(self, translation: str, values: Mapping[int, str]) -> str:
        def value_of(place: re.Match[str]) -> str:
            number, form = int(place[1]), place[2] or ""
            if _NUMERIC.match(form):
                return with_own_marks(values[number])
            return self.text(values[number])  # an error may hold another one

        return _PLACE.sub(value_of, translation).replace("{{", "{").replace("}}", "}")


def own_words(english: str) -> str:
    """A sentence of a floor without Qt, in the window's language."""
    application = QCoreApplication.instance()
    sentences = None if application is None else application.findChild(Sentences)
    return english if sentences is None else sentences.text(english)


def _literal(part: str) -> str:
    return re.escape(part.replace("{{", "{").replace("}}", "}"))
