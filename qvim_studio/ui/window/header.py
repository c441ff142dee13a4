"""The line at the top: the program, the checkpoint in use, the settings."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from qvim_studio.core.checkpoint_choice import CheckpointChoice
from qvim_studio.ui.widgets.icons import icon, icon_pixmap
from qvim_studio.ui.widgets.theme import GRID, StudioTheme
from qvim_studio.ui.widgets.tips import set_tip

COMMERCIAL_WORDS = {
    "yes": "commercial use",
    "no": "no commercial use",
    "conditional": "commercial use with conditions",
}


def licence_line(choice: CheckpointChoice) -> str:
    """ "Apache-2.0 · commercial use": what a sound designer must see before choosing."""
    words = COMMERCIAL_WORDS.get(choice.commercial, choice.commercial)
    return f"{choice.licence}  ·  {words}"


class Header(QWidget):
    """Signals: checkpoint_clicked, settings_clicked (nothing each)."""

    checkpoint_clicked = Signal()
    settings_clicked = Signal()

    def __init__(self, theme: StudioTheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._choice: CheckpointChoice | None = None
        self._mark = QLabel(self)
        name = QLabel("QVIM Studio", self)
        name.setObjectName("appName")
        self.checkpoint = QToolButton(self)
        self.checkpoint.setObjectName("withText")
        self.checkpoint.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.checkpoint.clicked.connect(self._on_checkpoint)
        self.settings = QToolButton(self)
        self.settings.setAccessibleName(self.tr("Settings"))
        set_tip(self.settings, self.tr("Settings"))
        self.settings.clicked.connect(self._on_settings)
        for button in (self.checkpoint, self.settings):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self._mark)
        layout.addWidget(name)
        layout.addStretch(1)
        layout.addWidget(self.checkpoint)
        layout.addWidget(self.settings)
        theme.changed.connect(self._dress)
        self._dress()

    def show_checkpoint(self, choice: CheckpointChoice | None, wanted: str) -> None:
        """Name the checkpoint in use; ``wanted`` stands in where it is not known."""
        self._choice = choice
        short = full = wanted
        if choice is not None:
            words = COMMERCIAL_WORDS.get(choice.commercial, choice.commercial)
            short = f"{choice.title}  ·  {words}"
            full = f"{choice.title}  ·  {licence_line(choice)}"
        self.checkpoint.setText(short)
        set_tip(self.checkpoint, self.tr("What makes the sounds: {0}").format(full))
        self.checkpoint.setAccessibleName(self.tr("Checkpoint: {0}").format(full))
        self._dress()

    @Slot()
    def _dress(self) -> None:
        palette = self._theme.palette
        self._mark.setPixmap(icon_pixmap("wave", palette.accent, 22, self.devicePixelRatioF()))
        self.settings.setIcon(icon("gear", palette.secondary))
        may_be_sold = self._choice is not None and self._choice.commercial == "yes"
        color = palette.accent if may_be_sold else palette.warning
        name = "record" if self._choice is not None else "clock"
        self.checkpoint.setIcon(icon(name, color if self._choice else palette.faint))

    @Slot(bool)
    def _on_checkpoint(self, checked: bool = False) -> None:
        self.checkpoint_clicked.emit()

    @Slot(bool)
    def _on_settings(self, checked: bool = False) -> None:
        self.settings_clicked.emit()
