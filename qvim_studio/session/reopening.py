"""Opens files from outside; a clip made by the studio restores its request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from qvim_studio.audio.files.given_sound import GivenSound, SoundUse
from qvim_studio.core.errors import StudioError, UsageError
from qvim_studio.core.request import clip_hash
from qvim_studio.export.files.recipe import read_recipe
from qvim_studio.jobs.engine.imitation import Imitation, read_imitation
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.library.library import Library
from qvim_studio.library.recipes import Recipe, parse_recipe, request_from
from qvim_studio.session.history_controller import HistoryController
from qvim_studio.session.services import Services
from qvim_studio.session.take_controller import TakeController
from qvim_studio.session.used_sounds import UsedSounds

Given = tuple[dict[SoundUse, GivenSound], tuple[str, ...]]  # and the names of those that are gone
NOTHING_GIVEN: Given = ({}, ())
SHOWN_REVISION = 8  # characters: enough of a commit to tell two apart


class Reopening(QObject):
    """Opens sounds from outside and recipes; knows no widgets.

    Signals: chosen (GenerationRequest that makes a clip again), opened (Path of a clip of ours that
    came from outside, str: what became of it), failed (StudioError), noticed (str).
    """

    chosen = Signal(object)
    opened = Signal(object, str)
    failed = Signal(object)
    noticed = Signal(object)

    def __init__(
        self,
        services: Services,
        takes: TakeController,
        history: HistoryController,
        used_sounds: UsedSounds,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._takes = takes
        self._history = history
        self._used_sounds = used_sounds
        self.revisions: Mapping[str, str] = {}  # of installed checkpoints, by id

    def open_sound(self, path: Path) -> None:
        """Restore the recipe of a clip made by the studio; use any other file as the imitation."""
        number = self._takes.expect()

        def on_read(recipe: Recipe | None) -> None:
            if recipe is None or not recipe.is_whole:
                self._takes.open_file(path, number)
            else:
                self._reopen(path, recipe)
                self._takes.give_up(number)  # unless the recipe's take is on its way instead

        self._services.tasks.run(
            partial(_read_inside, path, self._services.library), on_read,
            lambda error: self._takes.open_file(path, number),
        )  # fmt: skip

    def _reopen(self, path: Path, recipe: Recipe) -> None:
        needs_take = recipe.request.get("imitation_sha256") is not None
        if not needs_take or (recipe.imitation_path and Path(recipe.imitation_path).is_file()):
            self._use_recipe(recipe)
            text = self.tr("Restored the recipe of {0}: its words, settings and seed.")
            if needs_take:
                text = self.tr("Restored the recipe of {0}: its take, words, settings and seed.")
        elif recipe.request.get("text"):
            self._choose_words(recipe)
            text = self.tr(
                "{0} was made from a take that is not on this computer. Its words, "
                "settings and seed were restored; open or record the take."
            )
        else:
            text = self.tr(
                "{0} was made from a take that is not on this computer. Open or record the "
                "take, then open this file again."
            )
        self.opened.emit(path, text.format(path.name))

    def _choose_words(self, recipe: Recipe) -> None:
        """Restore everything in a recipe that needs no imitation."""
        without = {"start": None, "imitation_sha256": None, "timbre_sha256": None}
        words = replace(recipe, request={**recipe.request, **without})

        if not _names_sounds(words):
            self._choose_recipe(words, None, NOTHING_GIVEN, keeps_take=True)
            return

        def on_read(given: Given) -> None:
            self._choose_recipe(words, None, given, keeps_take=True)

        read = partial(self._used_sounds.find, words.request)
        self._services.tasks.run(read, on_read, self.failed.emit)

    def use_recipe(self, entry: ClipEntry) -> None:
        """Restore the request of a clip: its imitation, its words, its settings."""
        recipe = self._history.recipe(entry)
        if recipe is None:
            return
        path = Path(recipe.imitation_path)
        needs_take = recipe.request.get("imitation_sha256") is not None
        if needs_take and (not recipe.imitation_path or not path.is_file()):
            self.failed.emit(
                UsageError(
                    f"The imitation of “{entry.title}” is not there any more "
                    f"({recipe.imitation_path or 'it was made by the command line'}). "
                    "Open or record it again, then generate."
                )
            )
            return
        self._use_recipe(recipe)

    def _use_recipe(self, recipe: Recipe) -> None:
        """Restore a recipe with its imitation, which is there if it needs one."""
        wanted = recipe.request.get("imitation_sha256")
        if wanted is None and not _names_sounds(recipe):
            self._choose_recipe(recipe, None, NOTHING_GIVEN)
            return
        path = Path(recipe.imitation_path)
        trim_db = self._services.store.settings.trim_threshold_db
        number = self._takes.expect()

        def read() -> tuple[Imitation | None, Given]:
            given = self._used_sounds.find(recipe.request)
            return None if wanted is None else _read_as_it_was(path, wanted, trim_db), given

        def on_read(found: tuple[Imitation | None, Given]) -> None:
            if self._takes.is_awaited(number):
                self._choose_recipe(recipe, *found)
                self._takes.give_up(number)

        def on_failed(error: StudioError) -> None:
            self._takes.give_up(number)
            self.failed.emit(error)

        self._services.tasks.run(read, on_read, on_failed)

    def _choose_recipe(
        self,
        recipe: Recipe,
        imitation: Imitation | None,
        given: Given,
        keeps_take: bool = False,
    ) -> None:
        clip = None if imitation is None else imitation.clip
        sounds, gone = given
        clips = {use.value: sound.clip for use, sound in sounds.items()}
        try:
            request = request_from(recipe, clip, **clips)
        except StudioError as error:
            self.failed.emit(error)
            return
        if not keeps_take:
            self._takes.use(imitation)
        self.chosen.emit(request)
        notices: list[str] = []
        if clip is not None and clip_hash(clip) != recipe.request["imitation_sha256"]:
            notices.append(
                self.tr("The take is now trimmed differently, so the sounds will differ slightly.")
            )
        if gone:
            notices.append(self._gone_text(gone))
        notices += self._revision_notices(recipe.provenance)
        if notices:
            self.noticed.emit(" ".join(notices))

    def _revision_notices(self, made_by: Mapping[str, str]) -> list[str]:
        """One sentence if another revision of the checkpoint made the sound. made_by: its
        provenance."""
        then, now = made_by.get("revision"), self.revisions.get(made_by.get("checkpoint", ""))
        if not then or not now or then == now:
            return []
        text = self.tr(
            "Revision {1} of {0} made this sound, and revision {2} is installed: the sounds will "
            "differ."
        )
        shown = [name[:SHOWN_REVISION] for name in (then, now)]
        return [text.format(made_by.get("checkpoint_title", ""), *shown)]

    def _gone_text(self, names: Sequence[str]) -> str:
        """The sentence that sounds are gone. names: of one or two sounds; "" if only the hash is
        known."""
        quoted = [self.tr("“{0}”").format(name) if name else self.tr("a sound") for name in names]
        if len(quoted) == 1:
            return self.tr(
                "What was used besides the take, {0}, is not at the same place any more: choose it "
                "again, or another sound."
            ).format(*quoted)
        return self.tr(
            "The sounds that were used besides the take, {0} and {1}, are not at the same place "
            "any more: choose them again, or other sounds."
        ).format(*quoted)


def _names_sounds(recipe: Recipe) -> bool:
    return any(recipe.request.get(f"{use.value}_sha256") for use in SoundUse)


def _read_inside(path: Path, library: Library) -> Recipe | None:
    """The recipe that a file holds, with the place of its imitation where the library knows it."""
    stored = read_recipe(path)
    recipe = None if stored is None else parse_recipe(stored, path)
    wanted = None if recipe is None else recipe.request.get("imitation_sha256")
    if recipe is None or wanted is None:
        return recipe
    return replace(recipe, imitation_path=library.sounds.imitation_path(wanted))


def _read_as_it_was(path: Path, wanted_hash: str, trim_db: float) -> Imitation:
    """The take with its trim on or off, whichever has the wanted hash."""
    trimmed = read_imitation(path, trim_db)
    whole = trimmed.trimmed(None)
    return whole if clip_hash(whole.clip) == wanted_hash else trimmed
