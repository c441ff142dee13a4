"""Asks the user before an action that cannot be undone."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget


def ask(
    parent: QWidget,
    title: str,
    text: str,
    action: str,
    on_agreed: Callable[[], object],
    other: tuple[str, Callable[[], object]] | None = None,
) -> QMessageBox:
    """Open a question over the parent without blocking; Return and Esc choose Cancel.

    action: the label of the button that calls ``on_agreed``. other: label and function of a second
    button.
    """
    cancel = QMessageBox.StandardButton.Cancel
    box = QMessageBox(QMessageBox.Icon.NoIcon, title, text, cancel, parent)
    box.setDefaultButton(cancel)
    box.addButton(action, QMessageBox.ButtonRole.AcceptRole).clicked.connect(lambda: on_agreed())
    if other is not None:
        name, on_chosen = other
        box.addButton(name, QMessageBox.ButtonRole.ActionRole).clicked.connect(lambda: on_chosen())
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
    return box
