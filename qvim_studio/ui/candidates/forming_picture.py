"""The spectrogram of a sound while it is being made."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from qvim_studio.audio.spectrogram import Spectrogram
from qvim_studio.ui.waves.wave_painting import spectrogram_image
from qvim_studio.ui.widgets.override import logs_errors
from qvim_studio.ui.widgets.theme import Palette, StudioTheme

HEIGHT_PX = 72
RADIUS_PX = 8
UNKNOWN = 0.0  # a picture of the generator has no axes: its own mel bands and its own length


class FormingPicture(QWidget):
    """Hidden until there is something to see."""

    def __init__(self, theme: StudioTheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._levels: np.ndarray | None = None
        self._image: QImage | None = None
        self.setAccessibleName(self.tr("The sound as it forms"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setMinimumHeight(HEIGHT_PX)
        theme.changed.connect(self._color)
        self.hide()

    def sizeHint(self) -> QSize:
        return QSize(240, HEIGHT_PX)

    def show_levels(self, levels: np.ndarray | None) -> None:
        """levels: as Progress.preview; None puts the picture away."""
        self._levels = levels
        self._color()
        self.setVisible(levels is not None)

    @Slot()
    def _color(self) -> None:
        levels, palette = self._levels, self._theme.palette
        self._image = None if levels is None else image_of(levels, palette)
        self.update()

    @logs_errors()
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._image is not None:
            painter = QPainter(self)
            paint_picture(painter, QRectF(self.rect()), self._image)
            painter.end()


def image_of(levels: np.ndarray, palette: Palette) -> QImage:
    """levels: as Progress.preview."""
    return spectrogram_image(Spectrogram(levels, UNKNOWN, UNKNOWN), palette)


def paint_picture(painter: QPainter, frame: QRectF, image: QImage) -> None:
    """With round corners; what is painted after it is clipped by them, too."""
    painter.setRenderHints(
        QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
    )
    path = QPainterPath()
    path.addRoundedRect(frame, RADIUS_PX, RADIUS_PX)
    painter.setClipPath(path, Qt.ClipOperation.IntersectClip)
    painter.drawImage(frame, image)
