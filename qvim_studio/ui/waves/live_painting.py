"""Paints a waveform view without a finished sound: a hint, a count-in or a growing take."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from qvim_studio.audio.following.take_wave import COLUMN_S
from qvim_studio.ui.waves.wave_painting import TimeScale, paint_ruler
from qvim_studio.ui.widgets.icons import icon_pixmap
from qvim_studio.ui.widgets.painting import bar_count, draw_bars, with_alpha
from qvim_studio.ui.widgets.theme import GRID, RADIUS, TITLE_PX, Palette, font, text_scale

LIVE_SPAN_S = 4.0  # a take shorter than this grows from the left, a longer one scrolls
MIN_LIVE_RANGE = 0.25  # while recording a quiet voice should look quiet
COUNT_PX = 56
ICON_PX = 28
FOCUS_PX = 2.0


def paint_frame(
    painter: QPainter,
    frame: QRectF,
    palette: Palette,
    *,
    is_empty: bool,
    is_drop_target: bool,
    has_focus: bool,
) -> None:
    """The ground of the view; dashed where it waits for a sound, in the accent under the focus."""
    pen = QPen(QColor(palette.faint if is_empty else palette.line))
    if is_empty:
        pen.setStyle(Qt.PenStyle.DashLine)
    if is_drop_target or has_focus:
        pen.setColor(QColor(palette.accent))
    if has_focus:
        pen.setWidthF(FOCUS_PX)
    painter.setPen(pen)
    ground = with_alpha(palette.accent, 0.08) if is_drop_target else QColor(palette.window)
    painter.setBrush(ground)
    painter.drawRoundedRect(frame, RADIUS - 2, RADIUS - 2)


def paint_hint(
    painter: QPainter, frame: QRectF, title: str, text: str, palette: Palette, pixel_ratio: float
) -> None:
    """A title with a line below it, in the middle of an empty view."""
    center, scale = frame.center(), text_scale()
    width = frame.width() - 4 * GRID
    has_room = bool(title) and frame.height() > 100 * scale
    if has_room:
        picture = icon_pixmap("mic", palette.secondary, ICON_PX, pixel_ratio)
        top = center.y() - 20 * scale - ICON_PX
        painter.drawPixmap(QPointF(center.x() - ICON_PX / 2, top), picture)
    top = center.y() - (10 if has_room else 26) * scale
    box = QRectF(center.x() - width / 2, top, width, 24 * scale)
    if title:
        painter.setFont(font(TITLE_PX, semibold=True))
        painter.setPen(QColor(palette.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, title)
        box.translate(0, 28 * scale)
    else:
        box.moveCenter(center)
    painter.setFont(font())
    painter.setPen(QColor(palette.secondary))
    flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
    metrics = QFontMetricsF(painter.font())
    if metrics.horizontalAdvance(text) > width:  # in two lines, where one is too short
        box.setHeight(2 * metrics.lineSpacing())
        flags |= Qt.TextFlag.TextWordWrap
    painter.drawText(box, int(flags), text)


def paint_count_in(painter: QPainter, frame: QRectF, count: int, palette: Palette) -> None:
    """The seconds until the take begins, large."""
    painter.setFont(font(COUNT_PX, semibold=True))
    painter.setPen(QColor(palette.danger))
    painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, str(count))


def paint_take(painter: QPainter, area: QRectF, columns: np.ndarray, palette: Palette) -> None:
    """A growing take. columns: (n, 2) minima and maxima of ``COLUMN_S`` each."""
    bars = bar_count(area.width())
    per_bar = max(round(LIVE_SPAN_S / COLUMN_S / bars), 1)
    shown = columns[: len(columns) // per_bar * per_bar].reshape(-1, per_bar, 2)
    folded = np.stack((shown[:, :, 0].min(axis=1), shown[:, :, 1].max(axis=1)), axis=1)
    first = max(len(folded) - bars, 0)
    bar_s = per_bar * COLUMN_S
    paint_ruler(painter, TimeScale(area, first * bar_s, (first + bars) * bar_s), palette)
    scale = max(float(np.abs(columns).max(initial=0.0)), MIN_LIVE_RANGE)
    draw_bars(painter, area, folded[first:] / scale, palette.danger)
