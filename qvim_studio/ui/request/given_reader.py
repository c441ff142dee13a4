"""Reads the sounds given to the next request, from lists, files and recipes."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Slot

from qvim_studio.audio.files.given_sound import GivenSound, SoundUse, read_given
from qvim_studio.core.errors import StudioError
from qvim_studio.core.request import GenerationRequest, clip_hash
from qvim_studio.core.text.file_names import is_file
from qvim_studio.jobs.background_tasks import BackgroundTasks
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.session.controller import StudioController
from qvim_studio.session.sentences import own_words
from qvim_studio.ui.request.given_sounds import AwaitedSound, GivenSounds
from qvim_studio.ui.window.message_bar import MessageBar


class GivenSoundReader(QObject):
    """Connects the line of given sounds with the controller."""

    def __init__(
        self,
        line: GivenSounds,
        messages: MessageBar,
        controller: StudioController,
        tasks: BackgroundTasks,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._line = line
        self._messages = messages
        self._used_sounds = controller.used_sounds
        self._tasks = tasks
        line.wanted.connect(self._read)
        controller.reopening.chosen.connect(self._on_recipe_chosen)

    @Slot(object, object)
    def use(self, entry: ClipEntry, use: SoundUse) -> None:
        """Give a sound of a list to the next request."""
        self._messages.clear_notice()
        self._line.ask_for(use, entry.path, entry.title)

    @Slot(object, object)
    def _read(self, use: SoundUse, awaited: AwaitedSound) -> None:
        def read() -> GivenSound:
            sound = read_given(awaited.path, awaited.name)
            self._used_sounds.remember(sound)
            return sound

        self._tasks.run(
            read, partial(self._on_read, use, awaited), partial(self._on_failed, use, awaited)
        )

    def _on_read(self, use: SoundUse, awaited: AwaitedSound, sound: GivenSound) -> None:
        if self._line.is_awaited(use, awaited):
            self._line.give(use, sound)
            if sound.notes:
                self._messages.show_notice("\n".join(map(own_words, sound.notes)))

    def _on_failed(self, use: SoundUse, awaited: AwaitedSound, error: StudioError) -> None:
        if not self._line.is_awaited(use, awaited):
            return
        self._line.give_up(use)
        if is_file(awaited.path):
            self._messages.show_error(str(error))
            return
        starts = self.tr(
            "“{0}”, which the sounds started from, is no longer in {1}: choose it again, "
            "or choose another sound."
        )
        sounds = self.tr(
            "“{0}”, which the sounds should resemble, is no longer in {1}: choose it "
            "again, or choose another sound."
        )
        text = starts if use is SoundUse.START else sounds
        name = awaited.name or awaited.path.stem
        self._messages.show_notice(text.format(name, awaited.path.parent))

    @Slot(object)
    def _on_recipe_chosen(self, request: GenerationRequest) -> None:
        """A recipe without given sounds removes those in use."""
        for use in SoundUse:
            clip = getattr(request, use.value)
            place = None if clip is None else self._used_sounds.place(clip_hash(clip))
            if clip is None or place is None:
                self._line.give(use, None)
            else:
                self._line.give(use, GivenSound(getattr(request, f"{use.value}_name"), place, clip))
