"""Shapes that several widgets draw."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

BAR_PX = 2.0
BAR_PITCH_PX = 3.0


def bar_count(width: float) -> int:
    """The number of waveform bars that fit into ``width`` logical pixels."""
    return max(int((width + BAR_PITCH_PX - BAR_PX) / BAR_PITCH_PX), 1)


def draw_bars(
    painter: QPainter,
    area: QRectF,
    columns: np.ndarray,
    color: str,
    played_color: str | None = None,
    played: float = 0.0,
) -> None:
    """Draw a waveform as round bars.

    columns: (bars, 2) minima and maxima, -1..1, one per bar from the left.
    played: share of the area, from the left, that is drawn in ``played_color``.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    middle, half = area.center().y(), area.height() / 2
    # a line of a bar's width with round ends: half a bar shorter at each end than the bar
    tops = middle - np.maximum(columns[:, 1] * half - BAR_PX / 2, 0.01)
    bottoms = middle + np.maximum(-columns[:, 0] * half - BAR_PX / 2, 0.01)
    lefts = area.left() + np.arange(len(columns)) * BAR_PITCH_PX
    is_played = lefts < area.left() + area.width() * played
    for brush, is_painted in ((color, ~is_played), (played_color or color, is_played)):
        chosen = np.stack((lefts + BAR_PX / 2, tops, bottoms), axis=1)[is_painted].tolist()
        pen = QPen(QColor(brush), BAR_PX)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawLines([QLineF(x, top, x, bottom) for x, top, bottom in chosen])
    painter.restore()


def fit_columns(peaks: np.ndarray | None, bars: int) -> np.ndarray:
    """Stored columns (n, 2), merged or spread to ``bars`` bars, (bars, 2); zeros for None."""
    if peaks is None or not len(peaks):
        return np.zeros((bars, 2), dtype=np.float32)
    edges = np.linspace(0, len(peaks), bars + 1)
    first = edges[:-1].astype(int)
    last = np.maximum(np.ceil(edges[1:]).astype(int), first + 1)
    # reduceat expects pairs of start and end; the sentinel makes "end == length" valid
    pairs = np.stack((first, last), axis=1).ravel()
    low = np.minimum.reduceat(np.append(peaks[:, 0], 0.0), pairs)[::2]
    high = np.maximum.reduceat(np.append(peaks[:, 1], 0.0), pairs)[::2]
    return np.stack((low, high), axis=1)


def with_alpha(color: str, alpha: float) -> QColor:
    """A palette color with an opacity. alpha: 0 is transparent, 1 opaque."""
    result = QColor(color)
    result.setAlphaF(alpha)
    return result
