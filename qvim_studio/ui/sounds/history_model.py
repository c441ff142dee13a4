"""The rows of the history: all generated sounds, searched, filtered and sorted in memory.

10,000 clips are filtered and sorted in a few milliseconds, so every key press shows its result at
once.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import groupby
from operator import attrgetter

from PySide6.QtCore import QObject

from qvim_studio.core.match import goodness
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.ui.sounds.clip_list_model import ClipListModel, Row, Section


class Order(Enum):
    """The order of the history. NEWEST and OLDEST keep the clips of a request together; the other
    orders do not."""

    NEWEST = "newest"
    OLDEST = "oldest"
    BEST = "best"
    RATING = "rating"
    LONGEST = "longest"
    NAME = "name"


_SortKey = Callable[[ClipEntry], tuple]
_KEYS: dict[Order, _SortKey] = {
    Order.NEWEST: lambda e: (-e.created_s, e.group, -goodness(e.match), e.id),
    Order.OLDEST: lambda e: (e.created_s, e.group, -goodness(e.match), e.id),
    Order.BEST: lambda e: (-goodness(e.match), -e.created_s, e.id),
    Order.RATING: lambda e: (-e.rating, -e.is_starred, -e.created_s, e.id),
    Order.LONGEST: lambda e: (-e.duration_s, -e.created_s, e.id),
    Order.NAME: lambda e: (e.title.casefold(), -e.created_s, e.id),
}


@dataclass(frozen=True)
class HistoryFilter:
    """The shown part of the history and its order.

    found: ids found by the search; None without a search. checkpoint, licence: as in the entries;
    empty for all.
    """

    found: frozenset[int] | None = None
    starred_only: bool = False
    checkpoint: str = ""
    licence: str = ""
    order: Order = Order.NEWEST

    def shown(self, entries: Sequence[ClipEntry]) -> Sequence[ClipEntry]:
        """The entries that pass the filter, in its order."""
        if self.found is not None:
            entries = [entry for entry in entries if entry.id in self.found]
        if self.starred_only:
            entries = [entry for entry in entries if entry.is_starred]
        if self.checkpoint:
            entries = [entry for entry in entries if entry.checkpoint_title == self.checkpoint]
        if self.licence:
            entries = [entry for entry in entries if entry.licence == self.licence]
        return entries

    def with_changes(self, **changes: object) -> HistoryFilter:
        return replace(self, **changes)


@dataclass
class _Sorted:
    """Sorted entries, kept because the order changes far less often than the search."""

    order: Order | None = None
    entries: list[ClipEntry] = field(default_factory=list)


class HistoryModel(ClipListModel):
    """Holds all entries by id and shows those that pass the filter."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(with_sections=True, parent=parent)
        self._all: dict[int, ClipEntry] = {}
        self._sorted = _Sorted()
        self._sections: dict[tuple[str, int], Section] = {}
        self.filter = HistoryFilter()
        self.count = 0  # of shown clips

    @property
    def total(self) -> int:
        return len(self._all)

    @property
    def shows_titles(self) -> bool:
        """Whether rows need their own titles because no section names them."""
        return self.filter.order not in (Order.NEWEST, Order.OLDEST)

    def entry(self, sound_id: int) -> ClipEntry | None:
        return self._all.get(sound_id)

    def set_all(self, entries: Iterable[ClipEntry]) -> None:
        """Replace everything; the filter stays."""
        self._all = {entry.id: entry for entry in entries}
        self._refresh()
        # The entries live as long as the window. If every full garbage collection visited them,
        # some key presses of a search would take a tenth of a second.
        gc.freeze()

    def add(self, entries: Sequence[ClipEntry]) -> None:
        """Add new entries, or replace known ones."""
        self._all |= {entry.id: entry for entry in entries}
        self._refresh()

    def remove(self, ids: Iterable[int]) -> None:
        for sound_id in ids:
            self._all.pop(sound_id, None)
        self._refresh()

    def update(self, entries: Sequence[ClipEntry]) -> None:
        """Replace known entries in their places, so that no row vanishes while it is edited."""
        newer = {entry.id: entry for entry in entries if entry.id in self._all}
        self._all |= newer
        self._sorted = _Sorted()
        self._sections.clear()
        self.replace(newer)

    def show(self, shown: HistoryFilter) -> None:
        """Apply another filter and order."""
        self.filter = shown
        self._show_rows()

    def values(self) -> tuple[list[str], list[str]]:
        """The existing checkpoints and licences, for the filters."""
        checkpoints = {entry.checkpoint_title for entry in self._all.values()}
        licences = {entry.licence for entry in self._all.values()}
        return sorted(checkpoints - {""}), sorted(licences - {""})

    def _refresh(self) -> None:
        self._sorted = _Sorted()
        self._sections.clear()
        self._show_rows()

    def _show_rows(self) -> None:
        order = self.filter.order
        if self._sorted.order is not order:
            self._sorted = _Sorted(order, sorted(self._all.values(), key=_KEYS[order]))
        shown = self.filter.shown(self._sorted.entries)
        self.count = len(shown)
        self._show(shown if self.shows_titles else self._in_sections(shown))

    def _in_sections(self, entries: Sequence[ClipEntry]) -> list[Row]:
        rows: list[Row] = []
        for group, members in groupby(entries, attrgetter("group")):
            together = list(members)
            key = (group, len(together))
            section = self._sections.get(key)
            if section is None:
                first = together[0]
                section = Section(first.asked or first.title, first.created_s, len(together))
                self._sections[key] = section
            rows.append(section)
            rows += together
        return rows
