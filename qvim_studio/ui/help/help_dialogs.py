"""The dialogs about the program and about a session that ended unexpectedly."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import (
    QGuiApplication,
)
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

import qvim_studio
from qvim_studio.core.program.libraries import list_libraries
from qvim_studio.core.program.resources import resource_path
from qvim_studio.ui.help.diagnostics import tail
from qvim_studio.ui.help.markdown import set_well
from qvim_studio.ui.widgets.card import dialog_title
from qvim_studio.ui.widgets.fitting import resize_on_screen
from qvim_studio.ui.widgets.theme import GRID


class TextDialog(QDialog):
    """A title, a paragraph, a long text to scroll, and buttons."""

    def __init__(self, title: str, paragraph: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        resize_on_screen(self, 600, 520)
        heading = dialog_title(self, title)
        words = QLabel(paragraph, self)
        words.setWordWrap(True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.details = QTextEdit(self)
        self.details.setReadOnly(True)
        self.details.setAccessibleName(self.tr("Details"))
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(GRID)
        self.buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        layout.setSpacing(2 * GRID)
        layout.addWidget(heading)
        layout.addWidget(words)
        layout.addWidget(self.details, 1)
        layout.addLayout(self.buttons)

    def add_button(self, text: str, clicked: Callable[[], object], is_primary: bool) -> None:
        """Add a button to the right of the others."""
        button = QPushButton(text, self)
        if is_primary:
            button.setObjectName("primary")
            button.setDefault(True)
        button.clicked.connect(lambda: clicked())
        self.buttons.addWidget(button)


class AboutDialog(TextDialog):
    """Shows the version, the authors and the licences."""

    def __init__(self, parent: QWidget | None = None) -> None:
        libraries = "\n".join(
            f"- {library.name} {library.version}: {library.licence}" for library in list_libraries()
        )
        credits = tail(resource_path("ATTRIBUTIONS.md"), lines=10_000)
        paragraph = _translate(
            "Version {0}. Imitate a sound with your voice and get sounds you can use. "
            "Everything stays on your computer. Apache License 2.0."
        ).format(qvim_studio.__version__)
        super().__init__(_translate("About QVIM Studio"), paragraph, parent)
        self.details.setMarkdown(f"## {_translate('Libraries')}\n\n{libraries}\n\n{credits}")
        set_well(self.details.document())
        self.add_button(self.tr("Close"), self.accept, is_primary=True)


class CrashDialog(TextDialog):
    """Shown at the start after a session that ended unexpectedly."""

    def __init__(self, diagnostics: str, parent: QWidget | None = None) -> None:
        self._diagnostics = diagnostics
        super().__init__(
            _translate("The last session ended unexpectedly"),
            _translate(
                "Your takes and sounds are safe on disk: press PgUp for earlier takes; the "
                "sounds are in the history. To report the problem, copy the diagnostics; "
                "they contain no sounds and none of your texts."
            ),
            parent,
        )
        self.details.setPlainText(diagnostics)
        self.add_button(self.tr("Copy diagnostics"), self._copy, is_primary=False)
        self.add_button(self.tr("Close"), self.accept, is_primary=True)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._diagnostics)


def _translate(text: str) -> str:
    """Translate a text that is needed before the dialog exists."""
    return QGuiApplication.translate("HelpDialogs", text)
