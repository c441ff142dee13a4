"""Help around the window: keyboard map, diagnostics, licences, the notice after a crash."""

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


class HelpActions(QObject):
    """Dialogs are opened, never waited for."""

    def __init__(self, window: MainWindow, services: Services) -> None:
        super().__init__(window)
        self._window = window
        self._services = services

    @Slot()
    def open_shortcuts(self) -> ShortcutsDialog:
        """Open the keyboard map; changes count once they are saved."""
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
        """Open the notice after a session that ended unexpectedly."""
        dialog = CrashDialog(self._diagnostics(), self._window)
        dialog.open()
        return dialog

    def copy_diagnostics(self) -> None:
        QGuiApplication.clipboard().setText(self._diagnostics())
        self._window.messages.show_notice(
            self.tr("The diagnostics are in the clipboard: paste them into your report.")
        )

    def _diagnostics(self) -> str:
        devices = self._window.settings_actions.device_names
        return collect_diagnostics(self._services.paths, self._services.store.settings, devices)

    @Slot(object)
    def _on_shortcuts_chosen(self, shortcuts: dict[str, str]) -> None:
        store = self._services.store
        store.change(store.settings.with_changes(shortcuts=shortcuts))
