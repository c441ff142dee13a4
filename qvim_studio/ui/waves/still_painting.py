"""The picture of a whole sound, drawn once for each look and size; the playhead moves over it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap

from qvim_studio.jobs.listening.sound_picture import SoundAnalysis, SoundPicture
from qvim_studio.session.figures import filled
from qvim_studio.ui.waves import wave_painting
from qvim_studio.ui.waves.wave_painting import TimeScale, ruler_px
from qvim_studio.ui.widgets.painting import with_alpha
from qvim_studio.ui.widgets.theme import GRID, Palette

MIN_LEGEND_ROOM_PX = 64  # in a lower view it would hide what it explains


@dataclass(frozen=True, eq=False)
class StillSound:
    """The drawn parts of a sound.

    analysis: once it is ready; image: of its spectrogram. part: begin and end of the part that
    counts, in seconds; selected: all selected parts.
    """

    picture: SoundPicture
    analysis: SoundAnalysis | None
    image: QImage | None
    part: tuple[float, float] | None
    selected: tuple[tuple[float, float], ...]
    with_spectrogram: bool
    with_curves: bool
    with_ruler: bool


def draw_still(
    sound: StillSound, scale: TimeScale, size: QSize, ratio: float, palette: Palette, color: str
) -> QPixmap:
    """Draw the picture. size: of the view, in logical pixels; ratio: physical pixels in one of
    them. color: of the wave."""
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipRect(scale.area.adjusted(-GRID, -GRID, GRID, ruler_px()))
    wave_painting.paint_ruler(painter, scale, palette, sound.with_ruler)
    if sound.with_spectrogram and sound.analysis is not None and sound.image is not None:
        hop_s, duration_s = sound.analysis.spectrogram.hop_s, sound.picture.duration_s
        wave_painting.paint_spectrogram(painter, scale, sound.image, hop_s, duration_s)
    else:
        _paint_wave(painter, sound.picture, scale, palette, color)
    if sound.with_curves and sound.analysis is not None:
        _paint_curves(painter, sound.analysis, scale, palette, sound.with_ruler)
    if sound.part is not None:
        outside = with_alpha(palette.window, 0.72)
        wave_painting.paint_outside(painter, scale, sound.part, outside)
        for seconds in sound.part:
            wave_painting.paint_handle(painter, scale, seconds, palette.text)
    for selected in sound.selected:
        wave_painting.paint_selection(painter, scale, selected, palette)
    painter.end()
    return pixmap


def paint_playhead(
    painter: QPainter, stills: tuple[QPixmap, QPixmap], x: float, area: QRectF, color: str
) -> None:
    """Paint the picture with the playhead. stills: the look before and after a moment is played. x:
    of the playhead."""
    unplayed, played = stills
    painter.drawPixmap(0, 0, unplayed)
    painter.save()
    painter.setClipRect(QRectF(0, 0, x, unplayed.height()))
    painter.drawPixmap(0, 0, played)
    painter.restore()
    if area.left() <= x <= area.right():
        painter.setPen(QPen(QColor(color), 1.5))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))


def _paint_wave(
    painter: QPainter, picture: SoundPicture, scale: TimeScale, palette: Palette, color: str
) -> None:
    wave_painting.paint_wave(painter, scale, picture, color)
    factor = wave_painting.enlargement(picture)
    if factor is not None:
        text = filled(_translate("very quiet: drawn {0:.0f} times as tall"), factor)
        wave_painting.paint_enlargement(painter, scale.area, text, palette)


def _paint_curves(
    painter: QPainter,
    analysis: SoundAnalysis,
    scale: TimeScale,
    palette: Palette,
    with_legend: bool,
) -> None:
    if analysis.curves is None:
        return
    high_hz = analysis.spectrogram.high_hz
    wave_painting.paint_curves(painter, scale, analysis.curves, high_hz, palette)
    if with_legend and scale.area.height() >= MIN_LEGEND_ROOM_PX:
        translated = (
            _translate("loudness"),
            _translate("brightness"),
            _translate("pitch"),
        )
        wave_painting.paint_legend(painter, scale.area, translated, palette)


def _translate(text: str) -> str:
    return QCoreApplication.translate("WaveformView", text)
