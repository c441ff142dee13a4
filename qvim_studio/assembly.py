"""Builds what spans several floors: the engine with the sound library behind it."""

from __future__ import annotations

import hashlib
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import platformdirs

from qvim_studio.audio.files.reading import read_audio
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import Engine
from qvim_studio.core.errors import AudioFileError
from qvim_studio.core.program.paths import StudioPaths
from qvim_studio.core.program.resources import (
    BUNDLED_INDEX_FILE,
    bundled_encoder_id,
    library_rows,
    resource_path,
)
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.sound_query import SoundQuery
from qvim_studio.core.sound_words import SoundWord, words_of_scores
from qvim_studio.core.text.file_names import readable_name, sound_name
from qvim_studio.core.text.plain_text import one_line
from qvim_studio.export.files.recipe import provenance_of
from qvim_studio.library.sound_facts import SoundReport, read_sound
from qvim_studio.library.sound_index import BATCH, SearchHit, SoundIndex

if TYPE_CHECKING:
    from qvim_studio.generation.starts import FittableSound, NearestSound, SimilarSound
    from qvim_studio.networks.qvim.encoder import Branch
    from qvim_studio.voice.hearing import Hearing, PreparedSound

log = logging.getLogger(__name__)

SHOWN_SIMILAR = 4
MAX_STARTS = 4  # as many as variations that one asks for usually
MAX_START_GAP = 0.15  # of the score: one sound that is so much nearer is clearly right
NEAR_STARTS = 24  # sounds among which the starts are chosen
SURE_OF_KIND = 3  # of the four nearest sounds: so many of one kind, and the ears are sure of it
LONGEST_FITTABLE_S = 30.0  # of a sound: what comes later is repeated from the beginning
FREE_LICENCES = frozenset({"CC0", "CC0-1.0", "public-domain"})  # that ask for nothing
OWN_LICENCE = "your own"
OnIndexing = Callable[[int, int], None]
_NUMBERS = re.compile(r"\d+")
READERS = 2  # threads that read and resample while another embeds
MAX_TAGS = 8  # words kept of a sound: a long one holds several
LEAST_TAG_SCORE = 0.1  # below, a word finds too much that it does not mean


def user_paths() -> StudioPaths:
    """This user's folders, where the platform puts them."""
    config = Path(platformdirs.user_config_dir("qvim-studio", appauthor=False))
    data = Path(platformdirs.user_data_dir("qvim-studio", appauthor=False))
    logs = Path(platformdirs.user_log_dir("qvim-studio", appauthor=False))
    return StudioPaths(
        settings_file=config / "settings.json",
        log_file=logs / "studio.log",
        takes_folder=data / "takes",
        output_folder=Path(platformdirs.user_music_dir()) / "QVIM Studio",
        library_file=data / "library" / "library.db",
    )


def make_engine() -> Engine:
    """An engine for the window: it finds starting sounds in the user's folder or among the bundled
    sounds, and the sounds that are shown beside the made ones. Long sounds come in chunks."""
    from qvim_studio.generation.engine import StudioEngine

    return StudioEngine(find_nearest, find_similar, find_fittable=find_fittable, in_chunks=True)


def make_plain_engine(on_indexing: OnIndexing | None = None, *, in_chunks: bool = False) -> Engine:
    """An engine for commands and scripts, which show no sounds beside the made ones and therefore
    look for none.

    on_indexing: see SoundIndex.refresh, while a user's folder is looked through. in_chunks: see
    StudioEngine.
    """
    from qvim_studio.generation.engine import StudioEngine

    return StudioEngine(
        partial(find_nearest, on_indexing=on_indexing),
        find_fittable=partial(find_fittable, on_indexing=on_indexing),
        in_chunks=in_chunks,
    )


def find_nearest(
    query: SoundQuery,
    library_folder: str | None,
    hearing: Hearing,
    on_indexing: OnIndexing | None = None,
) -> list[NearestSound]:
    """The four real sounds nearest to an imitation and to the words, of more than one kind where
    several are about equally near; only one where it is clearly the nearest."""
    from qvim_studio.generation.starts import NearestSound

    index = _index_of(library_folder, hearing)
    index.refresh(on_indexing if library_folder is not None else None)
    kinds = {} if library_folder else {row["file"]: row["kind"] for row in library_rows()}
    hits = index.search(query, top=NEAR_STARTS)
    chosen = chosen_starts(hits, lambda hit: kinds.get(hit.path.name) or _kind_in(hit.path.stem))
    likelihoods: Sequence[float | None] = [None] * len(chosen)
    if query.likelihoods is not None and chosen:
        likelihoods = query.likelihoods(np.stack([hit.embedding for hit in chosen])).tolist()
    return [
        NearestSound(one_line(hit.path.stem), read_audio(hit.path), likelihood=likelihood)
        for hit, likelihood in zip(chosen, likelihoods, strict=True)
    ]


