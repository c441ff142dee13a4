"""Fields for short input: Return and Escape return the keyboard to the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QIcon, QKeyEvent
from PySide6.QtWidgets import QDoubleSpinBox, QLineEdit, QSpinBox, QToolButton, QWidget

from qvim_studio.ui.widgets.override import logs_errors

_RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_COMMANDS = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)
_STILL_HERE = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
_OF_NUMBERS = "0123456789.,+-"


class PassingField(QLineEdit):
    """Return keeps the typed text, Escape restores the former text; both leave the field.

    Signal: left (nothing: the keyboard belongs to the former widget again).
    """

    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._former = ""

    def show_text(self, text: str) -> None:
        """Show a value from its beginning, unless the user is typing."""
        self._former = text
        if not self.isModified():
            self.setText(text)
            self.home(False)

    def take_edit(self) -> bool:
        """Whether the user has typed here since the last call."""
        was_modified = self.isModified()
        self.setModified(False)
        self._former = self.text()
        return was_modified

    def escape(self) -> None:
        """Restore the former text and leave, like the Escape key."""
        self.setText(self._former)
        self.setModified(False)
        self.left.emit()

    @logs_errors(returns=False)
    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and _is_escape(event):
            event.accept()
            return True
        return super().event(event)

    @logs_errors()
    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() not in _STILL_HERE:
            self._former = self.text()
        super().focusInEvent(event)

    @logs_errors()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_escape(event):
            self.escape()
            return
        super().keyPressEvent(event)
        if event.key() in _RETURN:
            self.left.emit()


class SearchField(PassingField):
    """Escape clears the search, or leaves an empty field. Return leaves for the results."""

    def __init__(self, name: str, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(hint)
        self.setAccessibleName(name)
        self.setClearButtonEnabled(True)
        self.glass = self.addAction(QIcon(), QLineEdit.ActionPosition.LeadingPosition)
        for button in self.findChildren(QToolButton):
            button.setAccessibleName(self.tr("Clear the search"))

    def escape(self) -> None:
        if self.text():
            self.clear()
        else:
            self.left.emit()


class NumberKeys(QObject):
    """Passes keys that are not part of a number on to the window's shortcuts.

    Return keeps the number of the field, Escape restores the former one; both leave the field.
    """

    def __init__(self, box: QSpinBox | QDoubleSpinBox) -> None:
        super().__init__(box)
        self._box = box
        self._set_value: Callable[[Any], None] = box.setValue
        self._former = box.value()
        box.installEventFilter(self)

    @logs_errors(returns=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.FocusIn:
            self._former = self._box.value()
        if not isinstance(event, QKeyEvent):
            return False
        if event.type() is QEvent.Type.ShortcutOverride:
            if _is_escape(event):
                event.accept()
                return True
            return self._pass_on(event)
        return event.type() is QEvent.Type.KeyPress and self._press(event)

    def _press(self, event: QKeyEvent) -> bool:
        if _is_escape(event):
            self._set_value(self._former)
        elif event.key() in _RETURN:
            self._box.interpretText()
        else:
            return self._pass_on(event)
        self._box.clearFocus()
        return True

    def _pass_on(self, event: QKeyEvent) -> bool:
        text = event.text()
        if not text.isprintable() or not text or text in _OF_NUMBERS:
            return False
        if event.modifiers() & _COMMANDS:
            return False
        event.ignore()
        return True


def _is_escape(event: QEvent) -> bool:
    return isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
