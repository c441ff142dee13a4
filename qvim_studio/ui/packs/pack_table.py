"""The sounds of a pack before it is written, with names that can be changed at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCompleter,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from qvim_studio.export.packs.pack_plan import PlannedClip
from qvim_studio.export.packs.pack_sources import PackSource
from qvim_studio.export.ucs.categories import categories
from qvim_studio.ui.widgets.override import logs_errors
from qvim_studio.ui.widgets.theme import StudioTheme, font
from qvim_studio.ui.widgets.tips import tip_text

ROW_MARGIN_PX = 13  # above and below the text of a row together
TITLE, CATEGORY, NAME, LICENCE = range(4)
_Index = QModelIndex | QPersistentModelIndex


class PackTableModel(QAbstractTableModel):
    """One row for each sound. Signal: edited (row, column, text typed there)."""

    edited = Signal(int, int, str)

    def __init__(self, theme: StudioTheme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._clips: tuple[PlannedClip, ...] = ()
        self._is_for_sale = False
        self._heads = (
            self.tr("Sound"),
            self.tr("Category"),
            self.tr("File in the pack"),
            self.tr("Licence"),
        )

    def show_clips(self, clips: Sequence[PlannedClip], is_for_sale: bool) -> None:
        """Show these clips. The same number of rows keeps selection and editor; another number
        resets the table."""
        self._is_for_sale = is_for_sale
        if len(clips) != len(self._clips):
            self.beginResetModel()
            self._clips = tuple(clips)
            self.endResetModel()
            return
        self._clips = tuple(clips)
        if clips:
            self.dataChanged.emit(self.index(0, 0), self.index(len(clips) - 1, LICENCE))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._clips)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._heads)

    @logs_errors()
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._heads[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    @logs_errors()
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        clip, column = self._clips[index.row()], index.column()
        if role == Qt.ItemDataRole.EditRole:
            return clip.category.cat_id if column == CATEGORY else clip.title
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(clip, column, False)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip_text(self._text(clip, column, True))
        if role == Qt.ItemDataRole.ForegroundRole:
            palette = self._theme.palette
            if column == LICENCE and self._is_for_sale and not clip.source.may_be_sold:
                return QColor(palette.danger)
            return QColor(palette.secondary if column in (NAME, LICENCE) else palette.text)
        return None

    @logs_errors(Qt.ItemFlag.NoItemFlags)
    def flags(self, index: _Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() <= CATEGORY else flags

    @logs_errors(False)
    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        text = str(value).strip()
        if not text or text == self.data(index, Qt.ItemDataRole.EditRole):
            return False
        self.edited.emit(index.row(), index.column(), text)
        return True

    def _text(self, clip: PlannedClip, column: int, is_tip: bool) -> str:
        category = clip.category
        words = f"{category.category.title()}, {category.sub_category.title()}"
        texts = {
            TITLE: str(clip.source.path) if is_tip else clip.title,
            CATEGORY: words if is_tip else category.cat_id,
            NAME: str(clip.path) if is_tip else clip.path.name,
            LICENCE: clip.source.licence,
        }
        return texts[column]


class PackTable(QTableView):
    """Typing changes every selected row; Del removes them from the pack.

    Signal: removal_requested (list of row numbers).
    """

    removal_requested = Signal(object)

    def __init__(self, model: PackTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegateForColumn(CATEGORY, CategoryDelegate(self))
        self.setItemDelegateForColumn(LICENCE, LicenceDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # the numbers stand at the end
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        metrics = QFontMetrics(font())
        self.verticalHeader().setDefaultSectionSize(metrics.height() + ROW_MARGIN_PX)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column, characters in ((TITLE, 23), (CATEGORY, 13), (LICENCE, 16)):
            self.setColumnWidth(column, characters * metrics.averageCharWidth())

    def selected_rows(self) -> list[int]:
        return sorted(index.row() for index in self.selectionModel().selectedRows())

    @logs_errors()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removal_requested.emit(self.selected_rows())
        else:
            super().keyPressEvent(event)


class CategoryDelegate(QStyledItemDelegate):
    """Finds one of the 752 categories while words of it are typed."""

    @logs_errors()
    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: _Index
    ) -> QLineEdit:
        editor = QLineEdit(parent)
        editor.setObjectName("cell")
        rows = categories().values()
        words = [f"{row.cat_id}  {row.category} {row.sub_category}".title() for row in rows]
        labels = [f"{row.cat_id}{text[len(row.cat_id) :]}" for row, text in zip(rows, words)]
        completer = QCompleter(labels, editor)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        editor.setCompleter(completer)
        if (popup := completer.popup()) is not None:
            popup.setMinimumWidth(360)
        return editor

    @logs_errors()
    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: _Index) -> None:
        if isinstance(editor, QLineEdit):
            model.setData(index, editor.text().split(" ")[0])


class LicenceDelegate(QStyledItemDelegate):
    """Shows a licence from its beginning."""

    @logs_errors()
    def initStyleOption(self, option: QStyleOptionViewItem, index: _Index) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideRight


def changed_rows(
    sources: Sequence[PackSource], rows: Sequence[int], change: Callable[[PackSource], PackSource]
) -> tuple[PackSource, ...]:
    """The sources with some of them changed."""
    chosen = set(rows)
    return tuple(
        change(source) if number in chosen else source for number, source in enumerate(sources)
    )
