"""Makes the actions of one window from the table: shortcuts, menus and keys in tooltips."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from qvim_studio.ui.widgets.tips import set_tip_keys
from qvim_studio.ui.window.action_table import MENUS, Where, all_specs, spec_of, translated


class StudioActions:
    """The actions of one window."""

    def __init__(self, window: QWidget, handlers: Mapping[str, Callable[[], object]]) -> None:
        """handlers: one for every id; a missing one is a bug and raises KeyError."""
        self._actions: dict[str, QAction] = {}
        self._buttons: list[tuple[QWidget, str]] = []
        for spec in all_specs():
            action = QAction(translated(spec.text), window)
            action.setAutoRepeat(False)
            if spec.where is not Where.WINDOW:  # only shown in the menu; the widget handles them
                action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.setShortcutVisibleInContextMenu(True)
            action.triggered.connect(_without_checked(handlers[spec.id]))
            window.addAction(action)
            self._actions[spec.id] = action
        self.set_shortcuts({})

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def set_shortcuts(self, changed: Mapping[str, str]) -> None:
        """Set all keys. changed: the user's own key sequences, by action id."""
        for spec in all_specs():
            sequences = [QKeySequence(keys) for keys in spec.sequences(changed)]
            self._actions[spec.id].setShortcuts(sequences)
        for button, action_id in self._buttons:
            set_tip_keys(button, self.keys_of(action_id))

    def keys_of(self, action_id: str) -> str:
        """The keys of an action in the desktop's notation."""
        return self._actions[action_id].shortcut().toString(QKeySequence.SequenceFormat.NativeText)

    def name_keys(self, button: QWidget, action_id: str) -> None:
        """Name the keys of an action in the tooltip of a button with the same effect."""
        self._buttons.append((button, action_id))
        set_tip_keys(button, self.keys_of(action_id))

    def fill(self, bar: QMenuBar, is_possible: Callable[[str], bool]) -> None:
        """Fill the menu bar. is_possible: name of a rule → whether it holds, called when a menu
        opens."""
        for title, specs in MENUS:
            menu = bar.addMenu(translated(title))
            self.fill_menu(menu, tuple(spec.id for spec in specs), is_possible)

    def fill_menu(
        self, menu: QMenu, action_ids: tuple[str, ...], is_possible: Callable[[str], bool]
    ) -> None:
        """Add actions to a menu, "" for a separator. Actions are disabled only while the menu is
        open, so that the key of an impossible action can show a message."""
        for action_id in action_ids:
            if action_id:
                menu.addAction(self[action_id])
            else:
                menu.addSeparator()
        ruled = [spec_of(action_id) for action_id in action_ids if action_id]

        before: dict[str, bool] = {}

        def on_opened() -> None:
            for spec in ruled:
                before[spec.id] = self[spec.id].isEnabled()
                self[spec.id].setEnabled(not spec.needs or is_possible(spec.needs))

        def on_closed() -> None:
            for spec in ruled:
                self[spec.id].setEnabled(before[spec.id])

        menu.aboutToShow.connect(on_opened)
        menu.aboutToHide.connect(on_closed)


def _without_checked(handler: Callable[[], object]) -> Callable[[bool], None]:
    def on_triggered(_checked: bool = False) -> None:
        handler()

    return on_triggered