def chosen_starts(
    hits: Sequence[SearchHit], kind_of: Callable[[SearchHit], str]
) -> list[SearchHit]:
    """The hits that variations start from, in their order. hits: of a search, best first.

    Nearness chooses them. Where the ears are not sure of the kind, near sounds of different kinds
    come before a second of one kind: of 49 real mouths, 39 % then find their kind among four starts
    instead of 24 %; of 23 real voices 48 % either way.
    """
    nearest = sorted(hits, key=lambda hit: hit.score, reverse=True)
    near = [hit for hit in nearest if hit.score > nearest[0].score - MAX_START_GAP]
    if len(near) < 2:
        return near
    kinds = Counter(kind_of(hit) for hit in nearest[:MAX_STARTS])
    chosen = nearest[:MAX_STARTS]
    if kinds[kind_of(nearest[0])] < SURE_OF_KIND:
        firsts = {kind_of(hit): hit for hit in reversed(near)}.values()
        by_kind = sorted(firsts, key=lambda hit: hit.score, reverse=True)
        chosen = [*by_kind, *(hit for hit in nearest if hit not in firsts)][:MAX_STARTS]
    return [hit for hit in hits if hit in chosen]


def _kind_in(stem: str) -> str:
    """What the name of a user's own file says of its kind: "door slam" of door_slam-03."""
    return _NUMBERS.sub("", readable_name(stem)).strip().casefold()


def find_similar(
    query: SoundQuery, library_folder: str | None, hearing: Hearing
) -> list[SimilarSound]:
    """The real sounds that are shown beside the made ones, best first.

    A user's folder is searched as far as it is indexed: nobody waits for thousands of files here.
    """
    from qvim_studio.generation.starts import SimilarSound

    index = _index_of(library_folder, hearing)
    if library_folder is None:
        index.refresh()
    hits = index.search(query, top=SHOWN_SIMILAR)
    return [SimilarSound(hit.path, hit.embedding) for hit in hits if hit.path.is_file()]


def find_fittable(
    query: SoundQuery,
    library_folder: str | None,
    hearing: Hearing,
    count: int,
    on_indexing: OnIndexing | None = None,
) -> list[FittableSound]:
    """The real sounds that are fitted to an imitation, best first; those that cannot be read are
    passed over.

    A user's folder is searched as far as it is indexed, unless its indexing is shown.
    """
    from qvim_studio.generation.starts import FittableSound

    index = _index_of(library_folder, hearing)
    if library_folder is None or on_indexing is not None:
        index.refresh(on_indexing if library_folder is not None else None)
    bundled = {} if library_folder else {row["file"]: row for row in library_rows()}
    found = []
    for hit in index.search(query, top=count):
        try:
            clip, made_as = read_audio(hit.path), provenance_of(hit.path)
        except AudioFileError as error:
            log.info("A sound is not fitted: %s", error)
            continue
        frames = int(LONGEST_FITTABLE_S * clip.sample_rate)
        clip = AudioClip(np.ascontiguousarray(clip.samples[:frames]), clip.sample_rate)
        name, row = one_line(hit.path.stem), bundled.get(hit.path.name)
        title = sound_name(name)
        if row is not None:
            came_from = provenance_of_bundled(title, row)
        elif made_as is not None:
            came_from = replace(made_as, checkpoint_title=f"{title} ({made_as.checkpoint_title})")
        else:
            came_from = Provenance("", title, "", OWN_LICENCE, "conditional")
        kind = "" if row is None else row["class"]
        found.append(FittableSound(name, clip, kind, came_from))
    return found


def provenance_of_bundled(title: str, row: Mapping[str, str]) -> Provenance:
    """row: of library.csv."""
    author, licence = row["author"] or row["source"], row["licence"]
    commercial = "yes" if licence in FREE_LICENCES else "conditional"
    return Provenance("", f"{title} by {author}", row["source"], licence, commercial)


