"""Drags clips into other programs as files, which are only copied."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, QPoint, QRectF, Qt, QUrl
from PySide6.QtGui import QColor, QDrag, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from qvim_studio.ui.widgets.painting import draw_bars
from qvim_studio.ui.widgets.theme import CAPTION_PX, Palette, font

_PIXMAP_WIDTH, _PIXMAP_HEIGHT = 176, 44


def mime_data(paths: Sequence[Path]) -> QMimeData:
    """One file address per clip, in order."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path.resolve())) for path in paths])
    return data


def drag_clips(
    source: QWidget, paths: Sequence[Path], peaks: np.ndarray | None, palette: Palette
) -> None:
    """Start a drag and wait for its end.

    Only a copy is offered, because programs that requested a move have deleted their users' files.
    """
    drag = QDrag(source)
    drag.setMimeData(mime_data(paths))
    drag.setPixmap(_pixmap(peaks, len(paths), palette, source.devicePixelRatioF()))
    drag.setHotSpot(QPoint(16, _PIXMAP_HEIGHT // 2))
    drag.exec(Qt.DropAction.CopyAction, Qt.DropAction.CopyAction)


def _pixmap(peaks: np.ndarray | None, count: int, palette: Palette, scale: float) -> QPixmap:
    pixmap = QPixmap(round(_PIXMAP_WIDTH * scale), round(_PIXMAP_HEIGHT * scale))
    pixmap.setDevicePixelRatio(scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(palette.accent))
    painter.setBrush(QColor(palette.raised))
    frame = QRectF(0.5, 0.5, _PIXMAP_WIDTH - 1, _PIXMAP_HEIGHT - 1)
    painter.drawRoundedRect(frame, 8, 8)
    if peaks is not None:
        draw_bars(painter, frame.adjusted(12, 8, -12, -8), peaks[:50], palette.accent)
    if count > 1:
        badge = QRectF(frame.right() - 32, 6, 26, 16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(palette.accent))
        painter.drawRoundedRect(badge, 8, 8)
        painter.setPen(QColor(palette.on_accent))
        painter.setFont(font(CAPTION_PX, semibold=True))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, str(count))
    painter.end()
    return pixmap
