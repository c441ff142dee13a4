"""Opens files from outside: a clip of ours brings back what it was asked with."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from qvim_studio.core.errors import StudioError, UsageError
from qvim_studio.core.request import GenerationRequest, clip_hash
from qvim_studio.export.files.recipe import read_recipe
from qvim_studio.jobs.engine.imitation import Imitation, read_imitation
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.library.library import Library
from qvim_studio.library.recipes import Recipe, parse_recipe, request_from
from qvim_studio.session.history_controller import HistoryController
from qvim_studio.session.services import Services
from qvim_studio.session.take_controller import TakeController


class Reopening(QObject):
    """Knows no widgets.

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
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._takes = takes
        self._history = history

    def open_sound(self, path: Path) -> None:
        """A clip of ours brings back its recipe; any other audio file becomes the imitation."""
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
            text = self.tr("The recipe of {0} is back: its words, settings and seed.")
            if needs_take:
                text = self.tr("The recipe of {0} is back: its take, words, settings and seed.")
        elif recipe.request.get("text"):
            self._choose_words(recipe)
            text = self.tr(
                "{0} was made from a take that is not on this computer. Its words, settings and "
                "seed are back; open or record the take."
            )
        else:
            text = self.tr(
                "{0} was made from a take that is not on this computer. Open or record that one, "
                "then open this file again."
            )
        self.opened.emit(path, text.format(path.name))

    def _choose_words(self, recipe: Recipe) -> None:
        """All of a recipe that needs no imitation."""
        try:
            changed = {**recipe.request, "start": None, "seed": recipe.seed}
            self.chosen.emit(GenerationRequest.from_recipe(changed, None))
        except StudioError as error:
            self.failed.emit(error)

    def use_recipe(self, entry: ClipEntry) -> None:
        """Bring back what a clip was asked with: its imitation, its words, its settings."""
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
        """With its imitation, which is there if it needs one."""
        wanted = recipe.request.get("imitation_sha256")
        if wanted is None:
            self._choose_recipe(recipe, None)
            return
        path = Path(recipe.imitation_path)
        trim_db = self._services.store.settings.trim_threshold_db
        number = self._takes.expect()

        def on_read(imitation: Imitation) -> None:
            if self._takes.is_awaited(number):
                self._choose_recipe(recipe, imitation)
                self._takes.give_up(number)

        def on_failed(error: StudioError) -> None:
            self._takes.give_up(number)
            self.failed.emit(error)

        read = partial(_read_as_it_was, path, wanted, trim_db)
        self._services.tasks.run(read, on_read, on_failed)

    def _choose_recipe(self, recipe: Recipe, imitation: Imitation | None) -> None:
        clip = None if imitation is None else imitation.clip
        try:
            request = request_from(recipe, clip)
        except StudioError as error:
            self.failed.emit(error)
            return
        self._takes.use(imitation)
        self.chosen.emit(request)
        if clip is not None and clip_hash(clip) != recipe.request["imitation_sha256"]:
            self.noticed.emit(
                self.tr("The take is trimmed differently now: the sounds will differ a little.")
            )


def _read_inside(path: Path, library: Library) -> Recipe | None:
    """The recipe that a file holds, with the place of its imitation where the library knows it."""
    stored = read_recipe(path)
    recipe = None if stored is None else parse_recipe(stored, path)
    wanted = None if recipe is None else recipe.request.get("imitation_sha256")
    if recipe is None or wanted is None:
        return recipe
    return replace(recipe, imitation_path=library.sounds.imitation_path(wanted))


def _read_as_it_was(path: Path, wanted_hash: str, trim_db: float) -> Imitation:
    """The take with its trim on or off, whichever is the imitation that was asked with."""
    trimmed = read_imitation(path, trim_db)
    whole = trimmed.trimmed(None)
    return whole if clip_hash(whole.clip) == wanted_hash else trimmed
