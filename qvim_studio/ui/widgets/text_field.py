"""A text field that remembers earlier texts."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

MAX_REMEMBERED = 50
MAX_LENGTH = 500


class TextField(QLineEdit):
    """Up and Down step through earlier texts; typing offers those that contain the typed text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._remembered: tuple[str, ...] = ()  # newest first
        self._place = -1
        self._draft = ""
        self._model = QStringListModel(self)
        completer = QCompleter(self._model, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.setCompleter(completer)
        self.setMaxLength(MAX_LENGTH)
        self.textEdited.connect(self._on_edited)

    def remember(self, texts: Sequence[str]) -> None:
        """Offer these texts, newest first."""
        self._remembered = tuple(texts)
        self._place = -1
        self._model.setStringList(list(texts))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()), 0)
        if not step:
            super().keyPressEvent(event)
            return
        place = min(max(self._place + step, -1), len(self._remembered) - 1)
        if self._place == -1:
            self._draft = self.text()
        self._place = place
        self.setText(self._draft if place == -1 else self._remembered[place])

    def _on_edited(self, text: str) -> None:
        self._place = -1


def remembered_with(texts: Sequence[str], newest: str) -> tuple[str, ...]:
    """The texts with ``newest`` in front, each text once."""
    if not newest:
        return tuple(texts)
    return (newest, *(text for text in texts if text != newest))[:MAX_REMEMBERED]
