"""The rows of a list of clips: sections and entries."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QStringListModel,
    Qt,
    Signal,
)

from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.session.figures import date_text, seconds_text
from qvim_studio.ui.widgets.match_text import match_text, match_tip
from qvim_studio.ui.widgets.override import logs_errors
from qvim_studio.ui.widgets.tips import tip_text

Index = QModelIndex | QPersistentModelIndex

ROW_ROLE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Section:
    """The heading over the clips of one request."""

    title: str
    created_s: float
    count: int

    @property
    def when(self) -> str:
        """The time for today, else the date, with the year unless it is this year."""
        created, today = time.localtime(self.created_s), time.localtime()
        if created[:3] == today[:3]:
            return time.strftime("%H:%M", created)
        is_this_year = created[0] == today[0]
        form = _tr("dd MMM") if is_this_year else _tr("dd MMM yyyy")
        return date_text(self.created_s, form)


Row = ClipEntry | Section


class ClipListModel(QStringListModel):
    """Clips in a given order, numbered from 1 unless ``with_sections`` is set.

    Qt's own list of (empty) strings counts the rows, because a view asks for their number once per
    row; Python would take 20 ms for 10,000 clips.

    Signal: rows_changing (nothing: the last moment at which indexes are valid for the old rows).
    """

    rows_changing = Signal()

    def __init__(self, with_sections: bool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._with_sections = with_sections
        self._rows: list[Row] = []
        self.is_blind = False  # True reduces rows to their numbers

    @property
    def entries(self) -> tuple[ClipEntry, ...]:
        return tuple(row for row in self._rows if isinstance(row, ClipEntry))

    def set_entries(self, entries: Sequence[ClipEntry]) -> None:
        """Show these clips in this order."""
        self._show(entries)

    def replace(self, newer: Mapping[int, ClipEntry]) -> None:
        """Replace shown entries, by id, in their places."""
        for number, row in enumerate(self._rows):
            if isinstance(row, ClipEntry) and row.id in newer:
                self._rows[number] = newer[row.id]
                self.dataChanged.emit(self.index(number), self.index(number))

    def index_of(self, path: Path) -> QModelIndex:
        """The index of a clip; an invalid index if the clip is not shown."""
        for number, row in enumerate(self._rows):
            if isinstance(row, ClipEntry) and row.path == path:
                return self.index(number)
        return QModelIndex()

    def row(self, index: Index) -> Row | None:
        return self._rows[index.row()] if 0 <= index.row() < len(self._rows) else None

    def number_of(self, index: Index) -> int | None:
        """The key that plays the row, 1..9; None in lists with sections."""
        number = index.row() + 1
        return number if not self._with_sections and number <= 9 else None

    @logs_errors()
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row(index)
        if row is None:
            return None
        if role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._spoken(row, self.number_of(index))
        if role == Qt.ItemDataRole.ToolTipRole and isinstance(row, Section):
            return row.title  # the line may be too short for the title
        if role == Qt.ItemDataRole.ToolTipRole and isinstance(row, ClipEntry):
            made = f"seed {row.seed}  ·  {row.checkpoint_title}  ·  {row.licence}\n"
            if row.is_fitted:
                follows = self.tr("A real sound that follows your voice")
                made = f"{follows}\n{row.checkpoint_title}  ·  {row.licence}\n"
            what_to_do = self.tr("Click to listen, drag into your DAW")
            lines = f"{row.title}\n{row.path.name}\n{made if row.checkpoint_title else ''}"
            match = f"{match_tip(row.match)}\n" if row.match and not self.is_blind else ""
            return tip_text(f"{lines}{match}{what_to_do}")
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if isinstance(self.row(index), Section):
            return Qt.ItemFlag.NoItemFlags  # the arrow keys skip the row
        return (
            Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
        )

    def _show(self, rows: Sequence[Row]) -> None:
        self.rows_changing.emit()
        self._rows = list(rows)
        self.setStringList([""] * len(self._rows))

    def _spoken(self, row: Row, number: int | None) -> str:
        if isinstance(row, Section):
            return f"{row.title}, {row.count}, {row.when}"
        name = f"{self.tr('Candidate')} {number}" if number else row.title
        if self.is_blind:
            return name
        match = "" if row.match is None else f", {match_text(row.match)}"
        fitted = f", {self.tr('fitted')}" if row.is_fitted else ""
        starred = f", {self.tr('starred')}" if row.is_starred else ""
        return f"{name}{match}, {seconds_text(row.duration_s)}{fitted}{starred}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("ClipListModel", text)
