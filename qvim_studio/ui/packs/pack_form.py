"""The fields at the top of the sample pack dialog."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from qvim_studio.export.files.edits import SAMPLE_RATES_HZ
from qvim_studio.export.files.finishing_presets import PRESETS, finishing
from qvim_studio.export.files.sound_file import FileFormat
from qvim_studio.export.packs.name_template import FIELDS, UCS_TEMPLATE, NameTemplate
from qvim_studio.export.packs.pack_plan import PackOptions
from qvim_studio.session.figures import number_text
from qvim_studio.ui.widgets.reflow import Reflow
from qvim_studio.ui.widgets.theme import GRID
from qvim_studio.ui.widgets.tips import set_tip

BIT_DEPTHS = (16, 24, 32)
DEFAULTS: Mapping[str, str] = {
    "creator": "",
    "source": "QVIM",
    "folder": "",
    "template": UCS_TEMPLATE,
    "finishing": "as_is",
    "bits": "24",
    "rate": "",
    "channels": "",
    "commercial": "",
}


class PackForm(QWidget):
    """Signal: changed (nothing): a field has another value."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID)
        for column in (1, 3, 5):
            grid.setColumnStretch(column, 1)
        self.name = self._line(self.tr("Name"), self.tr("of the pack"))
        self.creator = self._line(self.tr("Creator"), self.tr("you, or your label"))
        self.source = self._line(self.tr("Source"), self.tr("project or library"))
        self.folder = self._line(self.tr("Folder"))
        browse = QPushButton(self.tr("Browse…"), self)
        browse.setAutoDefault(False)
        browse.clicked.connect(self._on_browse)
        self.template = self._line(self.tr("File names"))
        set_tip(
            self.template, self.tr("Fields: {0}").format(" ".join(f"{{{name}}}" for name in FIELDS))
        )
        self.finishing = self._combo(
            self.tr("Finishing"), [(self._preset_text(p), p) for p in PRESETS]
        )
        rates = [(f"{number_text(rate / 1000)} kHz", str(rate)) for rate in SAMPLE_RATES_HZ]
        self.rate = self._combo(self.tr("Sample rate"), [(self.tr("Rate kept"), ""), *rates])
        depths = [(self.tr("{0} bit").format(bits), str(bits)) for bits in BIT_DEPTHS]
        depths[-1] = (self.tr("32 bit float"), "32")
        self.bits = self._combo(self.tr("Bit depth"), depths)
        channels = [(self.tr("Channels kept"), ""), (self.tr("Mono"), "1")]
        channels.append((self.tr("Stereo"), "2"))
        self.channels = self._combo(self.tr("Channels"), channels)
        self.commercial = QCheckBox(self.tr("For sale: refuse sounds that may not be sold"), self)
        self.commercial.toggled.connect(self._on_changed)
        place = QHBoxLayout()
        place.setSpacing(GRID)
        place.addWidget(self.folder, 1)
        place.addWidget(browse)
        self._put(grid, 0, 0, self.name)
        self._put(grid, 0, 2, self.creator)
        self._put(grid, 0, 4, self.source)
        self._put(grid, 1, 0, self.folder, place, 5)
        self._put(grid, 2, 0, self.template, None, 5)
        combos = (self.finishing, self.rate, self.bits, self.channels)
        stretches = (2, 1, 1, 1)
        formats = QHBoxLayout()
        formats.addWidget(Reflow(list(zip(combos, stretches, strict=True)), GRID, self))
        self._put(grid, 3, 0, self.finishing, formats, 5)
        grid.addWidget(self.commercial, 4, 1, 1, 5)

    def show_values(self, values: Mapping[str, str], name: str, default_folder: Path) -> None:
        """Show the values of the last time, as ``values`` gave them."""
        values = {**DEFAULTS, **values}
        self.name.setText(name)
        self.name.home(False)  # a long one shows how it begins
        for key, line in self._lines().items():
            line.setText(values[key])
        for key, combo in self._combos().items():
            combo.setCurrentIndex(max(combo.findData(values[key]), 0))
        self.commercial.setChecked(bool(values["commercial"]))
        self.folder.setPlaceholderText(str(default_folder))

    def values(self) -> dict[str, str]:
        """All values except the name, for the next time."""
        return {
            **{key: line.text().strip() for key, line in self._lines().items()},
            **{key: combo.currentData() for key, combo in self._combos().items()},
            "commercial": "yes" if self.commercial.isChecked() else "",
        }

    @property
    def target(self) -> Path:
        """The folder in which the pack will lie."""
        return Path(self.folder.text().strip() or self.folder.placeholderText()).expanduser()

    @property
    def missing(self) -> list[str]:
        """The names of fields that still need a text."""
        needed = (self.name, self.creator, self.source)
        return [line.accessibleName() for line in needed if not line.text().strip()]

    def options(self) -> PackOptions:
        """The options of the pack; the names of empty fields stand in for their texts. Raises
        UsageError for impossible values."""
        rate, channels = self.rate.currentData(), self.channels.currentData()
        return PackOptions(
            name=self.name.text().strip() or self.name.accessibleName(),
            creator=self.creator.text().strip() or self.creator.accessibleName(),
            source=self.source.text().strip() or self.source.accessibleName(),
            is_commercial=self.commercial.isChecked(),
            template=NameTemplate(self.template.text().strip() or UCS_TEMPLATE),
            file_format=FileFormat(bit_depth=int(self.bits.currentData())),
            edits=finishing(
                self.finishing.currentData(),
                int(rate) if rate else None,
                int(channels) if channels else None,
            ),
        )

    def _lines(self) -> dict[str, QLineEdit]:
        return {
            "creator": self.creator,
            "source": self.source,
            "folder": self.folder,
            "template": self.template,
        }

    def _combos(self) -> dict[str, QComboBox]:
        return {
            "finishing": self.finishing,
            "bits": self.bits,
            "rate": self.rate,
            "channels": self.channels,
        }

    def _preset_text(self, preset: str) -> str:
        return {
            "as_is": self.tr("Sounds unchanged"),
            "clean": self.tr("Trim, fades, no DC; levels unchanged"),
            "peak_1": self.tr("Trim, fades, −1 dBTP"),
            "peak_3": self.tr("Trim, fades, −3 dBTP"),
            "peak_6": self.tr("Trim, fades, −6 dBTP"),
            "loudness_23": self.tr("Trim, fades, −23 LUFS"),
            "loop": self.tr("Seamless loops, −1 dBTP"),
        }[preset]

    def _line(self, name: str, hint: str = "") -> QLineEdit:
        line = QLineEdit(self)
        line.setAccessibleName(name)
        line.setPlaceholderText(hint)
        line.textChanged.connect(self._on_changed)
        return line

    def _combo(self, name: str, choices: list[tuple[str, str]]) -> QComboBox:
        combo = QComboBox(self)
        combo.setAccessibleName(name)
        set_tip(combo, name)
        for label, value in choices:
            combo.addItem(label, value)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        combo.currentIndexChanged.connect(self._on_changed)
        return combo

    def _put(
        self,
        grid: QGridLayout,
        row: int,
        column: int,
        field: QWidget,
        layout: QHBoxLayout | None = None,
        span: int = 1,
    ) -> None:
        label = QLabel(field.accessibleName(), self)
        label.setObjectName("secondary")
        label.setBuddy(field)
        grid.addWidget(label, row, column)
        if layout is None:
            grid.addWidget(field, row, column + 1, 1, span)
        else:
            grid.addLayout(layout, row, column + 1, 1, span)

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit()

    @Slot(bool)
    def _on_browse(self, checked: bool = False) -> None:
        dialog = QFileDialog(self, self.tr("Choose a folder"), str(self.target))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self.folder.setText)
        dialog.open()
