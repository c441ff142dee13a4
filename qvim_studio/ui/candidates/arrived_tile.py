"""One sound that is finished while others are still being made: its picture is its button."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from qvim_studio.core.result import Variation
from qvim_studio.jobs.playback import NOTHING, Heard
from qvim_studio.ui.candidates.forming_picture import RADIUS_PX, image_of, paint_picture
from qvim_studio.ui.sounds.clip_delegate import BUTTON_PX, paint_play_button
from qvim_studio.ui.widgets.match_text import match_tip
from qvim_studio.ui.widgets.override import logs_errors
from qvim_studio.ui.widgets.theme import StudioTheme
from qvim_studio.ui.widgets.tips import set_tip

FOCUS_PX = 2.0


class ArrivedTile(QAbstractButton):
    """key: what it is called in playback."""

    def __init__(
        self,
        theme: StudioTheme,
        key: str,
        number: int,
        variation: Variation,
        levels: np.ndarray,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.key = key
        self.variation = variation
        self._theme = theme
        self._number = number
        self._levels = levels
        self._image: QImage | None = None
        self._heard = NOTHING
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)  # painted anew when the mouse comes
        name = self.tr("Play sound {0} while the others are being made").format(number)
        self.setAccessibleName(name)
        match = variation.match
        set_tip(self, name if match is None else f"{name}\n{match_tip(match)}")
        theme.changed.connect(self._color)
        self._color()

    def show_heard(self, heard: Heard) -> None:
        """Is it this one that plays, and where does it stand?"""
        mine = heard if heard.key == self.key else NOTHING
        if mine != self._heard:
            self._heard = mine
            self.update()

    @Slot()
    def _color(self) -> None:
        self._image = image_of(self._levels, self._theme.palette)
        self.update()

    @logs_errors()
    def paintEvent(self, event: QPaintEvent) -> None:
        palette = self._theme.palette
        painter = QPainter(self)
        frame = QRectF(self.rect())
        if self._image is not None:
            paint_picture(painter, frame, self._image)
        is_playing = bool(self._heard.key)
        if is_playing:
            share = self._heard.position_s / max(self.variation.clip.duration_s, 1e-9)
            x = frame.left() + min(share, 1.0) * frame.width()
            painter.setPen(QPen(QColor(palette.text), 1))
            painter.drawLine(round(x), 0, round(x), self.height())
        circle = QRectF(0, 0, BUTTON_PX, BUTTON_PX)
        circle.moveCenter(frame.center())
        paint_play_button(
            painter, circle, palette, self.devicePixelRatioF(), is_playing=is_playing,
            number=None if self.underMouse() else self._number,
        )  # fmt: skip
        if self.hasFocus():
            inset = FOCUS_PX / 2
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(palette.accent), FOCUS_PX))
            painter.drawRoundedRect(
                frame.adjusted(inset, inset, -inset, -inset), RADIUS_PX, RADIUS_PX
            )
        painter.end()
