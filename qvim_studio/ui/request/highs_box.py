"""Chooses the source of highs that a checkpoint lacks: none, the quick extension, or one of the
installed upscalers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QWidget

from qvim_studio.core.capabilities import Capabilities
from qvim_studio.core.checkpoint_entry import CheckpointEntry
from qvim_studio.session.figures import filled
from qvim_studio.ui.widgets.card import ElidedComboBox
from qvim_studio.ui.widgets.tips import set_tip

EXTENSION, NOTHING = "extension", ""  # other items have the id of an upscaler
MIN_CHARACTERS = 9


class HighsBox(ElidedComboBox):
    """Signal: changed (nothing).

    A chosen upscaler that is not installed stays chosen, so that the choice never changes without
    the user; the request then reports the missing upscaler.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._upscalers: tuple[CheckpointEntry, ...] = ()
        self._capabilities: Capabilities | None = None
        self.setMinimumContentsLength(MIN_CHARACTERS)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._fill(EXTENSION)
        self._explain()
        self.currentIndexChanged.connect(self._on_chosen)

    @property
    def is_extended(self) -> bool:
        """Whether the quick extension is chosen."""
        return self.currentData() == EXTENSION

    @property
    def upscaler(self) -> str:
        """The id of the chosen upscaler, "" for none."""
        chosen = self.currentData()
        return "" if chosen in (None, EXTENSION, NOTHING) else str(chosen)

    def choose(self, is_extended: bool, upscaler: str) -> None:
        """Choose the source of highs that a request names."""
        self._fill(upscaler or (EXTENSION if is_extended else NOTHING))
        self._explain()

    def show_upscalers(self, upscalers: Sequence[CheckpointEntry]) -> None:
        """Offer the installed upscalers."""
        installed = tuple(each for each in upscalers if each.is_installed)
        if installed != self._upscalers:
            self._upscalers = installed
            self._fill(self.currentData())
            self._explain()

    def show_capabilities(self, capabilities: Capabilities) -> None:
        """Disable the box for a checkpoint that makes all highs itself."""
        self._capabilities = capabilities
        self._explain()

    def _fill(self, wanted: str) -> None:
        self.blockSignals(True)
        self.clear()
        self.addItem(self.tr("Quick"), EXTENSION)
        for upscaler in self._upscalers:
            self.addItem(upscaler.title, upscaler.id)
        if wanted not in (EXTENSION, NOTHING) and self.findData(wanted) < 0:
            self.addItem(self.tr("{0} (not installed)").format(wanted), wanted)
        self.addItem(self.tr("None"), NOTHING)
        self.setCurrentIndex(self.findData(wanted))
        self.blockSignals(False)

    def _explain(self) -> None:
        made = self._capabilities
        lacks = made is None or (made.lacks_highs if self._upscalers else made.is_extended)
        self.setEnabled(lacks)
        if made is not None and not lacks:
            text = self.tr("The checkpoint itself reaches {0:g} kHz: no highs are added")
            set_tip(self, filled(text, made.reach_hz / 1000))
        elif self.upscaler:
            set_tip(self, self.tr("Replaces all high frequencies; slow without a GPU"))
        else:
            set_tip(self, self.tr("Adds the high frequencies that the model does not produce"))

    @Slot(int)
    def _on_chosen(self, index: int) -> None:
        self._explain()
        self.changed.emit()
