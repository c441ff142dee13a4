"""The melody that a checkpoint hears in a take: which of the twelve notes leads at each moment."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from qvim_studio.audio.melody import MELODY_STEP_S, NOTE_NAMES, SILENT, Melody
from qvim_studio.session.figures import filled
from qvim_studio.ui.waves.time_axis import TimeAxis
from qvim_studio.ui.waves.wave_painting import TimeScale
from qvim_studio.ui.widgets.override import logs_errors
from qvim_studio.ui.widgets.painting import with_alpha
from qvim_studio.ui.widgets.theme import CAPTION_PX, GRID, StudioTheme, font, scaled

ROW_PX = 6  # of a note; twelve of them and a line of text are as high as a small waveform
CAPTION_LINE_PX = 16
BLOCK_RADIUS_PX = 2
SPOKEN_NOTES = 24  # a description names no more of them
BLACK_KEYS = frozenset({1, 3, 6, 8, 10})  # of a piano, counted from C: their rows are shaded


@dataclass(frozen=True)
class Note:
    """A held note: a row of NOTE_NAMES, from begin_s to end_s of the heard part."""

    row: int
    begin_s: float
    end_s: float

    @property
    def name(self) -> str:
        return NOTE_NAMES[self.row]


def notes_of(melody: Melody) -> tuple[Note, ...]:
    """Join neighboring frames of one note and skip pauses. A frame covers half a step to each side
    of its moment."""
    notes: list[Note] = []
    for index, row in enumerate(melody.classes.tolist()):
        begin_s = max((index - 0.5) * MELODY_STEP_S, 0.0)
        end_s = (index + 0.5) * MELODY_STEP_S
        if row == SILENT:
            continue
        if notes and notes[-1].row == row and notes[-1].end_s >= begin_s:
            notes[-1] = Note(row, notes[-1].begin_s, end_s)
        else:
            notes.append(Note(row, begin_s, end_s))
    return tuple(notes)


class MelodyStrip(QWidget):
    """On the time axis of the take: a row for each note, C at the bottom; nothing in pauses."""

    def __init__(self, theme: StudioTheme, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._axis = axis
        self._notes: tuple[Note, ...] = ()
        self._origin_s = 0.0
        self._end_s = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Melody of the imitation"))
        theme.changed.connect(self.update)
        axis.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        rows = len(NOTE_NAMES) * scaled(ROW_PX)
        return QSize(320, rows + scaled(CAPTION_LINE_PX))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    @property
    def notes(self) -> tuple[Note, ...]:
        """The shown notes, in seconds from the beginning of the heard part."""
        return self._notes

    @property
    def text(self) -> str:
        """The text above the rows."""
        if not self._notes:
            return self.tr("No melody is heard: sing, hum or whistle one")
        return self.tr("The melody that the model hears")

    def show_melody(self, melody: Melody, origin_s: float, duration_s: float) -> None:
        """Show a melody. origin_s: the beginning of the heard part on the axis; duration_s: its
        length."""
        self._notes = notes_of(melody)
        self._origin_s, self._end_s = origin_s, origin_s + duration_s
        self.setAccessibleDescription(self._spoken())
        self.update()

    def _spoken(self) -> str:
        """Every note and when it sounds."""
        if not self._notes:
            return self.text
        names = [
            filled(
                self.tr("{0} {1:.1f} to {2:.1f} s"),
                note.name,
                note.begin_s,
                min(note.end_s, self._end_s - self._origin_s),
            )
            for note in self._notes[:SPOKEN_NOTES]
        ]
        more = len(self._notes) - len(names)
        if more > 0:
            names.append(self.tr("and {0} more notes").format(more))
        return ", ".join(names)

    def _area(self) -> QRectF:
        """The area of the rows, flush with the waveform above."""
        top = float(scaled(CAPTION_LINE_PX))
        return QRectF(2 * GRID, top, self.width() - 4 * GRID, self.height() - top)

    @logs_errors()
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, palette, area = QPainter(self), self._theme.palette, self._area()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(CAPTION_PX))
        painter.setPen(QColor(palette.secondary))
        line = QRectF(area.left(), 0, area.width(), area.top())
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, self.text)
        row_px = area.height() / len(NOTE_NAMES)
        painter.setPen(Qt.PenStyle.NoPen)
        for row in range(len(NOTE_NAMES)):
            is_shaded = row in BLACK_KEYS
            color = QColor(palette.hover if is_shaded else palette.window)
            painter.fillRect(self._row(area, row, area.left(), area.right()), color)
        painter.setPen(QPen(QColor(palette.line), 1))
        painter.drawLine(QPointF(area.left(), area.top()), QPointF(area.right(), area.top()))
        painter.setClipRect(area.adjusted(0, -row_px, 0, 0))
        first_s = self._axis.first_s
        scale = TimeScale(area, first_s, first_s + self._axis.span_s)
        self._paint_notes(painter, scale)
        painter.end()

    def _paint_notes(self, painter: QPainter, scale: TimeScale) -> None:
        palette, area = self._theme.palette, scale.area
        metrics = QFontMetricsF(painter.font())
        last_x = area.left()  # where the last name ended
        for note in self._notes:
            begin = scale.x(self._origin_s + note.begin_s)
            end = scale.x(min(self._origin_s + note.end_s, self._end_s))
            if end < area.left() or begin > area.right():
                continue
            block = self._row(area, note.row, begin, max(end - 1, begin + 2))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.accent))
            painter.drawRoundedRect(block, BLOCK_RADIUS_PX, BLOCK_RADIUS_PX)
            width = metrics.horizontalAdvance(note.name)
            left = max(block.left(), area.left()) + 2
            if left < last_x or left + width > area.right():
                continue
            self._paint_name(painter, note, block, left, width, metrics.height())
            last_x = left + width + 4

    def _paint_name(
        self, painter: QPainter, note: Note, block: QRectF, left: float, width: float, height: float
    ) -> None:
        """Paint a name above its block, or below it if there is no room above."""
        palette, area = self._theme.palette, self._area()
        above = block.top() - height
        top = above if above >= area.top() - 1 else block.bottom()
        box = QRectF(left, top, width, height)
        painter.fillRect(box.adjusted(-1, 1, 1, -1), with_alpha(palette.window, 0.8))
        painter.setPen(QColor(palette.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, note.name)

    def _row(self, area: QRectF, row: int, left: float, right: float) -> QRectF:
        height = area.height() / len(NOTE_NAMES)
        top = area.bottom() - (row + 1) * height
        return QRectF(left, top, right - left, height)
