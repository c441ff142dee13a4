"""The input level: RMS bar, peak hold, and a lamp that stays lit after clipping."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from qvim_studio.audio.levels import SILENCE_DBFS
from qvim_studio.ui.override import logs_errors
from qvim_studio.ui.theme import StudioTheme

FLOOR_DB = -54.0
WARNING_DB = -6.0
CLIP_DB = -0.1
HOLD_S = 1.2
BAR_HEIGHT_PX = 6


class LevelMeter(QWidget):
    """A slim horizontal meter, -54..0 dBFS."""

    def __init__(
        self,
        theme: StudioTheme,
        parent: QWidget | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._clock = clock
        self._rms_db = SILENCE_DBFS
        self._hold_db = SILENCE_DBFS
        self._hold_since_s = 0.0
        self._has_clipped = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(44)
        self.setAccessibleName(self.tr("Input level"))
        theme.changed.connect(self.update)

    @property
    def has_clipped(self) -> bool:
        return self._has_clipped

    @property
    def hold_db(self) -> float:
        return self._hold_db

    def sizeHint(self) -> QSize:
        return QSize(120, 16)

    def reset(self) -> None:
        """Silence, and the lamp out."""
        self._has_clipped = False
        self.rest()

    def rest(self) -> None:
        """Silence; the lamp still tells whether the last take clipped."""
        self._rms_db = self._hold_db = SILENCE_DBFS
        self.update()

    def show_level(self, peak_db: float, rms_db: float) -> None:
        now = self._clock()
        if peak_db >= self._hold_db or now - self._hold_since_s > HOLD_S:
            self._hold_db, self._hold_since_s = peak_db, now
        self._rms_db = rms_db
        self._has_clipped = self._has_clipped or peak_db >= CLIP_DB
        self.update()

    @logs_errors()
    def paintEvent(self, event: QPaintEvent) -> None:
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        top = (self.height() - BAR_HEIGHT_PX) / 2
        lamp = QRectF(self.width() - BAR_HEIGHT_PX, top, BAR_HEIGHT_PX, BAR_HEIGHT_PX)
        groove = QRectF(0, top, self.width() - BAR_HEIGHT_PX - 6, BAR_HEIGHT_PX)
        painter.setBrush(QColor(palette.hover))
        painter.drawRoundedRect(groove, BAR_HEIGHT_PX / 2, BAR_HEIGHT_PX / 2)
        painter.setBrush(QColor(palette.danger if self._has_clipped else palette.hover))
        painter.drawEllipse(lamp)
        level = QRectF(groove)
        level.setWidth(groove.width() * _share(self._rms_db))
        painter.setBrush(QColor(palette.accent if self._hold_db < WARNING_DB else palette.warning))
        if level.width() >= BAR_HEIGHT_PX:
            painter.drawRoundedRect(level, BAR_HEIGHT_PX / 2, BAR_HEIGHT_PX / 2)
        hold = _share(self._hold_db)
        if hold > 0:
            painter.setBrush(QColor(palette.text))
            x = groove.left() + groove.width() * hold
            painter.drawRoundedRect(QRectF(x - 2, top - 2, 2, BAR_HEIGHT_PX + 4), 1, 1)
        painter.end()


def _share(level_db: float) -> float:
    return min(max(1.0 - level_db / FLOOR_DB, 0.0), 1.0)
