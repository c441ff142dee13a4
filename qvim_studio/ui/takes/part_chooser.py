"""Opens recordings that are too long as a whole; the user chooses a part, which is remembered."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QWidget

from qvim_studio.audio.files.long_files import Overview, read_overview, save_part
from qvim_studio.audio.following.take_wave import COLUMN_S
from qvim_studio.core.errors import StudioError
from qvim_studio.core.text.file_names import readable_name
from qvim_studio.jobs.listening.sound_picture import picture_of_peaks
from qvim_studio.session.controller import StudioController
from qvim_studio.session.services import Services
from qvim_studio.ui.takes.part_dialog import PartDialog
from qvim_studio.ui.widgets.theme import StudioTheme
from qvim_studio.ui.window.message_bar import MessageBar


class PartChooser(QObject):
    """Connects the dialog with messages and controller; the window is the dialog's parent."""

    def __init__(
        self,
        window: QWidget,
        theme: StudioTheme,
        messages: MessageBar,
        controller: StudioController,
        services: Services,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._theme = theme
        self._messages = messages
        self._controller = controller
        self._services = services
        controller.takes.part_wanted.connect(self.open)

    @Slot(object)
    def open(self, path: Path) -> None:
        """Scan the file, then ask for a part."""
        self._messages.show_notice(self.tr("Reading {0}…").format(path.name))
        self._services.tasks.run(partial(read_overview, path), self._ask, self._on_failed)

    @Slot()
    def choose_of_take(self) -> None:
        """Ask for a part of the current take, which is already loaded."""
        imitation = self._controller.imitation
        if imitation is not None:
            part = imitation.begin_s, imitation.end_s
            name = readable_name(imitation.name)
            dialog = PartDialog(self._theme, name, imitation.picture, part, self._window)
            dialog.part_chosen.connect(self._controller.takes.set_part)
            self._show(dialog)

    def _ask(self, overview: Overview) -> None:
        self._messages.clear_notice()
        picture = picture_of_peaks(overview.peaks, COLUMN_S, overview.duration_s)
        part = self._remembered(overview)
        dialog = PartDialog(self._theme, overview.path.name, picture, part, self._window)
        dialog.setProperty("path", str(overview.path))
        dialog.part_chosen.connect(partial(self._use, overview.path))
        self._show(dialog)

    def _show(self, dialog: PartDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _use(self, path: Path, begin_s: float, end_s: float) -> None:
        self._services.window_state.setValue(_key(path), f"{begin_s} {end_s}")
        takes = self._controller.takes
        number = takes.expect()

        def on_saved(part: Path) -> None:
            if takes.is_awaited(number):
                takes.open_file(part, number)

        def on_failed(error: StudioError) -> None:
            takes.give_up(number)
            self._on_failed(error)

        folder = self._services.paths.takes_folder
        save = partial(save_part, path, begin_s, end_s, folder)
        self._services.tasks.run(save, on_saved, on_failed)

    def _remembered(self, overview: Overview) -> tuple[float, float] | None:
        """The part that was last chosen of this file, if the file still contains it."""
        stored = str(self._services.window_state.value(_key(overview.path)) or "")
        try:
            begin_s, end_s = (float(value) for value in stored.split())
        except ValueError:
            return None
        return (begin_s, end_s) if 0 <= begin_s < end_s <= overview.duration_s else None

    def _on_failed(self, error: StudioError) -> None:
        self._messages.show_error(str(error))


def _key(path: Path) -> str:
    return f"parts/{hashlib.sha256(str(path).encode(errors='surrogateescape')).hexdigest()[:16]}"
