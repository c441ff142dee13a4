"""The running job: its finished sounds, and the next one as it forms."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from qvim_studio.core.result import Variation
from qvim_studio.jobs.engine.job import JobProgress, arrived_key
from qvim_studio.jobs.playback import NOTHING, PlayingSound
from qvim_studio.ui.candidates.arrived_tile import ArrivedTile
from qvim_studio.ui.candidates.forming_picture import HEIGHT_PX, RADIUS_PX, FormingPicture
from qvim_studio.ui.widgets.override import logs_errors
from qvim_studio.ui.widgets.theme import GRID, StudioTheme

MIN_SLOT_PX = 56
WaitingSound = tuple[str, Variation, np.ndarray]  # its key in playback, and its picture


class FormingStrip(QWidget):
    """A slot for every sound of the running job. Hidden without a picture or a sound. Where there
    is no room for all slots, the slots around the forming sound are shown.

    Signals: play_requested (str: key in playback, Variation), grown (str, Variation, bool: the
    sound is whole).
    """

    play_requested = Signal(str, object)
    grown = Signal(str, object, bool)

    def __init__(self, theme: StudioTheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._count = 1
        self._playing = NOTHING
        self._tiles: list[ArrivedTile] = []
        self._waiting: tuple[WaitingSound, ...] = ()
        self._shows_waiting = False
        self._picture = FormingPicture(theme, self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setMinimumHeight(HEIGHT_PX)
        theme.changed.connect(self.update)
        self.hide()

    def sizeHint(self) -> QSize:
        return QSize(240, HEIGHT_PX)

    @property
    def tiles(self) -> tuple[ArrivedTile, ...]:
        """The tiles of the sounds that have arrived, in order."""
        return tuple(self._tiles)

    def show_progress(self, progress: JobProgress | None) -> None:
        """Follow a job; None, between two jobs, puts everything away."""
        if progress is None:
            self._clear()
            self._show_waiting()
            return
        if self._shows_waiting:
            self._clear()
        self._count = progress.variations
        if progress.arrived is not None and progress.preview is not None:
            self._add(progress)
            self._picture.show_levels(None)
        elif progress.preview is not None and self._tiles and self._tiles[-1].is_growing:
            self._tiles[-1].show_levels(progress.preview)
        elif progress.preview is not None:
            self._picture.show_levels(progress.preview)
        self.setVisible(bool(self._tiles) or not self._picture.isHidden())
        self._arrange()

    def show_waiting(self, sounds: Sequence[WaitingSound]) -> None:
        """Show sounds without a file while nothing is made; they can be played."""
        self._waiting = tuple(sounds)
        if self._shows_waiting or self.isHidden():
            self._clear()
            self._show_waiting()

    def _show_waiting(self) -> None:
        for place, (key, variation, levels) in enumerate(self._waiting):
            self._put(ArrivedTile(self._theme, key, place + 1, variation, levels, self), place)
        self._shows_waiting = bool(self._waiting)
        if self._waiting:
            self._count = len(self._waiting)
            self.show()
            self._arrange()

    def show_playing(self, playing: PlayingSound) -> None:
        self._playing = playing
        for tile in self._tiles:
            tile.show_playing(playing)

    def play_newest(self) -> bool:
        """Play the newest sound, or stop it; False without a sound."""
        if self._tiles:
            self._play(self._tiles[-1])
        return bool(self._tiles)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    @logs_errors()
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the slots of sounds that are still to come."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.palette.window))
        for number, slot in self._slots().items():
            if number >= len(self._tiles):
                painter.drawRoundedRect(QRectF(slot), RADIUS_PX, RADIUS_PX)
        painter.end()

    def _slots(self) -> dict[int, QRect]:
        """The visible slots by the numbers of their sounds, from 0."""
        room = self.width() + GRID  # the last one's gap lies outside
        shown = max(min(self._count, room // (MIN_SLOT_PX + GRID)), 1)
        first = max(0, len(self._tiles) + 1 - shown)
        first = min(first, self._count - shown)
        edges = [number * room // shown for number in range(shown + 1)]
        return {
            first + place: QRect(left, 0, right - left - GRID, self.height())
            for place, (left, right) in enumerate(itertools.pairwise(edges))
        }

    def _arrange(self) -> None:
        slots = self._slots()
        for number, tile in enumerate(self._tiles):
            tile.setVisible(number in slots)
            if number in slots:
                tile.setGeometry(slots[number])
        forming = slots.get(len(self._tiles))
        if forming is not None:
            self._picture.setGeometry(forming)
        self.update()

    def _add(self, progress: JobProgress) -> None:
        variation, levels = progress.arrived, progress.preview
        assert variation is not None and levels is not None
        key = arrived_key(progress.job_id, variation.seed)
        keys = [tile.key for tile in self._tiles]
        # Where the memory became short everything is made once more, in a smaller mode.
        place = keys.index(key) if key in keys else len(keys)
        if place < len(keys) and self._tiles[place].is_growing:
            self._tiles[place].show_sound(variation, levels)
            self.grown.emit(key, variation, variation.planned_s is None)
            return
        self._put(ArrivedTile(self._theme, key, place + 1, variation, levels, self), place)

    def _put(self, tile: ArrivedTile, place: int) -> None:
        """Put a tile into its place and remove the tile that was there."""
        tile.clicked.connect(self._on_clicked)
        tile.show_playing(self._playing)
        self.setTabOrder(self._tiles[place - 1] if place else _takes_tab_before(self), tile)
        for old in self._tiles[place : place + 1]:
            _put_away(old)
        self._tiles[place : place + 1] = [tile]

    def _clear(self) -> None:
        for tile in self._tiles:
            if tile.is_growing:
                self.grown.emit(tile.key, tile.variation, True)
            _put_away(tile)
        self._tiles = []
        self._shows_waiting = False
        self._picture.show_levels(None)
        self.hide()

    @Slot()
    def _on_clicked(self) -> None:
        tile = self.sender()
        if isinstance(tile, ArrivedTile):
            self._play(tile)

    def _play(self, tile: ArrivedTile) -> None:
        self.play_requested.emit(tile.key, tile.variation)


def _takes_tab_before(widget: QWidget) -> QWidget:
    """The last widget before this one that Tab stops at; without one, the widget itself."""
    before = widget.previousInFocusChain()
    while before is not None and before is not widget:
        if before.focusPolicy() & Qt.FocusPolicy.TabFocus:
            return before
        before = before.previousInFocusChain()
    return widget


def _put_away(tile: ArrivedTile) -> None:
    tile.clearFocus()  # else it goes to the next field, and keys would be typed into it
    tile.hide()
    tile.deleteLater()
