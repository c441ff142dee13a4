"""The menus of the two waveforms: the take, and the chosen sound."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Slot
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu

from qvim_studio.session.figures import filled
from qvim_studio.ui.sounds.clip_drag import mime_data
from qvim_studio.ui.waves.waveform_view import WaveformView
from qvim_studio.ui.widgets.reveal import reveal_in_folder
from qvim_studio.ui.window.action_table import RESULT_MENU, TAKE_MENU
from qvim_studio.ui.window.window_keys import WindowKeys

if TYPE_CHECKING:
    from qvim_studio.ui.window.main_window import MainWindow


class WaveMenus(QObject):
    """Actions of the table with their keys, and actions that only a waveform offers."""

    def __init__(self, window: MainWindow, keys: WindowKeys) -> None:
        super().__init__(window)
        self._window = window
        self._keys = keys
        window.imitation.wave.menu_requested.connect(self._show_take_menu)
        window.imitation.result.menu_requested.connect(self._show_result_menu)

    def make_take_menu(self) -> QMenu:
        """The menu of the imitation."""
        window, imitation = self._window, self._window.controller.imitation
        menu = self._menu(TAKE_MENU, window.imitation.wave, window.take_actions.play_imitation)
        if imitation is not None:
            self._add_file(menu, imitation.path, self.tr("Copy file"))
        return menu

    def make_result_menu(self) -> QMenu:
        """The menu of the chosen sound."""
        entry = self._window.controller.viewer.entry
        menu = self._menu(RESULT_MENU, self._window.imitation.result, self._play_result)
        self._add_parts(menu)
        part = self._window.regions.file
        if part is not None:
            menu.addAction(self.tr("Copy the selected part"), partial(_copy, part))
        if entry is not None:
            self._add_file(menu, entry.path, self.tr("Copy the whole file"))
        menu.addAction(self.tr("Drag a selected part into your DAW")).setEnabled(False)
        return menu

    def _menu(
        self, action_ids: tuple[str, ...], view: WaveformView, play: Callable[[], None]
    ) -> QMenu:
        menu = self._keys.make_menu(action_ids)
        first = menu.actions()[0]
        for text, do in ((self.tr("Play or stop"), play), (self.tr("Select all"), view.select_all)):
            action = QAction(text, menu)
            action.triggered.connect(do)
            menu.insertAction(first, action)
        menu.addSeparator()
        return menu

    def _add_parts(self, menu: QMenu) -> None:
        """Add an entry for each of several selected parts, which deselects it."""
        view = self._window.imitation.result
        if len(view.parts) > 1:
            for begin_s, end_s in view.parts:
                text = filled(self.tr("Leave out {0:.2f} to {1:.2f} s"), begin_s, end_s)
                menu.addAction(text, partial(view.drop_part, (begin_s, end_s)))

    def _add_file(self, menu: QMenu, path: Path, copy: str) -> None:
        menu.addAction(copy, partial(_copy, path))
        menu.addAction(self.tr("Show in folder"), partial(reveal_in_folder, path))

    @Slot()
    def _play_result(self) -> None:
        entry = self._window.controller.viewer.entry
        if entry is not None:
            self._window.controller.toggle_clip(entry)

    @Slot(QPoint)
    def _show_take_menu(self, at: QPoint) -> None:
        self.make_take_menu().popup(at)

    @Slot(QPoint)
    def _show_result_menu(self, at: QPoint) -> None:
        self.make_result_menu().popup(at)


def _copy(path: Path) -> None:
    QGuiApplication.clipboard().setMimeData(mime_data([path]))
