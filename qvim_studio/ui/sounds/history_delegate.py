"""Paints the rows of the history, which have one height; waveforms are painted once."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPixmap, QPixmapCache
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyleOptionViewItem

from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.ui.sounds.clip_delegate import (
    BUTTON_PX,
    MIN_WIDTH_PX,
    NUMBERS_PX,
    ClipDelegate,
    row_px,
)
from qvim_studio.ui.sounds.clip_list_model import ROW_ROLE, Section
from qvim_studio.ui.widgets.icons import icon_pixmap
from qvim_studio.ui.widgets.override import logs_errors
from qvim_studio.ui.widgets.painting import bar_count, draw_bars, fit_columns
from qvim_studio.ui.widgets.theme import BODY_PX, CAPTION_PX, GRID, StudioTheme, font, scaled

ROW_PX = 48
STAR_PX = 16
STAR_ROOM_PX = 28
TITLE_PX = 16


def title_lines(title: str, metrics: QFontMetrics, room: int) -> list[str]:
    """A title on one or two lines, broken between words; longer titles end in "…". room: width in
    px."""
    if metrics.horizontalAdvance(title) <= room:
        return [title]
    words = title.split()
    first = next(
        (n for n in range(len(words) - 1, 0, -1)
         if metrics.horizontalAdvance(" ".join(words[:n])) <= room),
        0,
    )  # fmt: skip
    parts = [" ".join(words[:first]), " ".join(words[first:])] if first else [title]
    return [metrics.elidedText(part, Qt.TextElideMode.ElideRight, room) for part in parts]


class HistoryDelegate(ClipDelegate):
    """A play button, the waveform under its name where that is informative, a star, numbers."""

    def __init__(self, theme: StudioTheme, parent: QObject | None = None) -> None:
        super().__init__(theme, 1, parent)
        self.shows_titles = False

    @logs_errors(QSize(MIN_WIDTH_PX, ROW_PX))
    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        view = option.widget
        is_view = isinstance(view, QAbstractItemView)
        return QSize(view.viewport().width() if is_view else MIN_WIDTH_PX, row_px(ROW_PX))

    def reveal_area(self, row: QRect) -> QRect:
        """An empty area, because the menu of a row reveals its file."""
        return QRect()

    def star_area(self, row: QRect) -> QRect:
        """The area whose click stars the clip."""
        right = row.right() - 4 - GRID - 4 - scaled(NUMBERS_PX)
        return QRect(right - STAR_ROOM_PX, row.top(), STAR_ROOM_PX, row.height())

    @logs_errors()
    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row = index.data(ROW_ROLE)
        self._scale = option.widget.devicePixelRatioF()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(row, Section):
            self._paint_section(painter, option.rect, row)
        elif isinstance(row, ClipEntry):
            self._paint_row(painter, option, row)
        painter.restore()

    def _paint_section(self, painter: QPainter, area: QRect, section: Section) -> None:
        palette = self._theme.palette
        line = QRectF(area).adjusted(4, 16, -GRID - 4, 0)
        when = f"{section.count}  ·  {section.when}"
        painter.setFont(font(CAPTION_PX))
        painter.setPen(QColor(palette.secondary))
        align = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | align, when)
        room = int(line.width() - QFontMetrics(painter.font()).horizontalAdvance(when) - 2 * GRID)
        painter.setFont(font(BODY_PX, semibold=True))
        painter.setPen(QColor(palette.text))
        metrics = QFontMetrics(painter.font())
        lines = title_lines(section.title, metrics, room)
        if len(lines) > 1:
            line.setTop(line.bottom() - 2 * metrics.height())
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | align, "\n".join(lines))

    def _paint_row(self, painter: QPainter, option: QStyleOptionViewItem, entry: ClipEntry) -> None:
        palette = self._theme.palette
        is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        is_playing = self._playing.key == str(entry.path)
        card = QRectF(option.rect).adjusted(4, 2, -4, -2)
        self._paint_card(painter, card, option.state, is_playing)
        self._paint_button(painter, card, is_playing, is_hovered, None)
        self._paint_numbers(painter, card, entry, with_reveal=False)
        star = QRectF(self.star_area(option.rect))
        if entry.is_starred or is_hovered or is_selected:
            name, color = ("star", palette.warning) if entry.is_starred else (
                "star_outline", palette.secondary
            )  # fmt: skip
            pixmap = icon_pixmap(name, color, STAR_PX, self._scale)
            left, top = star.center().x() - STAR_PX / 2, star.center().y() - STAR_PX / 2
            painter.drawPixmap(round(left), round(top), pixmap)
        wave = QRectF(card)
        wave.setLeft(card.left() + GRID + BUTTON_PX + 12)
        wave.setRight(star.left() - 4)
        if self.shows_titles or (entry.asked and entry.title != entry.asked):
            self._paint_title(painter, wave, entry.title)
            wave.setTop(wave.top() + scaled(TITLE_PX))
            wave = wave.adjusted(0, 2, 0, -5)
        else:
            wave = wave.adjusted(0, 8, 0, -8)
        if is_playing:
            columns = fit_columns(entry.peaks, bar_count(wave.width()))
            played = min(self._playing.position_s / max(entry.duration_s, 1e-3), 1.0)
            draw_bars(painter, wave, columns, palette.wave, palette.accent, played)
        else:
            painter.drawPixmap(wave.topLeft(), self._thumbnail(entry, wave))

    def _paint_title(self, painter: QPainter, area: QRectF, title: str) -> None:
        painter.setFont(font(CAPTION_PX))
        painter.setPen(QColor(self._theme.palette.text))
        shown = QFontMetrics(painter.font()).elidedText(
            title, Qt.TextElideMode.ElideRight, int(area.width())
        )
        line = QRectF(area.left(), area.top() + 3, area.width(), scaled(TITLE_PX))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, shown)

    def _thumbnail(self, entry: ClipEntry, area: QRectF) -> QPixmap:
        """The waveform, painted once for each size and palette."""
        width, height = round(area.width()), round(area.height())
        color = self._theme.palette.wave
        is_read = entry.peaks is not None
        key = f"wave {entry.path} {is_read} {width} {height} {color} {self._scale}"
        pixmap = QPixmap()
        if QPixmapCache.find(key, pixmap):
            return pixmap
        pixmap = QPixmap(round(width * self._scale), round(height * self._scale))
        pixmap.setDevicePixelRatio(self._scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        columns = fit_columns(entry.peaks, bar_count(width))
        painter = QPainter(pixmap)
        try:
            draw_bars(painter, QRectF(0, 0, width, height), columns, color)
        finally:
            painter.end()  # Qt crashes if a painter outlives its pixmap
        QPixmapCache.insert(key, pixmap)
        return pixmap
