"""Shows the input level: RMS bar, peak hold, a lamp that stays lit after clipping, a light per
input."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from qvim_studio.audio.levels import SILENCE_DBFS
from qvim_studio.core.program.device_key import MIX
from qvim_studio.ui.widgets.override import logs_errors
from qvim_studio.ui.widgets.theme import Palette, StudioTheme

FLOOR_DB = -54.0
WARNING_DB = -6.0
CLIP_DB = -0.1
HOLD_S = 1.2
BAR_HEIGHT_PX = 6
LAMP_PX = 12  # twice the bar, so that clipping is visible from the speaker's distance
LAMP_GAP_PX = 6
LIGHT_HEIGHT_PX = 4
LIGHT_GAP_PX = 2


class LevelMeter(QWidget):
    """A slim horizontal meter, -54..0 dBFS, with a light for every input below it if there are
    several.

    The brightness of a light follows the level of its input; a line marks the recorded inputs.
    """

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
        self._channel_peaks_db: tuple[float, ...] = ()
        self._channel = 1
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

    @property
    def channel_peaks_db(self) -> tuple[float, ...]:
        """The levels of the lights, by input; empty without lights."""
        return self._channel_peaks_db if len(self._channel_peaks_db) > 1 else ()

    def sizeHint(self) -> QSize:
        return QSize(120, 20)

    def reset(self) -> None:
        """Show silence and turn the lamp off."""
        self._has_clipped = False
        self.rest()

    def forget_clipping(self) -> None:
        """Turn the lamp off before the next take."""
        self._has_clipped = False
        self.update()

    def rest(self) -> None:
        """Show silence; the lamp keeps showing whether the last take clipped."""
        self._rms_db = self._hold_db = SILENCE_DBFS
        self._channel_peaks_db = ()
        self.update()

    def set_channel(self, channel: int) -> None:
        """Mark the recorded input; see InputChoice."""
        self._channel = channel
        self.update()

    def show_channels(self, peaks_db: tuple[float, ...]) -> None:
        """Show the levels of all inputs of the open microphone, in dBFS."""
        self._channel_peaks_db = peaks_db
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
        if self.channel_peaks_db:
            top -= LIGHT_HEIGHT_PX
            self._paint_lights(painter, top + BAR_HEIGHT_PX + 2 * LIGHT_GAP_PX)
        lamp_top = top + (BAR_HEIGHT_PX - LAMP_PX) / 2
        lamp = QRectF(self.width() - LAMP_PX, lamp_top, LAMP_PX, LAMP_PX)
        groove = QRectF(0, top, self.width() - LAMP_PX - LAMP_GAP_PX, BAR_HEIGHT_PX)
        painter.setBrush(QColor(palette.hover))
        painter.drawRoundedRect(groove, BAR_HEIGHT_PX / 2, BAR_HEIGHT_PX / 2)
        painter.setBrush(QColor(palette.danger if self._has_clipped else palette.hover))
        painter.drawEllipse(lamp)
        level = QRectF(groove)
        level.setWidth(groove.width() * level_share(self._rms_db))
        painter.setBrush(QColor(palette.accent if self._hold_db < WARNING_DB else palette.warning))
        if level.width() >= BAR_HEIGHT_PX:
            painter.drawRoundedRect(level, BAR_HEIGHT_PX / 2, BAR_HEIGHT_PX / 2)
        hold = level_share(self._hold_db)
        if hold > 0:
            painter.setBrush(QColor(palette.text))
            x = groove.left() + groove.width() * hold
            painter.drawRoundedRect(QRectF(x - 2, top - 2, 2, BAR_HEIGHT_PX + 4), 1, 1)
        painter.end()

    def _paint_lights(self, painter: QPainter, top: float) -> None:
        palette, peaks_db = self._theme.palette, self.channel_peaks_db
        room = self.width() - LAMP_PX - LAMP_GAP_PX
        pitch = (room + LIGHT_GAP_PX) / len(peaks_db)
        for number, peak_db in enumerate(peaks_db, 1):
            light = QRectF((number - 1) * pitch, top, max(pitch - LIGHT_GAP_PX, 1), LIGHT_HEIGHT_PX)
            painter.setBrush(QColor(palette.hover))
            painter.drawRect(light)
            color = QColor(level_color(palette, peak_db))
            color.setAlphaF(level_share(peak_db))
            painter.setBrush(color)
            painter.drawRect(light)
            if self._channel in (number, MIX):
                painter.setBrush(QColor(palette.text))
                painter.drawRect(QRectF(light.left(), light.bottom() + 1, light.width(), 1))


def level_share(level_db: float) -> float:
    """The share of a meter's length for a level, 0..1."""
    return min(max(1.0 - level_db / FLOOR_DB, 0.0), 1.0)


def level_color(palette: Palette, peak_db: float) -> str:
    """The color of a level: normal, near full scale, or above it."""
    if peak_db >= CLIP_DB:
        return palette.danger
    return palette.warning if peak_db >= WARNING_DB else palette.accent
