"""Opens dropped, pasted and chosen files: sounds become takes, folders are offered to the library,
other files are named in a message."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from qvim_studio.core.text.audio_formats import SOUND_SUFFIXES, VIDEO_SUFFIXES
from qvim_studio.session.controller import StudioController
from qvim_studio.session.figures import count_text
from qvim_studio.ui.window.dropping import local_files
from qvim_studio.ui.window.message_bar import MessageBar

KNOWN_SUFFIXES = SOUND_SUFFIXES | VIDEO_SUFFIXES


class FileOpener(QObject):
    """Signal: opened (Path: a single file, whose recipe may be restored)."""

    opened = Signal(object)

    def __init__(self, controller: StudioController, messages: MessageBar, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._controller = controller
        self._messages = messages

    def open(self, data: QMimeData | None, if_nothing: str) -> None:
        """Open files. if_nothing: the message where there is nothing to open."""
        paths = local_files(data)
        if not paths:
            is_elsewhere = data is not None and bool(data.urls())
            elsewhere = self.tr(
                "Only files on this computer can be opened. Save the sound, then drop its file."
            )
            self._messages.show_notice(elsewhere if is_elsewhere else if_nothing)
        else:
            self._open(paths)

    @Slot()
    def choose(self, checked: bool = False) -> None:
        """Ask for files to use as imitations."""
        dialog = QFileDialog(self._window, self.tr("Open imitations"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        known = " ".join(f"*{suffix}" for suffix in sorted(KNOWN_SUFFIXES))
        dialog.setNameFilters(
            [self.tr("Sounds and videos ({0})").format(known), self.tr("All files (*)")]
        )
        dialog.filesSelected.connect(self._on_chosen)
        dialog.open()

    @Slot(list)
    def _on_chosen(self, places: list[str]) -> None:
        self._open([Path(place) for place in places])

    def _open(self, paths: list[Path]) -> None:
        if len(paths) == 1 and not paths[0].is_dir():
            self.opened.emit(paths[0])
            return
        folders = [path for path in paths if path.is_dir()]
        sounds = [
            path for path in paths if path.suffix.lower() in KNOWN_SUFFIXES and path.is_file()
        ]
        others = [path for path in paths if path not in folders and path not in sounds]
        sentences: list[str] = []
        if sounds:
            self._controller.takes.open_files(sounds)
            sentences.append(
                count_text(
                    len(sounds),
                    self.tr("One sound was added as a take."),
                    self.tr("{0} sounds were added as takes: PgUp and PgDown move between them."),
                )
            )
        if others:
            one = self.tr("{0} is not a sound file and was skipped.")
            many = self.tr("{0} and {1} more are not sound files and were skipped.")
            text = one if len(others) == 1 else many
            sentences.append(text.format(others[0].name, len(others) - 1))
        if not folders:
            self._messages.show_notice(" ".join(sentences))
            return
        one = self.tr("{0} is a folder. Your voice can find its sounds.")
        many = self.tr("{0} and {1} more are folders. Your voice can find their sounds.")
        text = one if len(folders) == 1 else many
        sentences.append(text.format(folders[0].name, len(folders) - 1))
        self._messages.offer(
            " ".join(sentences), self.tr("Add to My sounds"), lambda: self._add_folders(folders)
        )

    def _add_folders(self, folders: list[Path]) -> None:
        for folder in folders:
            self._controller.sounds.add_folder(folder)