def _index_of(library_folder: str | None, hearing: Hearing) -> SoundIndex:
    if library_folder is None:
        return make_bundled_index(hearing)
    return make_index(Path(library_folder), hearing)


class HearingService:
    """Hears sound files for the index: reads them in threads, embeds and tags them in batches."""

    def __init__(self, hearing: Hearing) -> None:
        self.encoder_id = hearing.encoder_id
        self._hearing = hearing
        self._readers = ThreadPoolExecutor(READERS, "reader")

    def get_encoder_id(self) -> str:
        return self.encoder_id

    def listen(self, paths: Sequence[Path]) -> list[SoundReport]:
        """One report per file. While a few are embedded, the next are being read."""
        pending = [self._readers.submit(_read_for_listening, path) for path in paths]
        reports: list[SoundReport] = []
        for start in range(0, len(pending), BATCH):
            read = [future.result() for future in pending[start : start + BATCH]]
            usable = [samples for _, samples in read if samples is not None]
            listened = iter(self._listened(usable) if usable else ())
            reports += [
                report if samples is None else replace(report, **next(listened))
                for report, samples in read
            ]
        return reports

    def hear(self, clip: AudioClip) -> tuple[SoundWord, ...]:
        """Words for what a clip is heard as, the surest first."""
        return self._hearing.tagger.words(clip)

    def embed(self, clip: AudioClip, branch: Branch) -> np.ndarray:
        """float32 (EARS_DIM,) of a clip: "imitation" for a voice, "reference" for a sound."""
        return self._hearing.embed(clip, branch)

    def close(self) -> None:
        self._readers.shutdown(cancel_futures=True)

    def _listened(self, usable: Sequence[PreparedSound]) -> Iterator[dict[str, Any]]:
        """What a report adds for each of some sounds that could be read."""
        embeddings, scores = self._hearing.listen(usable)
        for embedding, row in zip(embeddings, scores, strict=True):
            words = words_of_scores(self._hearing.tagger.named(row), MAX_TAGS, LEAST_TAG_SCORE)
            yield {"embedding": embedding, "words": words}


def make_hearing_service() -> HearingService:
    """A hearing service with the program's own ears, which every installation has."""
    from qvim_studio.voice.hearing import program_hearing

    return HearingService(program_hearing())


def hear(clip: AudioClip) -> tuple[SoundWord, ...]:
    """Words for what a clip is heard as, the surest first; for callers that ask once."""
    from qvim_studio.voice.tagger import Tagger

    return Tagger.from_folder().words(clip)


def _read_for_listening(path: Path) -> tuple[SoundReport, PreparedSound | None]:
    from qvim_studio.voice.hearing import PreparedSound

    try:
        facts, clip = read_sound(path)
    except AudioFileError as error:
        return SoundReport(None, None, str(error)), None
    return SoundReport(facts, None), PreparedSound.of(clip)


def make_index(folder: Path, hearing: Hearing) -> SoundIndex:
    """The index of a user's folder, cached in the user's cache folder."""
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    cache = Path(platformdirs.user_cache_dir("qvim-studio", appauthor=False)) / "index"
    return SoundIndex(folder, cache / f"{name}.npz", hearing.encoder_id, _embed_with(hearing))


def make_bundled_index(hearing: Hearing) -> SoundIndex:
    """The index of the sounds that ship; another encoder than the starter's gets its own cache."""
    folder = resource_path("library")
    shipped = folder / BUNDLED_INDEX_FILE
    if bundled_encoder_id() != hearing.encoder_id:
        return make_index(folder, hearing)
    return SoundIndex(folder, shipped, hearing.encoder_id, _embed_with(hearing), has_times=False)


def index_bundled_sounds() -> int:
    """Make the index that ships with the bundled sounds again; returns the number of sounds."""
    from qvim_studio.voice.hearing import program_hearing

    hearing = program_hearing()
    folder = resource_path("library")
    shipped = folder / BUNDLED_INDEX_FILE
    shipped.unlink(missing_ok=True)
    index = SoundIndex(folder, shipped, hearing.encoder_id, _embed_with(hearing), has_times=False)
    index.refresh()
    return len(index)


def _embed_with(hearing: Hearing) -> Callable[[Sequence[AudioClip]], np.ndarray]:
    return lambda clips: hearing.embed_clips(clips, "reference")
