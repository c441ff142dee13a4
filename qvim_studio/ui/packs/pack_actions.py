"""Opens the sample pack dialog for the chosen sounds of the history, and remembers its fields."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.session.services import Services
from qvim_studio.ui.packs.pack_dialog import PackDialog
from qvim_studio.ui.widgets.reveal import reveal_in_folder
from qvim_studio.ui.widgets.theme import StudioTheme

if TYPE_CHECKING:
    from qvim_studio.ui.window.main_window import MainWindow


class PackActions(QObject):
    """The dialog is opened, never waited for; there is one at a time."""

    def __init__(self, window: MainWindow, services: Services, theme: StudioTheme) -> None:
        super().__init__(window)
        self._window = window
        self._services = services
        self._theme = theme
        self._dialog: PackDialog | None = None
        window.history.view.pack_requested.connect(self.open_pack)

    @Slot()
    def open_pack(self) -> PackDialog | None:
        """Offer the selected sounds first, then all shown ones, then the starred ones."""
        if self._dialog is not None:
            self._dialog.raise_()
            return self._dialog
        choices = self._choices()
        if not choices:
            self._window.messages.show_notice(
                self.tr("The history shows no sound to export. Generate some, or clear the search.")
            )
            return None
        dialog = PackDialog(
            self._theme,
            self._services.tasks,
            self._services.exporter,
            self._services.listening,
            choices,
            self._services.store.settings.pack,
            self._default_folder(),
            self._window,
        )
        dialog.remembered.connect(self._on_remembered)
        dialog.reveal_requested.connect(self._on_reveal)
        dialog.finished.connect(self._on_closed)
        self._dialog = dialog
        dialog.open()
        return dialog

    def _choices(self) -> dict[str, Sequence[ClipEntry]]:
        history = self._window.history
        shown = history.model.entries
        choices = {
            self.tr("Selected sounds"): history.view.selected_entries(),
            self.tr("All sounds shown"): shown,
            self.tr("Starred sounds shown"): [entry for entry in shown if entry.is_starred],
        }
        return {name: entries for name, entries in choices.items() if entries}

    def _default_folder(self) -> Path:
        """A folder beside the clips: among them, the history would list a pack's sounds as its
        own."""
        clips = self._window.controller.output_folder
        return clips.with_name(f"{clips.name} Packs")

    @Slot(object)
    def _on_remembered(self, values: dict[str, str]) -> None:
        store = self._services.store
        store.change(store.settings.with_changes(pack=values))

    @Slot(object)
    def _on_reveal(self, folder: Path) -> None:
        reveal_in_folder(folder)

    @Slot(int)
    def _on_closed(self, result: int) -> None:
        self._dialog = None
