"""The studio for scripts: generate, search, embed, pack and load, without a window."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from qvim_studio import assembly
from qvim_studio.audio.files.given_sound import read_given_take
from qvim_studio.audio.files.reading import read_noted
from qvim_studio.automation.facts import checkpoint_facts, sound_facts
from qvim_studio.automation.kit_making import (
    KIT_VARIATIONS,
    KitForm,
    ReadKit,
    make_kit_files,
)
from qvim_studio.automation.made_sound import MadeSound, ReadyRequest
from qvim_studio.automation.making import (
    check_makeable,
    check_parts,
    comes_in_chunks,
    make_files,
)
from qvim_studio.automation.packing import pack_files
from qvim_studio.automation.plain_request import (
    CALL_FIELDS,
    PathLike,
    make_form,
    mode_named,
    sound_of,
)
from qvim_studio.automation.request_form import RequestForm
from qvim_studio.automation.searching import (
    DEFAULT_LIMIT,
    SoundHit,
    check_search,
    embed_clip,
    search_sounds,
)
from qvim_studio.automation.sound_forms import (
    EditForm,
    MorphForm,
    Readable,
    RestyleForm,
    UpscaleForm,
    VaryForm,
)
from qvim_studio.core.engine import Engine, IsCancelled, OnProgress
from qvim_studio.core.errors import EngineError, UsageError
from qvim_studio.core.request import DEFAULT_BALANCE, DEFAULT_MORPH_AT, VramMode
from qvim_studio.core.sound_words import SoundWord
from qvim_studio.core.text.json_text import read_json
from qvim_studio.export.files.clip_writer import unwritten_recipes
from qvim_studio.export.packs.kit import OnKitProgress
from qvim_studio.export.packs.pack_plan import PackOptions

if TYPE_CHECKING:
    import numpy as np
    from typing_extensions import Unpack

    from qvim_studio.automation.plain_request import MakingFields, RequestFields
    from qvim_studio.core.clip import AudioClip
    from qvim_studio.networks.qvim.encoder import Branch


class Studio:
    """One engine and what surrounds it. The loaded checkpoint stays in memory until ``close``.

    Methods may be called from any thread; sounds are made one request after the other. All raise
    StudioError, whose text is a sentence for people, where the world is at fault.
    """

    def __init__(self, make_engine: Callable[..., Engine] | None = None) -> None:
        """make_engine: called for the first sounds, and with ``in_chunks=True`` for the first long
        ones that go into a folder; None means the program's own."""
        self._make_engine = make_engine
        self._engine: Engine | None = None
        self._in_chunks = False
        self._one_at_a_time = threading.Lock()
        self._is_closed = False

    def __enter__(self) -> Studio:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def generate(
        self,
        take: AudioClip | PathLike | None = None,
        text: str = "",
        *,
        folder: PathLike | None = None,
        checkpoint: str = "starter",
        variations: int = 4,
        seed: int = 0,
        options: Mapping[str, bool | int | float | str] | None = None,
        on_progress: OnProgress | None = None,
        is_cancelled: IsCancelled | None = None,
        **more: Unpack[RequestFields],
    ) -> list[MadeSound]:
        """Make sounds from a take, words or both; best match first, fitted sounds last.

        take: an audio file, or a clip in memory. folder: gets a WAV and a recipe of each sound as
        soon as it is finished; None writes nothing. seed: of the first; sound i uses seed + i.
        options: of the checkpoint's family, see ``checkpoints describe``. is_cancelled: asked at
        every step. more: the other fields of a request, such as ``timbre="bark.wav"``.

        Raises CancelledError after a cancel, PartlyMade where sounds were written before an end.
        """
        own = {"checkpoint": checkpoint, "variations": variations, "seed": seed}
        form = make_form(take, {**more, **own, "text": text, "options": dict(options or {})})
        return self.make(self.ready(form, folder), on_progress, is_cancelled)

    def edit(
        self,
        sound: AudioClip | PathLike,
        text: str = "",
        *,
        parts: Sequence[tuple[float, float]] = (),
        continue_s: float | None = None,
        highs_above_hz: float | None = None,
        imitation: AudioClip | PathLike | None = None,
        **more: Unpack[MakingFields],
    ) -> list[MadeSound]:
        """Regenerate parts of a sound, continue it, or regenerate its highs: one of the three.

        parts: begin and end of each, in seconds. continue_s: for how many seconds the sound goes
        on. highs_above_hz: 0 stands for where the sound itself ends. imitation: what comes there,
        and when. more: see ``generate``; an edit has its own length, and is no loop.
        """
        form = _form(imitation, text, more)
        edit = EditForm(sound_of(sound), form, parts, continue_s, highs_above_hz)
        return self._make_of(edit, more)

    def vary(
        self, sound: AudioClip | PathLike, text: str = "", **more: Unpack[MakingFields]
    ) -> list[MadeSound]:
        """Make sounds like a sound. more: see ``generate``; a larger ``strength`` varies more."""
        return self._make_of(VaryForm(sound_of(sound), _form(None, text, more)), more)

    def restyle(
        self, sound: AudioClip | PathLike, text: str = "", **more: Unpack[MakingFields]
    ) -> list[MadeSound]:
        """Make other sounds with the course in time of a sound: what words or ``timbre`` say."""
        return self._make_of(RestyleForm(sound_of(sound), _form(None, text, more)), more)

    def morph(
        self,
        sound: AudioClip | PathLike,
        other: AudioClip | PathLike,
        text: str = "",
        *,
        at: float | None = DEFAULT_MORPH_AT,
        **more: Unpack[MakingFields],
    ) -> list[MadeSound]:
        """Make sounds between two sounds. at: 0 the first .. 1 the second; None goes from the first
        to the second over time. more: see ``generate``."""
        form = MorphForm(sound_of(sound), sound_of(other), _form(None, text, more), at)
        return self._make_of(form, more)

    def upscale(
        self,
        sound: AudioClip | PathLike,
        upscaler: str,
        *,
        folder: PathLike | None = None,
        seed: int = 0,
        known_hz: float | None = None,
        vram_mode: str = VramMode.AUTO.value,
        on_progress: OnProgress | None = None,
        is_cancelled: IsCancelled | None = None,
    ) -> MadeSound:
        """Make the highs that a sound lacks; it stays what it is otherwise, at 48 kHz.

        upscaler: an id of ``checkpoints``, or a folder. known_hz: up to where the sound is real;
        None measures that.
        """
        mode = mode_named(vram_mode)
        form = UpscaleForm(sound_of(sound), upscaler, seed, known_hz, mode)
        (made,) = self.make(self.ready(form, folder), on_progress, is_cancelled)
        return made

    def kit(
        self,
        take: AudioClip | PathLike,
        folder: PathLike,
        text: str = "",
        *,
        checkpoint: str = "starter",
        variations: int = KIT_VARIATIONS,
        seed: int = 0,
        on_progress: OnKitProgress | None = None,
        is_cancelled: IsCancelled | None = None,
        **more: Unpack[RequestFields],
    ) -> dict[str, Any]:
        """Make a drum kit from several sounds in one take; the facts name its folder, its presets
        and its sounds. variations: of each sound. on_progress: gets the number of the sound, how
        many there are, and its own progress. more: see ``generate``.

        Raises CancelledError after a cancel, PartOfKit where sounds were written before an end.
        """
        own = {"text": text, "checkpoint": checkpoint, "variations": variations, "seed": seed}
        kit = self.ready_kit(KitForm(sound_of(take), make_form(None, {**more, **own})), folder)
        return self.make_kit(kit, folder, on_progress, is_cancelled)

    def ready_kit(self, form: KitForm, folder: PathLike) -> ReadKit:
        """Read the take of a kit and refuse what is impossible; nothing heavy is imported."""
        kit = form.read()
        for request in kit.requests[:1]:
            check_makeable(request, Path(folder))
        return kit

    def make_kit(
        self,
        kit: ReadKit,
        folder: PathLike,
        on_progress: OnKitProgress | None = None,
        is_cancelled: IsCancelled | None = None,
    ) -> dict[str, Any]:
        """As ``kit``, of a take that is ready."""
        with self._one_at_a_time:
            engine = self._opened(in_chunks=False)
            report, asked = on_progress or _ignore_kit, is_cancelled or _never
            return make_kit_files(engine, kit, Path(folder), report, asked)

    def ready(self, form: Readable, folder: PathLike | None = None) -> ReadyRequest:
        """Read the files of a form and refuse what is impossible; nothing heavy is imported."""
        request, notes, stem = form.read()
        place = None if folder is None else Path(folder)
        if place is None:
            check_parts(request)
        else:
            check_makeable(request, place)
        return ReadyRequest(request, notes, stem, place)

    def make(
        self,
        ready: ReadyRequest,
        on_progress: OnProgress | None = None,
        is_cancelled: IsCancelled | None = None,
    ) -> list[MadeSound]:
        """As ``generate``, of a request that is ready."""
        place, paths = ready.folder, None
        on_progress, is_cancelled = on_progress or _ignore, is_cancelled or _never
        with self._one_at_a_time:
            in_chunks = place is not None and comes_in_chunks(ready.request)
            engine = self._opened(in_chunks=in_chunks)
            if place is None:
                result = engine.generate(ready.request, on_progress, is_cancelled)
                recipes = unwritten_recipes(result, ready.stem)
            else:
                result, written = make_files(
                    engine, ready.request, place, ready.stem, on_progress, is_cancelled
                )
                paths = [clip.path for clip in written]
                recipes = [read_json(clip.recipe_path) for clip in written]
        notes = tuple(dict.fromkeys((*ready.notes, *result.notes)))
        return [
            MadeSound(sound.clip, path, recipe, sound_facts(result, sound, path), notes)
            for sound, path, recipe in zip(
                result.sounds, paths or [None] * len(recipes), recipes, strict=True
            )
        ]

    def search(
        self,
        take: AudioClip | PathLike | None = None,
        text: str = "",
        *,
        folder: PathLike | None = None,
        limit: int = DEFAULT_LIMIT,
        balance: float = DEFAULT_BALANCE,
    ) -> list[SoundHit]:
        """The real sounds that are nearest to a take, to words or to both, best first.

        folder: None means the bundled sounds. balance: 0 voice only .. 1 words only.
        """
        place = None if folder is None else Path(folder)
        check_search(take, text, place, limit, balance)
        clip = None if take is None else read_given_take(sound_of(take), trim=True).clip
        with self._one_at_a_time:
            return search_sounds(clip, text, folder=place, limit=limit, balance=balance)

    def embed(self, sound: AudioClip | PathLike, branch: Branch = "imitation") -> np.ndarray:
        """What the QVIM encoder hears in a sound: float32 (960,), unit norm.

        branch: "imitation" for a voice, "reference" for a real sound.
        """
        clip = read_given_take(sound_of(sound), trim=False).clip
        with self._one_at_a_time:
            return embed_clip(clip, branch)[0]

    def hear(self, take: AudioClip | PathLike) -> tuple[SoundWord, ...]:
        """Words for what a take sounds like, the surest first."""
        return assembly.hear(read_given_take(sound_of(take), trim=True).clip)

    def pack(
        self,
        sounds: Sequence[MadeSound | PathLike],
        folder: PathLike,
        *,
        name: str,
        creator: str,
        source: str,
        is_commercial: bool = False,
    ) -> dict[str, Any]:
        """Make a sample pack of sounds that lie in files; the facts name its folder and its zip.

        is_commercial: refuse sounds that may not be sold.
        """
        wanted = PackOptions(name, creator, source, is_commercial=is_commercial)
        return pack_files([_file_of(sound) for sound in sounds], wanted, Path(folder), _ignore)

    def load(self, path: PathLike) -> AudioClip:
        """The sound of a file, all channels at its own rate; up to ten minutes."""
        return read_noted(path).clip

    def checkpoints(self) -> list[dict[str, Any]]:
        """Facts of every known checkpoint: its id, title, licence, and whether it is installed."""
        return checkpoint_facts()

    def close(self) -> None:
        """Free the memory of the engine; afterwards nothing more can be made."""
        with self._one_at_a_time:
            self._is_closed = True
            if self._engine is not None:
                self._engine.close()
            self._engine = None

    def _make_of(self, form: Readable, more: MakingFields) -> list[MadeSound]:
        ready = self.ready(form, more.get("folder"))
        return self.make(ready, more.get("on_progress"), more.get("is_cancelled"))

    def _opened(self, *, in_chunks: bool) -> Engine:
        """in_chunks: see StudioEngine; an engine of the other kind is closed first."""
        if self._is_closed:
            raise EngineError("The studio is closed and makes no more sounds. Open another one.")
        if self._engine is not None and self._in_chunks is not in_chunks:
            self._engine.close()
            self._engine = None
        if self._engine is None:
            given: dict[str, Any] = {"in_chunks": True} if in_chunks else {}
            self._engine = (self._make_engine or assembly.make_plain_engine)(**given)
            self._in_chunks = in_chunks
        return self._engine


def _form(take: AudioClip | PathLike | None, text: str, more: MakingFields) -> RequestForm:
    """The form of a call: what it takes besides the fields of a request is left out."""
    values = {name: value for name, value in more.items() if name not in CALL_FIELDS}
    return make_form(take, {**values, "text": text})


def _file_of(sound: MadeSound | PathLike) -> Path:
    path = sound.path if isinstance(sound, MadeSound) else Path(sound)
    if path is None:
        raise UsageError(
            "A pack is made of files, got a sound that lies in memory only. Give generate a "
            "folder, and pack what it returns."
        )
    return path


def _ignore(progress: object) -> None:
    """Nobody watches."""


def _ignore_kit(number: int, count: int, progress: object) -> None:
    """Nobody watches."""


def _never() -> bool:
    return False
