"""One level meter for each input of a microphone, to show which inputs have a signal."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from qvim_studio.audio.levels import SILENCE_DBFS
from qvim_studio.core.program.device_key import MIX
from qvim_studio.ui.takes.level_meter import level_color, level_share
from qvim_studio.ui.widgets.override import logs_errors
from qvim_studio.ui.widgets.theme import StudioTheme
from qvim_studio.ui.widgets.tips import set_tip

ROW_PX = 18
BAR_PX = 6
GAP_PX = 12
MAX_ROWS = 8  # in a column


class ChannelMeters(QWidget):
    """Numbered bars in columns. Signal: channel_clicked (number from 1)."""

    channel_clicked = Signal(int)

    def __init__(self, theme: StudioTheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._count = 1
        self._chosen = 1
        self._peaks_db: tuple[float, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(self.tr("Level of every input"))
        set_tip(
            self,
            self.tr("Level of every input while the microphone is open. Click one to record it"),
        )
        theme.changed.connect(self.update)

    @property
    def peaks_db(self) -> tuple[float, ...]:
        """The shown levels in dBFS, by input."""
        return self._peaks_db

    def set_inputs(self, count: int, chosen: int) -> None:
        """Show ``count`` inputs and mark the recorded one; see InputChoice."""
        self._count, self._chosen = count, chosen
        self._peaks_db = self._peaks_db[:count]
        self.updateGeometry()
        self.update()

    def show_peaks(self, peaks_db: Sequence[float]) -> None:
        """Show levels in dBFS by input; empty for a closed microphone."""
        self._peaks_db = tuple(peaks_db[: self._count])
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, self._rows * ROW_PX)

    @property
    def _rows(self) -> int:
        return -(-self._count // self._columns)

    @property
    def _columns(self) -> int:
        return -(-self._count // MAX_ROWS)

    def _cell(self, number: int) -> QRectF:
        """The area of the input with this number, from 1; numbers run down the columns."""
        column, row = divmod(number - 1, self._rows)
        width = (self.width() - GAP_PX * (self._columns - 1)) / self._columns
        return QRectF(column * (width + GAP_PX), row * ROW_PX, width, ROW_PX)

    @logs_errors()
    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = event.position()
        for number in range(1, self._count + 1):
            if self._cell(number).contains(place):
                self.channel_clicked.emit(number)

    @logs_errors()
    def paintEvent(self, event: QPaintEvent) -> None:
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        number_width = self.fontMetrics().horizontalAdvance(str(self._count)) + BAR_PX
        for number in range(1, self._count + 1):
            cell = self._cell(number)
            is_chosen = self._chosen in (number, MIX)
            painter.setPen(QColor(palette.text if is_chosen else palette.secondary))
            label = QRectF(cell.left(), cell.top(), number_width, cell.height())
            painter.drawText(label, Qt.AlignmentFlag.AlignVCenter, str(number))
            groove = cell.adjusted(number_width, (ROW_PX - BAR_PX) / 2, 0, -(ROW_PX - BAR_PX) / 2)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.hover))
            painter.drawRoundedRect(groove, BAR_PX / 2, BAR_PX / 2)
            shown = number <= len(self._peaks_db)
            peak_db = self._peaks_db[number - 1] if shown else SILENCE_DBFS
            bar = QRectF(groove)
            bar.setWidth(groove.width() * level_share(peak_db))
            if bar.width() >= BAR_PX:
                color = level_color(palette, peak_db) if is_chosen else palette.wave
                painter.setBrush(QColor(color))
                painter.drawRoundedRect(bar, BAR_PX / 2, BAR_PX / 2)
        painter.end()
