"""Reports sounds that a full disk refused, plays them, and saves them again or elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from qvim_studio.audio.spectrogram import compute_spectrogram
from qvim_studio.core.errors import StudioError
from qvim_studio.core.result import Variation
from qvim_studio.jobs.background_tasks import BackgroundTasks
from qvim_studio.session.figures import count_text
from qvim_studio.session.unsaved_sounds import UnsavedSounds
from qvim_studio.ui.candidates.forming_strip import FormingStrip, WaitingSound
from qvim_studio.ui.window.message_bar import MessageBar


class UnsavedActions(QObject):
    """Connects unsaved sounds with the message bar and with the strip that plays sounds without a
    file."""

    def __init__(
        self,
        window: QWidget,
        unsaved: UnsavedSounds,
        messages: MessageBar,
        strip: FormingStrip,
        tasks: BackgroundTasks,
        choose: Callable[[Path], object],
    ) -> None:
        """choose: sets the folder in which sounds are written."""
        super().__init__(window)
        self._window = window
        self._unsaved = unsaved
        self._messages = messages
        self._strip = strip
        self._tasks = tasks
        self._choose = choose
        unsaved.refused.connect(self._on_refused)
        unsaved.changed.connect(self._on_changed)

    def choose_folder(self) -> QFileDialog:
        """Ask for another folder for these and all later sounds; if the user cancels, the sounds
        stay unsaved."""
        dialog = QFileDialog(self._window, self.tr("Save the sounds in"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._on_chosen)
        dialog.rejected.connect(self._unsaved.save)
        dialog.open()
        return dialog

    @Slot(str)
    def _on_chosen(self, folder: str) -> None:
        self._choose(Path(folder))

    @Slot(object)
    def _on_refused(self, error: StudioError) -> None:
        kept = count_text(
            self._unsaved.count,
            self.tr("The new sound is kept until you quit; listen to it below."),
            self.tr("The {0} new sounds are kept until you quit; listen to them below."),
        )
        self._messages.show_error(
            f"{error} {kept}",
            self.tr("Save again"),
            self._unsaved.save,
            (self.tr("Choose folder…"), self.choose_folder),
        )

    @Slot()
    def _on_changed(self) -> None:
        sounds = self._unsaved.sounds
        self._tasks.run(partial(_pictured, sounds), self._strip.show_waiting, self._on_no_pictures)

    def _on_no_pictures(self, error: StudioError) -> None:
        self._messages.show_error(str(error))


def _pictured(sounds: Sequence[tuple[str, Variation]]) -> list[WaitingSound]:
    return [
        (key, sound, compute_spectrogram(sound.clip.mono(), sound.clip.sample_rate).levels)
        for key, sound in sounds
    ]
