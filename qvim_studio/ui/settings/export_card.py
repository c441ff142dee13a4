"""The defaults of sample packs: their maker and the format of their sounds."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QLineEdit, QWidget

from qvim_studio.export.files.edits import SAMPLE_RATES_HZ
from qvim_studio.session.figures import number_text
from qvim_studio.ui.packs.pack_form import BIT_DEPTHS, DEFAULTS
from qvim_studio.ui.settings.settings_card import SettingsCard


class ExportCard(SettingsCard):
    """Shows the part of ``Settings.pack`` that is the same for most packs."""

    def __init__(self, title: str, values: Mapping[str, str], parent: QWidget) -> None:
        super().__init__(title, parent)
        self._values: dict[str, str] = {}
        self.creator = QLineEdit(self)
        self.creator.setPlaceholderText(self.tr("you, or your label"))
        self.source = QLineEdit(self)
        self.source.setPlaceholderText(self.tr("project or library"))
        depths = [(self.tr("{0} bit").format(bits), str(bits)) for bits in BIT_DEPTHS]
        self.bits = self.combo(depths, DEFAULTS["bits"])
        rates = [(f"{number_text(rate / 1000)} kHz", str(rate)) for rate in SAMPLE_RATES_HZ]
        self.rate = self.combo([(self.tr("As it is"), ""), *rates], DEFAULTS["rate"])
        names = self.tr("Both are part of every file name of a sample pack")
        self.add(self.tr("Creator"), self.creator)
        self.add(self.tr("Source"), self.source, self.note(names))
        self.add(self.tr("Bit depth"), self.bits)
        self.add(self.tr("Sample rate"), self.rate)
        self.show_values(values)

    def show_values(self, values: Mapping[str, str]) -> None:
        """Show the values of Settings.pack; absent values have their defaults."""
        self._values = dict(values)
        shown = {**DEFAULTS, **values}
        self.creator.setText(shown["creator"])
        self.source.setText(shown["source"])
        self.bits.setCurrentIndex(max(self.bits.findData(shown["bits"]), 0))
        self.rate.setCurrentIndex(max(self.rate.findData(shown["rate"]), 0))

    def values(self) -> dict[str, str]:
        """Settings.pack with the shown values."""
        shown = {
            "creator": self.creator.text().strip(),
            "source": self.source.text().strip(),
            "bits": self.bits.currentData(),
            "rate": self.rate.currentData(),
        }
        before = {**DEFAULTS, **self._values}
        return {**self._values, **{k: v for k, v in shown.items() if v != before[k]}}
