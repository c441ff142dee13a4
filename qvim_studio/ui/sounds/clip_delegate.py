"""Paints a row of a clip list and gives the areas of its parts."""

from __future__ import annotations

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from qvim_studio.core.match import DOTS, Match
from qvim_studio.jobs.playback import NOTHING, PlayingSound
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.session.figures import seconds_text
from qvim_studio.ui.sounds.clip_list_model import ROW_ROLE, ClipListModel
from qvim_studio.ui.widgets.icons import icon_pixmap
from qvim_studio.ui.widgets.match_text import unsure_text
from qvim_studio.ui.widgets.override import logs_errors
from qvim_studio.ui.widgets.painting import bar_count, draw_bars, fit_columns
from qvim_studio.ui.widgets.theme import (
    BODY_PX,
    CAPTION_PX,
    GRID,
    Palette,
    StudioTheme,
    font,
    scaled,
)

ROW_PX = 56
LINES_PX = 42  # two lines of text, which grow with the text size, unlike the rest of the row
LINE_PX = 17
BUTTON_PX = 32
DOT_PX, DOT_GAP_PX, BAR_PX = 7, 2, 3  # of the match
NUMBERS_PX = 50  # room for five dots, "unsure" and "120.0 s", at the designed text size
REVEAL_PX = 18
MIN_WIDTH_PX = 200


def row_px(designed_px: int = ROW_PX) -> int:
    """The height of a row of this designed height, in which the text fits at any size."""
    return max(designed_px, scaled(LINES_PX))


