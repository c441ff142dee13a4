"""The list of candidates: made, fitted and found sounds, with marks and a menu."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyleOptionViewItem, QWidget

from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.session.blind_test import BlindTest
from qvim_studio.ui.sounds.clip_delegate import BUTTON_PX, NUMBERS_PX, ClipDelegate
from qvim_studio.ui.sounds.clip_list_model import ClipListModel
from qvim_studio.ui.sounds.clip_list_view import ClipListView
from qvim_studio.ui.widgets.icons import icon_pixmap
from qvim_studio.ui.widgets.theme import BODY_PX, CAPTION_PX, GRID, StudioTheme, font, scaled

COLUMNS = 2
MARK_PX = 14
CAPTION_HEIGHT_PX = 14
FOUND_RADIUS_PX = 7


def is_found(entry: ClipEntry) -> bool:
    """A sound that existed before, unlike one that a checkpoint made."""
    return not entry.checkpoint_title


def is_made(entry: ClipEntry) -> bool:
    """A sound that a checkpoint made."""
    return not is_found(entry) and not entry.is_fitted


class CandidateDelegate(ClipDelegate):
    """Made sounds have a round number, found and fitted ones a square one and their name."""

    def __init__(self, theme: StudioTheme) -> None:
        super().__init__(theme, COLUMNS)
        self._entry: ClipEntry | None = None
        self.is_blind = False
        self.names_checkpoints = False  # beneath made sounds, where several checkpoints made them
        self.test = BlindTest()

    def reveal_area(self, row: QRect) -> QRect:
        return QRect() if self.is_blind else super().reveal_area(row)

    def _paint_blind(
        self, painter: QPainter, option: QStyleOptionViewItem, entry: ClipEntry, number: int | None
    ) -> None:
        """Paint a button, and the place that the user gave the sound."""
        palette = self._theme.palette
        is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        is_playing = self._playing.key == str(entry.path)
        card = QRectF(option.rect).adjusted(4, 3, -4, -3)
        self._paint_card(painter, card, option.state, is_playing)
        self._paint_button(painter, card, is_playing, is_hovered, number)
        place = self.test.place(entry.path)
        if place is not None:
            card.setLeft(card.left() + GRID + BUTTON_PX + 12)
            painter.setFont(font(BODY_PX, semibold=True))
            painter.setPen(QColor(palette.accent))
            text = self.tr("Place {0}").format(place)
            painter.drawText(card, Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_clip(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        entry: ClipEntry,
        number: int | None,
    ) -> None:
        self._entry = entry
        if self.is_blind:
            self._paint_blind(painter, option, entry, number)
            return
        super()._paint_clip(painter, option, entry, number)
        card = QRectF(option.rect).adjusted(4, 3, -4, -3)
        left = card.left() + GRID + BUTTON_PX + 12
        if entry.is_starred:
            pixmap = icon_pixmap("star", self._theme.palette.warning, MARK_PX, self._scale)
            painter.drawPixmap(round(left - MARK_PX), round(card.top() + 4), pixmap)
        if self._caption_room(entry):
            painter.setFont(font(CAPTION_PX))
            painter.setPen(QColor(self._theme.palette.secondary))
            room = int(card.right() - left) - 2 * scaled(NUMBERS_PX)
            text = QFontMetrics(painter.font()).elidedText(
                self._caption(entry), Qt.TextElideMode.ElideRight, room
            )
            top = card.bottom() - scaled(CAPTION_HEIGHT_PX) - 3
            box = QRectF(left, top, room, scaled(CAPTION_HEIGHT_PX))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)

    def _caption_room(self, entry: ClipEntry) -> int:
        """Room for a caption: the name of found, fitted and named sounds, or the checkpoint of made
        sounds where several are compared."""
        has_caption = not is_made(entry) or _is_named(entry) or self.names_checkpoints
        return scaled(CAPTION_HEIGHT_PX) - 5 if has_caption else 0

    def _caption(self, entry: ClipEntry) -> str:
        if self.names_checkpoints and is_made(entry):
            named = f"  ·  {entry.title}" if _is_named(entry) else ""
            return entry.checkpoint_title + named
        if not entry.is_fitted:
            return entry.title
        name = entry.title if _is_named(entry) else entry.checkpoint_title
        return self.tr("fitted  ·  {0}").format(name)

    def _paint_button(
        self,
        painter: QPainter,
        card: QRectF,
        is_playing: bool,
        is_hovered: bool,
        number: int | None,
    ) -> None:
        is_plain = is_playing or is_hovered or number is None or self.is_blind
        if self._entry is None or is_made(self._entry) or is_plain:
            super()._paint_button(painter, card, is_playing, is_hovered, number)
            return
        palette = self._theme.palette
        top = card.center().y() - BUTTON_PX / 2
        square = QRectF(card.left() + GRID, top, BUTTON_PX, BUTTON_PX).adjusted(1, 1, -1, -1)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        border = palette.accent if self._entry.is_fitted else palette.faint
        painter.setPen(QPen(QColor(border), 1.5))
        painter.drawRoundedRect(square, FOUND_RADIUS_PX, FOUND_RADIUS_PX)
        painter.setPen(QColor(palette.text))
        painter.setFont(font(BODY_PX, semibold=True))
        painter.drawText(square, Qt.AlignmentFlag.AlignCenter, str(number))


def _is_named(entry: ClipEntry) -> bool:
    """Whether the user named the sound."""
    return bool(entry.asked) and entry.title != entry.asked


class CandidatesView(ClipListView):
    """Signals: star_requested, trash_requested, choice_made (list of ClipEntry), rename_requested,
    tag_requested, reroll_requested, continue_requested (ClipEntry), refused_blind (nothing: what
    was asked for would tell which sound it is)."""

    star_requested = Signal(object)
    trash_requested = Signal(object)
    choice_made = Signal(object)
    refused_blind = Signal()
    rename_requested = Signal(object)
    tag_requested = Signal(object)
    reroll_requested = Signal(object)
    continue_requested = Signal(object)

    def __init__(
        self, theme: StudioTheme, model: ClipListModel, parent: QWidget | None = None
    ) -> None:
        self.rows = CandidateDelegate(theme)
        super().__init__(theme, model, columns=COLUMNS, parent=parent, delegate=self.rows)
        self.rows.setParent(self)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)

    def set_blind(self, is_blind: bool) -> None:
        """Hide everything that identifies a candidate but its sound."""
        self.rows.is_blind = is_blind
        self.setDragEnabled(not is_blind)
        self.viewport().update()

    def show_places(self, test: BlindTest) -> None:
        """Show the places that the user has given so far."""
        self.rows.test = test
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        if self.rows.is_blind and isinstance(event, QHelpEvent):
            return True  # the name of the file tells its rank
        return super().viewportEvent(event)

    def _marked(self) -> list[ClipEntry]:
        """Selected clips that the library knows."""
        return [entry for entry in self.selected_entries() if entry.id]

    def offers(self) -> dict[str, Callable[[], object]]:
        offers = super().offers()
        if not offers:
            return {}
        if self.rows.is_blind:  # anything else would tell which sound it is
            names = (*offers, "rename", "tag", "trash")
            refused: dict[str, Callable[[], object]] = dict.fromkeys(names, self.refused_blind.emit)
            return refused | {"play_sound": offers["play_sound"], "star": self._choose}
        if self._marked():
            offers |= {"star": self._star, "rename": self._rename, "tag": self._tag}
        offers |= {"more_like_this": self._reroll, "go_on": self._continue, "trash": self._trash}
        return offers

    def menu_offers(self) -> dict[str, Callable[[], object]]:
        offers = self.offers()
        if self.rows.is_blind:
            return {name: do for name, do in offers.items() if name in ("play_sound", "star")}
        return offers

    def titles(self) -> dict[str, str]:
        if self.rows.is_blind:
            return {"star": self.tr("Rank it next, or clear its rank")}
        is_made = all(entry.id and not is_found(entry) for entry in self.selected_entries())
        return super().titles() | ({} if is_made else {"trash": self.tr("Remove from the list")})

    @Slot()
    def _trash(self) -> None:
        self.trash_requested.emit(self.selected_entries())

    @Slot()
    def _choose(self) -> None:
        self.choice_made.emit(self.selected_entries())

    @Slot()
    def _star(self) -> None:
        self.star_requested.emit(self._marked())

    @Slot()
    def _rename(self) -> None:
        self.rename_requested.emit(self._marked()[0])

    @Slot()
    def _tag(self) -> None:
        self.tag_requested.emit(self._marked()[0])

    @Slot()
    def _reroll(self) -> None:
        self.reroll_requested.emit(self.selected_entries()[0])

    @Slot()
    def _continue(self) -> None:
        self.continue_requested.emit(self.selected_entries()[0])
