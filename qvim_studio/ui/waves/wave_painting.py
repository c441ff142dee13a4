"""The parts of a sound's picture: ruler, spectrogram, curves, trimmed ends, selection."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen, QPolygonF

from qvim_studio.audio.following.controls import ControlCurves
from qvim_studio.audio.spectrogram import Spectrogram, band_of
from qvim_studio.jobs.listening.sound_picture import SoundPicture
from qvim_studio.session.figures import number_text, seconds_text
from qvim_studio.ui.widgets.painting import bar_count, draw_bars, with_alpha
from qvim_studio.ui.widgets.theme import CAPTION_PX, GRID, Palette, font, text_scale

RULER_PX = 20  # at the designed text size
TICKS_S = (
    *(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0),
    *(120.0, 300.0, 600.0, 1800.0, 3600.0, 10_800.0, 43_200.0, 86_400.0),
)
MIN_TICK_PX = 72
LOUDNESS_RANGE_DB = 50.0
MIN_RANGE = (
    1e-4  # -80 dBFS: every take fills the view, and a quiet one says how much it is enlarged
)
NOTED_ENLARGEMENT = 8.0  # from which on it does
GRAB_PX = 7  # how near to a handle the mouse must be
GRIP_PX, GRIP_HEIGHT_PX = 5.0, 14.0
COLOR_EXPONENT = 2.2  # most of a spectrogram stays dark enough for the curves upon it
CURSOR_PX = 4.0
CURVE_PX = 1.75
CURVE_EDGE_PX = 4.0  # in the ground's color, so that a curve is seen on any spectrogram
LEGEND_GAP_PX = 14


def ruler_px() -> int:
    """The height of the ruler below the sound."""
    return round(RULER_PX * text_scale())


@dataclass(frozen=True)
class TimeScale:
    """Turns seconds of a sound into x and back. begin_s, end_s: at the left and right edge."""

    area: QRectF
    begin_s: float
    end_s: float

    @property
    def px_per_s(self) -> float:
        return self.area.width() / max(self.end_s - self.begin_s, 1e-9)

    def x(self, seconds: float) -> float:
        return self.area.left() + (seconds - self.begin_s) * self.px_per_s

    def seconds(self, x: float) -> float:
        return self.begin_s + (x - self.area.left()) / self.px_per_s


def tick_distance_s(px_per_s: float) -> float:
    """Seconds between two lines of the ruler, so that their labels have room."""
    min_tick_px = MIN_TICK_PX * text_scale()
    return next((tick for tick in TICKS_S if tick * px_per_s >= min_tick_px), TICKS_S[-1])


def paint_ruler(
    painter: QPainter, scale: TimeScale, palette: Palette, with_labels: bool = True
) -> None:
    """Paint lines at round times, and their labels below."""
    area = scale.area
    tick_s = tick_distance_s(scale.px_per_s)
    painter.setFont(font(CAPTION_PX))
    number = math.ceil(max(scale.begin_s, 0.0) / tick_s - 1e-6)
    while (at_s := number * tick_s) < scale.end_s - tick_s * 0.01:
        x = scale.x(at_s)
        painter.setPen(QPen(QColor(palette.line), 1))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom() + 4))
        if with_labels and x + 40 * text_scale() < area.right() + GRID:
            painter.setPen(QColor(palette.secondary))
            label = f"{number_text(at_s)} s" if at_s < 60 else seconds_text(at_s)
            painter.drawText(QPointF(x + 4, area.bottom() + ruler_px() - 6), label)
        number += 1
    painter.setPen(QPen(QColor(palette.line), 1))
    middle = area.center().y()
    painter.drawLine(QPointF(area.left(), middle), QPointF(area.right(), middle))


def paint_wave(painter: QPainter, scale: TimeScale, picture: SoundPicture, color: str) -> None:
    """Bars where there is sound, nothing before and after it."""
    begin_s, end_s = max(scale.begin_s, 0.0), min(scale.end_s, picture.duration_s)
    if end_s <= begin_s:
        return
    area = QRectF(scale.area)
    area.setLeft(scale.x(begin_s))
    area.setRight(scale.x(end_s))
    columns = picture.columns(begin_s, end_s, bar_count(area.width()))
    draw_bars(painter, area, columns / max(picture.peak, MIN_RANGE), color)


def enlargement(picture: SoundPicture) -> float | None:
    """The factor by which a quiet sound is enlarged; None below NOTED_ENLARGEMENT."""
    factor = 1.0 / max(picture.peak, MIN_RANGE)
    return factor if factor >= NOTED_ENLARGEMENT else None


def paint_enlargement(painter: QPainter, area: QRectF, text: str, palette: Palette) -> None:
    """Paint the factor in the upper left corner."""
    painter.setFont(font(CAPTION_PX))
    painter.setPen(QColor(palette.secondary))
    painter.drawText(
        area.adjusted(4, 2, 0, 0), Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, text
    )


def spectrogram_image(spectrogram: Spectrogram, palette: Palette) -> QImage:
    """The spectrogram in the colors of the palette: from the background over the accent to the
    text."""
    levels = np.ascontiguousarray(spectrogram.levels[::-1])
    height, width = levels.shape
    image = QImage(levels.data, width, height, width, QImage.Format.Format_Indexed8)
    image.setColorTable(_level_colors(palette.window, palette.accent, palette.text))
    return image.convertToFormat(QImage.Format.Format_RGB32)


@cache
def _level_colors(lowest: str, middle: str, highest: str) -> list[int]:
    """The colors of the levels 0 to 255, one after the other."""
    stops = [QColor(lowest), QColor(middle), QColor(highest)]
    table = []
    for level in range(256):
        place = (level / 255) ** COLOR_EXPONENT * 2
        low, high = stops[int(min(place, 1))], stops[int(min(place, 1)) + 1]
        share = min(place - int(min(place, 1)), 1.0)
        mixed = [
            round(a + (b - a) * share)
            for a, b in (
                (low.red(), high.red()),
                (low.green(), high.green()),
                (low.blue(), high.blue()),
            )
        ]
        table.append(QColor(*mixed).rgb())
    return table


def paint_spectrogram(
    painter: QPainter, scale: TimeScale, image: QImage, hop_s: float, duration_s: float
) -> None:
    """The visible part of an image whose columns lie ``hop_s`` apart."""
    begin_s, end_s = max(scale.begin_s, 0.0), min(scale.end_s, duration_s)
    if end_s <= begin_s:
        return
    area = scale.area
    target = QRectF(scale.x(begin_s), area.top(), (end_s - begin_s) * scale.px_per_s, area.height())
    source = QRectF(begin_s / hop_s, 0, (end_s - begin_s) / hop_s, image.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(target, image, source)
    painter.restore()


def paint_curves(
    painter: QPainter, scale: TimeScale, curves: ControlCurves, high_hz: float, palette: Palette
) -> None:
    """Loudness, brightness and pitch over time; silence and unvoiced moments leave gaps."""
    loudest = float(curves.loudness_db.max())
    is_loud = curves.loudness_db > loudest - LOUDNESS_RANGE_DB
    heights = (
        (1.0 + (curves.loudness_db - loudest) / LOUDNESS_RANGE_DB, is_loud, palette.text),
        (
            _bands(curves.centroid_hz, high_hz),
            is_loud & (curves.centroid_hz > 0),
            palette.warning,
        ),
        (_bands(curves.pitch_hz, high_hz), is_loud & (curves.pitch_hz > 0), palette.pitch),
    )
    painter.save()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for height, is_shown, color in heights:
        lines = [
            QPolygonF([_point(scale, (at + 0.5) * curves.step_s, float(height[at])) for at in run])
            for run in _runs(is_shown)
        ]
        for ink, width in ((palette.window, CURVE_EDGE_PX), (color, CURVE_PX)):
            pen = QPen(QColor(ink), width)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            for line in lines:
                painter.drawPolyline(line)
    painter.restore()


def paint_legend(painter: QPainter, area: QRectF, names: tuple[str, ...], palette: Palette) -> None:
    """Paint the names of the curves in their colors, at the upper right."""
    painter.save()
    painter.setFont(font(CAPTION_PX))
    metrics = QFontMetricsF(painter.font())
    widths = [metrics.horizontalAdvance(name) for name in names]
    total = sum(widths) + LEGEND_GAP_PX * (len(names) - 1)
    box = QRectF(area.right() - total - 16, area.top() + 2, total + 12, metrics.height() + 4)
    painter.setPen(QPen(QColor(palette.line), 1))
    painter.setBrush(QColor(palette.surface))  # on which every color of the palette can be read
    painter.drawRoundedRect(box, 4, 4)
    left = box.left() + 6
    for name, width, color in zip(
        names, widths, (palette.text, palette.warning, palette.pitch), strict=True
    ):
        painter.setPen(QColor(color))
        place = QRectF(left, box.top(), width + 2, box.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, name)
        left += width + LEGEND_GAP_PX
    painter.restore()


def paint_outside(
    painter: QPainter, scale: TimeScale, part: tuple[float, float], shade: QColor
) -> None:
    """Dim what lies outside of a part of the sound."""
    area = scale.area
    begin, end = (min(max(scale.x(s), area.left()), area.right()) for s in part)
    top, height = area.top(), area.height()
    painter.fillRect(QRectF(area.left(), top, begin - area.left(), height), shade)
    painter.fillRect(QRectF(end, top, area.right() - end, height), shade)


def paint_handle(painter: QPainter, scale: TimeScale, seconds: float, color: str) -> None:
    """Paint a line with grips at both ends, above the ruler's numbers."""
    x, area = scale.x(seconds), scale.area
    if not area.left() - 1 <= x <= area.right() + 1:
        return
    painter.setPen(QPen(QColor(color), 1.5))
    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    for y in (area.top() - GRIP_HEIGHT_PX / 2, area.bottom() - GRIP_HEIGHT_PX):
        grip = QRectF(x - GRIP_PX / 2, y, GRIP_PX, GRIP_HEIGHT_PX)
        painter.drawRoundedRect(grip, GRIP_PX / 2, GRIP_PX / 2)


