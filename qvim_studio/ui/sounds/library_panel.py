"""The right side of the window: the history, the user's own sounds, and their details."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QMenu,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.session.figures import count_text
from qvim_studio.session.history_controller import HistoryController
from qvim_studio.session.sounds_controller import SoundsController
from qvim_studio.ui.sounds.history_panel import HistoryPanel
from qvim_studio.ui.sounds.sounds_panel import SoundsPanel
from qvim_studio.ui.widgets.card import Card
from qvim_studio.ui.widgets.icons import icon
from qvim_studio.ui.widgets.question import ask
from qvim_studio.ui.widgets.terse_button import TerseButton
from qvim_studio.ui.widgets.theme import StudioTheme
from qvim_studio.ui.widgets.tips import set_tip


class LibraryPanel(Card):
    """Signals: folder_requested (nothing: show the output folder), move_requested (Path: the new
    folder of all clips)."""

    folder_requested = Signal()
    move_requested = Signal(object)

    def __init__(
        self,
        theme: StudioTheme,
        controller: HistoryController,
        sounds: SoundsController,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", parent)
        self._theme = theme
        self._controller = controller
        self._tabs = QButtonGroup(self)
        self._names = (self.tr("History"), self.tr("My sounds"))
        for number, name in enumerate(self._names):
            tab = TerseButton(name, self, terse=name)
            tab.setObjectName("tab")
            tab.setCheckable(True)
            tab.setChecked(number == 0)
            tab.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._tabs.addButton(tab, number)
            self.head.addWidget(tab)
        self.head.addStretch(1)
        self._folder = self._button(
            self.tr("Open the output folder"), self.tr("Open the folder with all results")
        )
        self._more = self._button(self.tr("More about the library"), self.tr("More"))
        self._pages = QStackedWidget(self)
        self.history = HistoryPanel(theme, controller, self._pages)
        self.sounds = SoundsPanel(theme, sounds, controller, self._pages)
        self._pages.addWidget(self.history)
        self._pages.addWidget(self.sounds)
        self.head.addWidget(self._folder)
        self.head.addWidget(self._more)
        self.body.addLayout(self.head)
        self.body.setContentsMargins(16, 8, 8, 16)
        self.body.addWidget(self._pages, 1)
        self._tabs.idClicked.connect(self._pages.setCurrentIndex)
        self.history.count_changed.connect(self._on_history_counted)
        self.sounds.count_changed.connect(self._on_sounds_counted)
        self.sounds.results_shown.connect(self.show_sounds)
        self.history.similar_requested.connect(sounds.find_similar)
        self._folder.clicked.connect(self._on_folder)
        self._more.clicked.connect(self.show_menu)
        theme.changed.connect(self._dress)
        self._dress()

    def _button(self, name: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setAccessibleName(name)
        set_tip(button, tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    @Slot()
    def show_sounds(self) -> None:
        """Bring the user's own sounds to the front."""
        self._show_page(1)

    @Slot()
    def show_history(self) -> None:
        """Bring the history to the front, with the keyboard in its search."""
        self._show_page(0)
        self.history.focus_search()

    @Slot(object)
    def edit_name(self, entry: ClipEntry) -> None:
        """Let the user rename a clip of any list."""
        self._show_entry(entry)
        self.history.details.edit_name(self._asking_list())

    @Slot(object)
    def edit_tags(self, entry: ClipEntry) -> None:
        """Let the user edit the tags of a clip of any list."""
        self._show_entry(entry)
        self.history.details.edit_tags(self._asking_list())

    def _asking_list(self) -> QWidget | None:
        """The list that gets the keyboard back after editing."""
        asking = self.sender()
        return asking if isinstance(asking, QWidget) else None

    def _show_entry(self, entry: ClipEntry) -> None:
        self._show_page(0)
        self.history.select_entry(entry)

    def _show_page(self, number: int) -> None:
        self._tabs.button(number).setChecked(True)
        self._pages.setCurrentIndex(number)

    @Slot(object)
    def _on_history_counted(self, count: str) -> None:
        self._tabs.button(0).setText(f"{self._names[0]}  {count}".rstrip())

    @Slot(object)
    def _on_sounds_counted(self, count: str) -> None:
        self._tabs.button(1).setText(f"{self._names[1]}  {count}".rstrip())

    @Slot()
    def show_menu(self, checked: bool = False) -> None:
        menu = self.make_menu()
        menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def make_menu(self) -> QMenu:
        """A menu of actions on the whole library."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.history.add_actions(menu)
        empty = menu.addAction(self.tr("Empty the trash…"), self._ask_to_empty)
        empty.setEnabled(bool(self._controller.trashed()))
        menu.addSeparator()
        menu.addAction(self.tr("Move all clips to another folder…"), self._choose_target)
        for place in self._controller.lost_folders():
            action = menu.addAction(self.tr("Find the lost folder {0}…").format(place.name))
            action.setProperty("place", str(place))
            action.triggered.connect(self._choose_lost)
        return menu

    @Slot()
    def _ask_to_empty(self) -> None:
        count = len(self._controller.trashed())
        text = count_text(
            count,
            self.tr("Delete one sound and its file now? This cannot be undone."),
            self.tr("Delete {0} sounds and their files now? This cannot be undone."),
        )
        ask(self, self.tr("Empty the trash"), text, self.tr("Delete"), self._empty)

    def _empty(self) -> None:
        self._controller.empty_trash()
        self.history.show_history()

    @Slot()
    def _choose_target(self) -> None:
        self._choose(self.tr("Where should all clips lie?")).fileSelected.connect(self._on_target)

    @Slot(str)
    def _on_target(self, place: str) -> None:
        self.move_requested.emit(Path(place))

    @Slot()
    def _choose_lost(self) -> None:
        self._lost = Path(self.sender().property("place"))
        title = self.tr("Where is the folder {0} now?").format(self._lost)
        self._choose(title).fileSelected.connect(self._on_found)

    _lost: Path | None = None

    @Slot(str)
    def _on_found(self, place: str) -> None:
        if self._lost is not None:
            self._controller.relink(self._lost, Path(place))

    def _choose(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.open()
        return dialog

    @Slot()
    def _dress(self) -> None:
        self._folder.setIcon(icon("folder", self._theme.palette.secondary))
        self._more.setIcon(icon("more", self._theme.palette.secondary))

    @Slot(bool)
    def _on_folder(self, checked: bool = False) -> None:
        self.folder_requested.emit()
