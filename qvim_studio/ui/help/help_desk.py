"""Help around the window: the keyboard map, diagnostics, licences, a word after a crash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication

from qvim_studio.session.services import Services
from qvim_studio.ui.help.diagnostics import collect_diagnostics
from qvim_studio.ui.help.guide_dialog import GuideDialog
from qvim_studio.ui.help.help_dialogs import AboutDialog, CrashDialog
from qvim_studio.ui.settings.shortcuts_dialog import ShortcutsDialog

if TYPE_CHECKING:
    from qvim_studio.ui.window.main_window import MainWindow


class HelpDesk(QObject):
    """Dialogs are opened, never waited for."""

    def __init__(self, window: MainWindow, services: Services) -> None:
        super().__init__(window)
        self._window = window
        self._services = services

    @Slot()
    def open_shortcuts(self) -> ShortcutsDialog:
        """The keyboard map; what is changed counts when it is saved."""
        dialog = ShortcutsDialog(self._services.store.settings.shortcuts, self._window)
        dialog.chosen.connect(self._on_shortcuts_chosen)
        dialog.open()
        return dialog

    @Slot()
    def open_guide(self) -> GuideDialog:
        dialog = GuideDialog(self._window)
        dialog.open()
        return dialog

    def open_about(self) -> AboutDialog:
        dialog = AboutDialog(self._window)
        dialog.open()
        return dialog

    def open_crash(self) -> CrashDialog:
        """For the start after a session that did not end by itself."""
        dialog = CrashDialog(self._diagnostics(), self._window)
        dialog.open()
        return dialog

    def copy_diagnostics(self) -> None:
        QGuiApplication.clipboard().setText(self._diagnostics())
        self._window.messages.show_notice(
            self.tr("The diagnostics are in the clipboard: paste them into your report.")
        )

    def _diagnostics(self) -> str:
        return collect_diagnostics(
            self._services.paths, self._services.store.settings, self._window.device_names
        )

    @Slot(object)
    def _on_shortcuts_chosen(self, shortcuts: dict[str, str]) -> None:
        store = self._services.store
        store.change(store.settings.with_changes(shortcuts=shortcuts))