def handle_at(scale: TimeScale, part: tuple[float, float] | None, x: float) -> str:
    """The handle that the mouse can take at ``x``: "begin", "end" or ""."""
    if part is None:
        return ""
    distances = {name: abs(scale.x(s) - x) for name, s in zip(("begin", "end"), part, strict=True)}
    nearest = min(distances, key=lambda name: distances[name])
    return nearest if distances[nearest] <= GRAB_PX else ""


def paint_cursor(painter: QPainter, scale: TimeScale, seconds: float, color: str) -> None:
    """Paint a dashed line with a triangle on top."""
    x, area = scale.x(seconds), scale.area
    if not area.left() - 1 <= x <= area.right() + 1:
        return
    painter.setPen(QPen(QColor(color), 1.0, Qt.PenStyle.DashLine))
    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    top = area.top()
    corners = [QPointF(x + dx, top + dy) for dx, dy in ((-CURSOR_PX, 0), (CURSOR_PX, 0), (0, 6))]
    painter.drawPolygon(QPolygonF(corners))


def paint_selection(
    painter: QPainter, scale: TimeScale, selection: tuple[float, float], palette: Palette
) -> None:
    area = scale.area
    left, right = (min(max(scale.x(s), area.left()), area.right()) for s in selection)
    painter.fillRect(
        QRectF(left, area.top(), right - left, area.height()), with_alpha(palette.accent, 0.16)
    )
    painter.setPen(QPen(with_alpha(palette.accent, 0.7), 1))
    for x in (left, right):
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))


def _bands(frequencies_hz: np.ndarray, high_hz: float) -> np.ndarray:
    return np.array([band_of(float(hz), high_hz) for hz in frequencies_hz])


def _runs(is_shown: np.ndarray) -> list[np.ndarray]:
    """Indices of neighbors that belong on one line."""
    shown = np.flatnonzero(is_shown)
    runs = np.split(shown, np.flatnonzero(np.diff(shown) > 1) + 1)
    # a single moment still gets a dot: a line from it to itself
    return [run if len(run) > 1 else np.repeat(run, 2) for run in runs if len(run)]


def _point(scale: TimeScale, at_s: float, height: float) -> QPointF:
    area = scale.area
    share = min(max(height, 0.0), 1.0)
    return QPointF(scale.x(at_s), area.bottom() - share * area.height())