class ClipDelegate(QStyledItemDelegate):
    """A play button, the waveform, the match over the duration, and "reveal" under the mouse."""

    def __init__(self, theme: StudioTheme, columns: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._columns = columns
        self._playing = NOTHING
        self._scale = 1.0

    def set_playing(self, playing: PlayingSound) -> None:
        self._playing = playing

    @logs_errors(QSize(MIN_WIDTH_PX, ROW_PX))
    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        view = option.widget
        if not isinstance(view, QAbstractItemView):
            return QSize(MIN_WIDTH_PX, row_px())
        width = view.viewport().width()
        if self._columns == 1:
            return QSize(width, row_px())
        # a wrapping list always reserves room for a scroll bar
        bar = view.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent, None, view)
        room = view.width() - max(bar, view.verticalScrollBar().sizeHint().width()) - 2
        return QSize(room // self._columns, row_px())

    def reveal_area(self, row: QRect) -> QRect:
        """The area whose click shows the file in its folder."""
        right = row.right() - 4 - GRID - 4 - scaled(NUMBERS_PX)
        return QRect(right - REVEAL_PX - GRID, row.top() + 4, REVEAL_PX + 2 * GRID, row_px() - 8)

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
        if isinstance(row, ClipEntry):
            model = index.model()
            number = model.number_of(index) if isinstance(model, ClipListModel) else None
            self._paint_clip(painter, option, row, number)
        painter.restore()

    def _paint_clip(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        entry: ClipEntry,
        number: int | None,
    ) -> None:
        palette = self._theme.palette
        is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        is_playing = self._playing.key == str(entry.path)
        card = QRectF(option.rect).adjusted(4, 3, -4, -3)
        self._paint_card(painter, card, option.state, is_playing)
        self._paint_button(painter, card, is_playing, is_hovered, number)
        right = self._paint_numbers(painter, card, entry, is_hovered or is_selected)
        wave = QRectF(card)
        wave.setLeft(card.left() + GRID + BUTTON_PX + 12)
        wave.setRight(right - 12)
        wave = wave.adjusted(0, 9, 0, -9 - self._caption_room(entry))
        played = min(self._playing.position_s / entry.duration_s, 1.0) if is_playing else 0.0
        draw_bars(
            painter, wave, fit_columns(entry.peaks, bar_count(wave.width())), palette.wave,
            palette.accent, played,
        )  # fmt: skip

    def _caption_room(self, entry: ClipEntry) -> int:
        """The height of the caption below the waveform, in pixels."""
        return 0

    def _paint_card(
        self, painter: QPainter, card: QRectF, state: QStyle.StateFlag, is_playing: bool
    ) -> None:
        palette = self._theme.palette
        is_hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.setPen(Qt.PenStyle.NoPen)
        if is_hovered or is_playing or state & QStyle.StateFlag.State_Selected:
            painter.setBrush(QColor(palette.raised))
            painter.drawRoundedRect(card, 8, 8)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(palette.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(card.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)

    def _paint_button(
        self,
        painter: QPainter,
        card: QRectF,
        is_playing: bool,
        is_hovered: bool,
        number: int | None,
    ) -> None:
        circle = QRectF(card.left() + GRID, card.center().y() - BUTTON_PX / 2, BUTTON_PX, BUTTON_PX)
        shown = None if is_hovered else number
        paint_play_button(painter, circle, self._theme.palette, self._scale, is_playing, shown)

    def _paint_numbers(
        self, painter: QPainter, card: QRectF, entry: ClipEntry, with_reveal: bool
    ) -> float:
        """Paint the match over the duration; returns the left edge of both."""
        palette = self._theme.palette
        right = card.right() - GRID - 4
        line_px, width = scaled(LINE_PX), scaled(NUMBERS_PX)
        box = QRectF(right - width, card.center().y() - line_px, width, line_px + 1)
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if entry.match is not None:
            paint_match(painter, box.adjusted(0, 0, 0, -1), palette, entry.match)
            box.translate(0, line_px)
        else:
            box.translate(0, line_px / 2)
        painter.setFont(font(CAPTION_PX))
        painter.setPen(QColor(palette.secondary))
        painter.drawText(box, align, seconds_text(entry.duration_s))
        if not with_reveal:
            return box.left()
        pixmap = icon_pixmap("reveal", palette.secondary, REVEAL_PX, self._scale)
        left = box.left() - REVEAL_PX
        painter.drawPixmap(QPointF(left, card.center().y() - REVEAL_PX / 2), pixmap)
        return left


def paint_match(painter: QPainter, box: QRectF, palette: Palette, match: Match) -> None:
    """Paint dots for the kind, or "unsure", over a bar for the movement, at the box's right."""
    dot_px, gap_px, bar_px = scaled(DOT_PX), scaled(DOT_GAP_PX), scaled(BAR_PX)
    width = DOTS * dot_px + (DOTS - 1) * gap_px
    left, bar_top = box.right() - width, box.bottom() - bar_px - 2
    if match.kind is None:
        painter.setFont(font(CAPTION_PX))
        painter.setPen(QColor(palette.secondary))
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        above = QRectF(box.left(), box.top() - 4, box.width(), bar_top - box.top() + 2)
        painter.drawText(above, align, unsure_text())
    painter.setPen(QPen(QColor(palette.secondary), 1))
    dots_top = (box.top() + bar_top - dot_px) / 2
    for number in range(0 if match.kind is None else DOTS):
        is_full = number < (match.kind or 0)
        painter.setBrush(QColor(palette.text) if is_full else Qt.BrushStyle.NoBrush)
        x = left + number * (dot_px + gap_px)
        painter.drawEllipse(QRectF(x, dots_top, dot_px, dot_px).adjusted(0.5, 0.5, -0.5, -0.5))
    painter.setPen(Qt.PenStyle.NoPen)
    for share, color in ((1.0, palette.hover), (match.movement, palette.secondary)):
        painter.setBrush(QColor(color))
        painter.drawRect(QRectF(left, bar_top, share * width, bar_px))


def paint_play_button(
    painter: QPainter,
    circle: QRectF,
    palette: Palette,
    scale: float,
    is_playing: bool,
    number: int | None,
) -> None:
    """Paint a round button, with its number, if any, while it is not playing. scale: screen pixels
    per logical pixel."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(palette.accent if is_playing else palette.hover))
    painter.drawEllipse(circle)
    color = palette.on_accent if is_playing else palette.text
    if number is not None and not is_playing:
        painter.setPen(QColor(color))
        painter.setFont(font(BODY_PX, semibold=True))
        painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, str(number))
        return
    pixmap = icon_pixmap("stop" if is_playing else "play", color, 18, scale)
    painter.drawPixmap(QPointF(circle.center().x() - 9, circle.center().y() - 9), pixmap)
