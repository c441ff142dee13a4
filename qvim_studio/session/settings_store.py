"""Holds the current settings; changes, saves and announces them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from qvim_studio.core.errors import OutputError
from qvim_studio.core.program.settings import Settings, load_settings, save_settings


class SettingsStore(QObject):
    """The current settings.

    Signals: changed (Settings), failed (StudioError: they could not be saved).
    """

    changed = Signal(object)
    failed = Signal(object)

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._settings, self.notice = load_settings(path)

    @property
    def settings(self) -> Settings:
        return self._settings

    def change(self, settings: Settings) -> None:
        """Apply and save changes; they hold for the session even if saving fails."""
        if settings == self._settings:
            return
        self._settings = settings
        try:
            save_settings(settings, self._path)
        except OutputError as error:
            self.failed.emit(error)
        self.changed.emit(settings)
