"""Chips with words for a take: a click adds a word to the text, a second removes it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QToolButton, QWidget

from qvim_studio.core.sound_words import MAX_WORDS, SoundWord
from qvim_studio.ui.widgets.card import caption
from qvim_studio.ui.widgets.override import logs_errors
from qvim_studio.ui.widgets.theme import GRID
from qvim_studio.ui.widgets.tips import set_tip


class WordChips(QWidget):
    """A row of chips, visible while the text is empty or contains one of the words; keys Alt+1 to
    Alt+5."""

    def __init__(self, text: QLineEdit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        self._words: tuple[str, ...] = ()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        self._caption = caption(self.tr("I heard:"), self)
        row.addWidget(self._caption)
        self.chips = [self._make_chip(number) for number in range(1, MAX_WORDS + 1)]
        for chip in self.chips:
            row.addWidget(chip)
        row.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        text.textChanged.connect(self._update)
        self._update()

    def show_words(self, words: Sequence[SoundWord]) -> None:
        """Offer these words, the most likely first; without words the row is hidden."""
        self._words = tuple(one.word for one in words[:MAX_WORDS])
        for chip, word in zip(self.chips, self._words, strict=False):
            chip.setText(word)
        self._update()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    @logs_errors()
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _make_chip(self, number: int) -> QToolButton:
        chip = QToolButton(self)
        chip.setObjectName("chip")
        chip.setCheckable(True)
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        chip.setProperty("number", number)
        chip.clicked.connect(self._on_chosen)
        shortcut = QShortcut(QKeySequence(f"Alt+{number}"), self.window())
        shortcut.setProperty("number", number)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(self._on_chosen)
        return chip

    def _parts(self) -> list[str]:
        """The parts of the text between commas."""
        return [part.strip() for part in self._text.text().split(",") if part.strip()]

    @Slot()
    @Slot(bool)
    def _on_chosen(self, checked: bool = False) -> None:
        number = self.sender().property("number")
        if self.isHidden() or number > len(self._words):
            return
        word, parts = self._words[number - 1], self._parts()
        left = [part for part in parts if part.casefold() != word]
        self._text.setText(", ".join([*parts, word] if left == parts else left))

    @Slot()
    @Slot(str)
    def _update(self, text: str = "") -> None:
        parts = {part.casefold() for part in self._parts()}
        self.setVisible(bool(self._words) and (not parts or not parts.isdisjoint(self._words)))
        for number, (chip, word) in enumerate(zip(self.chips, self._words, strict=False), 1):
            is_in_text = word in parts
            chip.setChecked(is_in_text)
            tip = self.tr("Remove “{0}” from the text") if is_in_text else self.tr("Add “{0}”")
            set_tip(chip, f"{tip.format(word)} (Alt+{number})")
        self._fit()

    def _fit(self) -> None:
        """Hide the last words if there is too little room."""
        used = self._caption.sizeHint().width()
        for number, chip in enumerate(self.chips):
            used += GRID + chip.sizeHint().width()
            chip.setVisible(number < len(self._words) and used <= self.width())
