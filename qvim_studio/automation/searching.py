"""Finds the real sounds that are nearest to a take, to words, or to both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from qvim_studio import assembly
from qvim_studio.audio.files.reading import read_audio
from qvim_studio.audio.trim import trim_silence
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import AudioFileError, SoundFolderError, StudioError, UsageError
from qvim_studio.core.match import Match
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.request import DEFAULT_BALANCE
from qvim_studio.core.sound_query import SoundQuery
from qvim_studio.core.text.file_names import is_folder

if TYPE_CHECKING:
    from qvim_studio.generation.matching import Matcher
    from qvim_studio.library.sound_index import SearchHit
    from qvim_studio.networks.qvim.encoder import Branch

DEFAULT_LIMIT = 10


@dataclass(frozen=True)
class SoundHit:
    """A real sound that a search found. match: None for words alone."""

    path: Path
    match: Match | None


def search_sounds(
    clip: AudioClip | None,
    text: str = "",
    *,
    folder: Path | None = None,
    limit: int = DEFAULT_LIMIT,
    balance: float = DEFAULT_BALANCE,
    on_indexing: Callable[[int, int], None] | None = None,
) -> list[SoundHit]:
    """The nearest sounds, best first; the index of a folder is cached.

    clip: a trimmed take, or None for words alone. folder: None means the bundled sounds.
    balance: 0 voice only .. 1 words only. on_indexing: see ``SoundIndex.refresh``.

    Raises UsageError for an impossible search, SoundFolderError if there is no such folder,
    StudioError if it holds no sound.
    """
    check_search(clip, text, folder, limit, balance)
    from qvim_studio.memory.faults import memory_faults_as_errors

    with memory_faults_as_errors():
        return _search(clip, text, folder, limit, balance, on_indexing)


def check_search(
    take: object | None, text: str, folder: Path | None, limit: int, balance: float
) -> None:
    """Refuse an impossible search before anything heavy is imported; see ``search_sounds``."""
    if limit < 1:
        raise UsageError(
            f"The number of sounds to find must be at least 1, got {limit}. Ask for one or more."
        )
    if not 0.0 <= balance <= 1.0:
        raise UsageError(
            f"The balance must lie between 0 (voice only) and 1 (words only), got {balance:g}. "
            "Choose one between."
        )
    if take is None and not text.strip():
        raise UsageError("Got neither an imitation nor words. Give an audio file, words or both.")
    if folder is not None and not is_folder(folder):
        raise SoundFolderError(
            f"There is no folder “{folder}” to search in. Give a folder that holds sounds."
        )


def embed_clip(
    clip: AudioClip, branch: Branch = "imitation", encoder: Path | None = None
) -> tuple[np.ndarray, str]:
    """What the QVIM encoder hears in a sound: float32 (960,), unit norm; and the encoder's id.

    branch: "imitation" for a voice, "reference" for a real sound. encoder: its weights; None means
    the starter's. Raises CheckpointError, OutOfMemoryError.
    """
    from qvim_studio.memory.faults import memory_faults_as_errors
    from qvim_studio.voice.embedder import Embedder

    with memory_faults_as_errors():
        embedder = Embedder.from_file(encoder or resource_path("starter", "qvim"))
        return embedder.embed(clip, branch), embedder.encoder_id


def _search(
    clip: AudioClip | None,
    text: str,
    folder: Path | None,
    limit: int,
    balance: float,
    on_indexing: Callable[[int, int], None] | None,
) -> list[SoundHit]:
    from qvim_studio.generation.matching import Matcher
    from qvim_studio.voice.hearing import program_hearing

    hearing = program_hearing()
    if folder is None:
        index = assembly.make_bundled_index(hearing)
        index.refresh()
    else:
        index = assembly.make_index(folder, hearing)
        index.refresh(on_indexing)
    if not len(index):
        raise StudioError(
            f"{folder} holds no sound that can be read. Give a folder that holds sounds."
        )
    matcher = clip and Matcher.of(hearing, clip, "imitation", clip)
    imagined = _imagine(text) if text.strip() else None
    if imagined is not None:
        imagined = hearing.imagined(imagined)
    embedding = matcher and matcher.embedding
    likelihoods = matcher and matcher.likelihoods
    query = SoundQuery(embedding, text, balance, imagined, likelihoods)
    return [SoundHit(hit.path, _match(hit, matcher)) for hit in index.search(query, limit)]


def _match(hit: SearchHit, matcher: Matcher | None) -> Match | None:
    """None for words alone, and for a sound that was deleted during the search."""
    if matcher is None:
        return None
    try:
        return matcher.match(trim_silence(read_audio(hit.path)), hit.embedding)
    except AudioFileError:
        return None


def _imagine(words: str) -> np.ndarray | None:
    """The embedding that the starter's encoder would give a sound of these words."""
    from qvim_studio.families.audioldm.loaded import imagine
    from qvim_studio.voice.adapter import load_adapter
    from qvim_studio.voice.text_conditioner import TextConditioner

    starter = resource_path("starter")
    return imagine(words, TextConditioner(starter), load_adapter(starter / "adapter")[0])
