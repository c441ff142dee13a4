"""A sound that is finished, or growing, while others are still being made: its picture is its
button."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from qvim_studio.core.result import Variation
from qvim_studio.jobs.playback import NOTHING, PlayingSound
from qvim_studio.ui.candidates.forming_picture import RADIUS_PX, image_of, paint_picture
from qvim_studio.ui.sounds.clip_delegate import BUTTON_PX, paint_play_button
from qvim_studio.ui.widgets.match_text import match_tip
from qvim_studio.ui.widgets.override import logs_errors
from qvim_studio.ui.widgets.theme import StudioTheme
from qvim_studio.ui.widgets.tips import set_tip

FOCUS_PX = 2.0


class ArrivedTile(QAbstractButton):
    """key: of the sound in playback."""

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
        self._playing = NOTHING
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)  # painted again when the mouse comes
        theme.changed.connect(self._color)
        self.show_sound(variation, levels)

    @property
    def is_growing(self) -> bool:
        """Whether more of the sound follows."""
        return self.variation.planned_s is not None

    def show_sound(self, variation: Variation, levels: np.ndarray) -> None:
        """Show a sound as far as it is made. levels: of its planned length, dark where nothing is
        made."""
        self.variation = variation
        name = self.tr("Play sound {0} while the others are being made")
        if self.is_growing:
            name = self.tr("Play sound {0} while it is being made")
        name = name.format(self._number)
        self.setAccessibleName(name)
        match = variation.match
        set_tip(self, name if match is None else f"{name}\n{match_tip(match)}")
        self.show_levels(levels)

    def show_levels(self, levels: np.ndarray) -> None:
        """Show another picture of the same sound."""
        self._levels = levels
        self._color()

    def show_playing(self, playing: PlayingSound) -> None:
        """Draw the playhead if this sound plays."""
        mine = playing if playing.key == self.key else NOTHING
        if mine != self._playing:
            self._playing = mine
            self.update()

    @property
    def _whole_s(self) -> float:
        """The duration that the picture shows, in seconds."""
        return self.variation.planned_s or self.variation.clip.duration_s

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
        is_playing = bool(self._playing.key)
        if is_playing:
            share = self._playing.position_s / max(self._whole_s, 1e-9)
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
