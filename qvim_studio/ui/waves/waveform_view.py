"""A sound over time: live while it is recorded, then waveform or spectrogram with curves."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from qvim_studio.core.edit import merged_parts
from qvim_studio.jobs.listening.sound_picture import SoundAnalysis, SoundPicture
from qvim_studio.ui.waves import live_painting, wave_painting
from qvim_studio.ui.waves.still_painting import StillSound, draw_still, paint_playhead
from qvim_studio.ui.waves.time_axis import TimeAxis
from qvim_studio.ui.waves.wave_cursor import WaveCursor, spoken
from qvim_studio.ui.waves.wave_painting import TimeScale, ruler_px
from qvim_studio.ui.widgets.override import logs_errors
from qvim_studio.ui.widgets.theme import GRID, StudioTheme

MIN_HEIGHT_PX = 60
CLICK_PX = 4  # a press that moves less than this is a click

Part = tuple[float, float]


class WaveformView(QWidget):
    """Shows nothing (with a hint), a growing take, or a sound on a shared time axis. The arrow
    keys, Home and End move a cursor; with Shift they select.

    Signals, in seconds of the sound, as objects: seek_requested (s), part_dragged (begin_s,
    end_s), selection_changed ((begin_s, end_s) | None), selection_made ((begin_s, end_s): mouse or
    Shift are let go). selection_dragged (nothing): the selection is pulled out of the view.
    menu_requested (QPoint of the screen).
    """

    seek_requested = Signal(object)
    part_dragged = Signal(object, object)
    selection_changed = Signal(object)
    selection_made = Signal(object)
    selection_dragged = Signal()
    menu_requested = Signal(QPoint)

    def __init__(
        self,
        theme: StudioTheme,
        parent: QWidget | None = None,
        axis: TimeAxis | None = None,
        with_ruler: bool = True,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.axis = axis or TimeAxis(self)
        self._with_ruler = with_ruler
        self._picture: SoundPicture | None = None
        self._analysis: SoundAnalysis | None = None
        self._origin_s = 0.0
        self._part: Part | None = None
        self._selection: Part | None = None
        self._others: tuple[Part, ...] = ()  # that are selected besides
        self._live: list[np.ndarray] | None = None
        self._count = 0
        self._position_s: float | None = None
        self._cursor: WaveCursor | None = None
        self._with_spectrogram = False
        self._with_curves = False
        self._is_drop_target = False
        self._hint = ("", "")
        self._grabbed = ""  # "begin", "end", "selection", "out" or nothing
        self._is_draggable = False
        self._takes_several = False
        self._is_another = False  # the part that is being selected, beside others
        self._press_x = 0.0
        self._still: tuple[QPixmap, QPixmap] | None = None
        self._image: QImage | None = None
        self.setMinimumHeight(MIN_HEIGHT_PX)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self._on_theme_changed)
        self.axis.changed.connect(self._redraw)

    def sizeHint(self) -> QSize:
        return QSize(640, 150)

    @property
    def selection(self) -> Part | None:
        return self._selection

    @property
    def parts(self) -> tuple[Part, ...]:
        """All selected parts, in order of time."""
        own = () if self._selection is None else (self._selection,)
        return merged_parts((*self._others, *own))

    @property
    def cursor_s(self) -> float | None:
        """The playhead, or else the cursor, in seconds of the sound."""
        if self._position_s is not None:
            return self._position_s
        return None if self._cursor is None else self._cursor.at_s

    @property
    def has_sound(self) -> bool:
        return self._picture is not None

    def set_hint(self, title: str, text: str) -> None:
        """Set the text of an empty view: a title and one line below it."""
        self._hint = (title, text)
        self.update()

    def show_sound(self, picture: SoundPicture | None) -> None:
        """Show a whole sound, beginning at 0 of the axis, or nothing."""
        self._live, self._count, self._position_s, self._cursor = None, 0, None, None
        self._picture, self._analysis, self._image = picture, None, None
        self._origin_s, self._part = 0.0, None
        self.clear_parts()
        self._describe()
        self._redraw()

    def move_to(self, origin_s: float) -> None:
        """Let the same sound begin elsewhere on the axis."""
        self._origin_s = origin_s
        self._redraw()

    def show_analysis(self, analysis: SoundAnalysis) -> None:
        """Spectrogram and curves of the sound that is shown, when they are ready."""
        self._analysis, self._image = analysis, None
        self._redraw()

    def set_part(self, part: Part | None) -> None:
        """Draw handles around the part that counts."""
        self._part = part
        self._describe()
        self._redraw()

    def set_look(self, with_spectrogram: bool, with_curves: bool) -> None:
        self._with_spectrogram, self._with_curves = with_spectrogram, with_curves
        self._redraw()

    def select(self, selection: Part | None) -> None:
        if selection != self._selection:
            self._selection = selection
            self._describe()
            self._redraw()
            self.selection_changed.emit(selection)

    @Slot()
    def keep_part(self) -> None:
        """Keep the selection while another part is selected."""
        self._set_others(self.parts)
        self._cursor = None if self._cursor is None else WaveCursor(self._cursor.at_s)
        self.select(None)

    @Slot()
    def clear_parts(self) -> None:
        """Deselect everything."""
        self._set_others(())
        self.select(None)

    def drop_part(self, part: Part) -> None:
        """Deselect one of ``parts``."""
        self._set_others(tuple(one for one in self.parts if one != part))
        self.select(None)

    @Slot()
    def select_all(self) -> None:
        """Select the whole sound, as with the mouse."""
        if self._picture is not None:
            self.select((0.0, self._picture.duration_s))
            self.selection_made.emit(self._selection)

    def set_draggable(self, is_draggable: bool) -> None:
        """Whether the selection can be dragged into another program."""
        self._is_draggable = is_draggable

    def set_takes_several(self, takes_several: bool) -> None:
        """Whether several parts can be selected, with Shift and the mouse."""
        self._takes_several = takes_several

    def begin_live(self) -> None:
        """Show a take that is about to grow."""
        self.show_sound(None)
        self._live = []

    @Slot(object)
    def add_live(self, columns: np.ndarray) -> None:
        """Append (n, 2) minima and maxima of a take."""
        if self._live is not None:
            self._live.append(columns)
            self.update()

    @Slot(object)
    def show_count_in(self, count: int) -> None:
        """Show the seconds until a take begins; 0 hides them."""
        self._count = count
        self.update()

    def set_position(self, seconds: float | None) -> None:
        """Move the playhead; None hides it."""
        if seconds != self._position_s:
            self._position_s = seconds
            if seconds is not None:
                self.axis.keep_in_view(seconds + self._origin_s)
            self.update()

    def set_drop_target(self, is_target: bool) -> None:
        """Light up while a file is dragged over the window."""
        self._is_drop_target = is_target
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._picture is not None and event.button() == Qt.MouseButton.LeftButton:
            self._press_x = event.position().x()
            is_shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._is_another = is_shift and self._takes_several
            if self._is_another:
                self.keep_part()
            is_out = self._is_draggable and self._is_selected(self._press_x)
            self._grabbed = self._handle_at(self._press_x) or ("out" if is_out else "selection")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._grabbed in ("begin", "end") and self._part is not None:
            begin_s, end_s = self._part
            at_s = self._inside(x)
            self.part_dragged.emit(
                *((at_s, end_s) if self._grabbed == "begin" else (begin_s, at_s))
            )
        elif self._grabbed == "out":
            if abs(x - self._press_x) > CLICK_PX:
                self._grabbed = ""
                self.selection_dragged.emit()
        elif self._grabbed and abs(x - self._press_x) > CLICK_PX:
            if not self._is_another:
                self._set_others(())
            first_s, last_s = sorted((self._inside(self._press_x), self._inside(x)))
            self.select((first_s, last_s))
        elif not self._grabbed:
            self.setCursor(self._cursor_at(x))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        grabbed, self._grabbed = self._grabbed, ""
        x = event.position().x()
        if grabbed in ("selection", "out") and abs(x - self._press_x) <= CLICK_PX:
            self._cursor = WaveCursor(self._inside(x))
            self.clear_parts()
            self.seek_requested.emit(self._inside(x))
        elif grabbed == "selection" and self._selection is not None:
            self._cursor = WaveCursor(self._inside(x), self._inside(self._press_x))
            self.selection_made.emit(self._selection)

    @logs_errors()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cursor; a playing sound continues from there."""
        moved = None
        if self._picture is not None:
            start = WaveCursor(self.cursor_s or 0.0, self._cursor and self._cursor.anchor_s)
            moved = start.moved(event, self.axis.span_s, self._picture.duration_s)
        if moved is None:
            super().keyPressEvent(event)
            return
        self._cursor = moved
        self.axis.keep_in_view(moved.at_s + self._origin_s)
        self.select(moved.selection)
        self._describe()
        self.update()
        if self._position_s is not None and moved.anchor_s is None:
            self.seek_requested.emit(moved.at_s)

    @logs_errors()
    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Shift and self._selection is not None:
            self.selection_made.emit(self._selection)
        super().keyReleaseEvent(event)

    @logs_errors()
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._picture is not None:
            self.menu_requested.emit(event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Up and down zooms at the mouse, sideways (or with Shift) scrolls."""
        if self._picture is None:
            event.ignore()
            return
        self.axis.turn(event, self._scale().seconds(event.position().x()) + self._origin_s)
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._still = None

    @logs_errors()
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self._theme.palette
        is_empty = self._live is None and self._picture is None and not self._count
        flags = {"is_drop_target": self._is_drop_target, "has_focus": self.hasFocus()}
        live_painting.paint_frame(painter, self._frame(), palette, is_empty=is_empty, **flags)
        if self._count:
            live_painting.paint_count_in(painter, self._frame(), self._count, palette)
        elif self._live is not None:
            columns = np.concatenate([np.zeros((0, 2), np.float32), *self._live])
            live_painting.paint_take(painter, self._wave_area(), columns, palette)
        elif self._picture is not None:
            self._paint_sound(painter, self._picture)
        else:
            ratio = self.devicePixelRatioF()
            live_painting.paint_hint(painter, self._frame(), *self._hint, palette, ratio)
        painter.end()

    def _describe(self) -> None:
        """Update the words of a screen reader: length, cursor, selection and part."""
        picture = self._picture
        duration_s = None if picture is None else picture.duration_s
        self.setAccessibleDescription(spoken(duration_s, self._cursor, self.parts, self._part))

    def _set_others(self, others: tuple[Part, ...]) -> None:
        if others != self._others:
            self._others = others
            self._describe()
            self._redraw()

    def _frame(self) -> QRectF:
        return QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)

    def _wave_area(self) -> QRectF:
        below = ruler_px() + GRID / 2 if self._with_ruler else GRID
        return self._frame().adjusted(2 * GRID, GRID, -2 * GRID, -below)

    def _scale(self) -> TimeScale:
        begin_s = self.axis.first_s - self._origin_s
        return TimeScale(self._wave_area(), begin_s, begin_s + self.axis.span_s)

    def _inside(self, x: float) -> float:
        """The moment of the sound under ``x``, at most its ends."""
        duration_s = self._picture.duration_s if self._picture is not None else 0.0
        return min(max(self._scale().seconds(x), 0.0), duration_s)

    def _is_selected(self, x: float) -> bool:
        if self._selection is None:
            return False
        begin_s, end_s = self._selection
        return begin_s <= self._scale().seconds(x) <= end_s

    def _cursor_at(self, x: float) -> Qt.CursorShape:
        if self._picture is not None and self._handle_at(x):
            return Qt.CursorShape.SizeHorCursor
        is_out = self._is_draggable and self._is_selected(x)
        return Qt.CursorShape.OpenHandCursor if is_out else Qt.CursorShape.ArrowCursor

    def _handle_at(self, x: float) -> str:
        return wave_painting.handle_at(self._scale(), self._part, x)

    def _paint_sound(self, painter: QPainter, picture: SoundPicture) -> None:
        """Paint the still picture from a cache: only the playhead moves, 60 times a second."""
        if self._still is None:
            self._still = (self._draw_still(picture, False), self._draw_still(picture, True))
        scale, color = self._scale(), self._theme.palette.text
        if self._position_s is not None:
            x = scale.x(self._position_s)
            paint_playhead(painter, self._still, x, scale.area, color)
            return
        painter.drawPixmap(0, 0, self._still[1])
        if self._cursor is not None and self.hasFocus():
            wave_painting.paint_cursor(painter, scale, self._cursor.at_s, color)

    def _draw_still(self, picture: SoundPicture, is_played: bool) -> QPixmap:
        palette, analysis = self._theme.palette, self._analysis
        if self._with_spectrogram and analysis is not None and self._image is None:
            self._image = wave_painting.spectrogram_image(analysis.spectrogram, palette)
        look = (self._with_spectrogram, self._with_curves, self._with_ruler)
        sound = StillSound(picture, analysis, self._image, self._part, self.parts, *look)
        color = palette.accent if is_played else palette.wave
        ratio = self.devicePixelRatioF()
        return draw_still(sound, self._scale(), self.size(), ratio, palette, color)

    @Slot()
    def _redraw(self) -> None:
        self._still = None
        self.update()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._image = None
        self._redraw()
