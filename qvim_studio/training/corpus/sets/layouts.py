"""Recognizes data sets by their files and reads each with its own reader; no audio is opened.

``LAYOUTS`` is the table of all data sets. Any other folder is a plain folder of sounds, unless a
table in it names them: then the user is asked what its columns mean.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from qvim_studio.core.errors import StudioError, UsageError
from qvim_studio.core.text.audio_formats import SOUND_SUFFIXES
from qvim_studio.core.text.file_names import is_file, is_folder
from qvim_studio.training.corpus.music import music_pairs
from qvim_studio.training.corpus.sets import caption_sets, imitation_sets, sound_sets
from qvim_studio.training.corpus.sets.column_map import ASKED, FOLDERS, read_mapped, telling_table
from qvim_studio.training.corpus.sets.listing import Listing, Recording, as_words, sounds_below
from qvim_studio.training.corpus.sets.tables import table_columns

MAX_UNPACKED = 30


@dataclass(frozen=True)
class DataLayout:
    """How one data set is recognized and read.

    name: as its authors call it. patterns: of the tables, from the folder of the set; the first
    pattern that finds any counts. columns: of these tables; empty where their place says enough.
    """

    name: str
    patterns: tuple[str, ...]
    columns: tuple[str, ...]
    read: Callable[[Sequence[Path]], Listing]


LAYOUTS = (
    DataLayout("manifest", (sound_sets.MANIFEST,), (), sound_sets.read_manifest),
    DataLayout("AES QVIM", (imitation_sets.AES_TABLE, "EVAL*.csv"), (), imitation_sets.read_aes),
    DataLayout("AES QVIM", ("Queries/*/*.wav",), (), imitation_sets.read_aes_folders),
    DataLayout(
        "VimSketch", (imitation_sets.VIMSKETCH_REFERENCES,), (), imitation_sets.read_vimsketch
    ),
    DataLayout(
        "Vocal Imitation Set",
        (imitation_sets.IMITATION_SET_TABLE,),
        imitation_sets.IMITATION_SET_COLUMNS,
        imitation_sets.read_imitation_set,
    ),
    DataLayout(
        "music pairs",
        (music_pairs.PAIRS_TABLE,),
        music_pairs.PAIR_COLUMNS[:2],
        music_pairs.read_music_set,
    ),
    DataLayout("ESC-50", ("meta/esc50.csv",), sound_sets.ESC50_COLUMNS, sound_sets.read_esc50),
    DataLayout(
        "UrbanSound8K",
        ("metadata/UrbanSound8K.csv",),
        sound_sets.URBANSOUND_COLUMNS,
        sound_sets.read_urbansound,
    ),
    DataLayout(
        "FSD50K",
        ("FSD50K.ground_truth/*.csv",),
        sound_sets.FSD50K_COLUMNS,
        sound_sets.read_fsd50k,
    ),
    DataLayout(
        "MTG-Jamendo", ("data/*.tsv", "*.tsv"), sound_sets.JAMENDO_COLUMNS, sound_sets.read_jamendo
    ),
    DataLayout(
        "AudioLDM",
        tuple(
            f"{place}{caption_sets.AUDIOLDM_ROOT}"
            for place in ("", "metadata/", "dataset/metadata/", "data/dataset/metadata/")
        ),
        (),
        caption_sets.read_audioldm_tree,
    ),
    DataLayout(
        "Clotho",
        ("clotho_captions_*.csv", "clotho_csv_files/clotho_captions_*.csv"),
        caption_sets.CLOTHO_COLUMNS,
        caption_sets.read_clotho,
    ),
    DataLayout(
        "AudioCaps",
        ("*.csv", "dataset/*.csv", "metadata/*.csv"),
        caption_sets.AUDIOCAPS_COLUMNS,
        caption_sets.read_audiocaps,
    ),
    DataLayout(
        "captions",
        ("*.csv", "*.tsv"),
        caption_sets.CAPTION_COLUMNS,
        caption_sets.read_caption_table,
    ),
)
PAIRS = DataLayout(
    "pairs", (), imitation_sets.PAIRS_COLUMNS, imitation_sets.read_pairs_table
)  # only for a table that is given itself: other sounds may lie beside it


def read_layout(source: Path, columns: dict[str, str] | None = None) -> Listing:
    """Read a folder or a table in the first layout that fits.

    columns: what the columns of an unknown table mean (column_map), empty for the sub-folders of
    a plain folder. Raises StudioError if there is nothing, or a table has other columns.
    """
    if is_file(source) and source.suffix.lower() in SOUND_SUFFIXES:
        raise UsageError(
            f"{source} is a single sound, expected a folder with recordings or a table of them. "
            "Give its folder."
        )
    if not is_file(source) and not is_folder(source):
        raise StudioError(
            f"There is no folder or table {source}. Give a folder with recordings, or a CSV with "
            "the columns reference, imitation and, if wanted, label."
        )
    if columns:
        return read_mapped(source, columns)
    if is_file(source):
        return _table(source)
    if columns is not None:
        return _folder(source)
    # Archives often unpack into a folder of their own; many folders are labels.
    folders = [path for path in sorted(source.iterdir()) if path.is_dir()]
    places = [source, *(folders if len(folders) <= MAX_UNPACKED else ())]
    for layout in LAYOUTS:
        for place in places:
            if tables := _tables_of(layout, place):
                return layout.read(tables)
    if (table := telling_table(source)) and not imitation_sets.has_pairs(table):
        raise UsageError(
            f"{table} names sounds of {source}, but has the columns of no known data set: "
            f"{', '.join(table_columns(table))}. Say what they mean with {ASKED}, or take the "
            f"sub-folders for labels with --map {FOLDERS}."
        )
    return _folder(source)


def _tables_of(layout: DataLayout, place: Path) -> list[Path]:
    for pattern in layout.patterns:
        tables = [path for path in sorted(place.glob(pattern)) if _fits(layout, path)]
        if tables:
            return tables
    return []


def _fits(layout: DataLayout, table: Path) -> bool:
    return table.is_file() and set(layout.columns) <= set(table_columns(table))


def _table(table: Path) -> Listing:
    """Read a table that is given itself."""
    known = [layout for layout in (PAIRS, *LAYOUTS) if layout.columns and _fits(layout, table)]
    if known:
        return known[0].read([table])
    try:
        return PAIRS.read([table])
    except UsageError as error:
        raise UsageError(f"{error} Or say what the columns mean with {ASKED}.") from error


def _folder(folder: Path) -> Listing:
    """Every sound below the folder; sub-folders are labels, without them the file names."""
    recordings = []
    for path in sorted(sounds_below(folder)):
        label = as_words(path.stem if path.parent == folder else path.parent.name)
        name = path.relative_to(folder).as_posix()
        recordings.append(Recording(path, name, label, folder.name, f"{folder.name}/{label}"))
    if not recordings:
        known = ", ".join(dict.fromkeys(layout.name for layout in LAYOUTS[1:]))
        raise StudioError(
            f"No training data: {folder} holds neither sounds nor a {sound_sets.MANIFEST}, nor the "
            f"tables of {known}. Give a folder with recordings or a table that names them."
        )
    return Listing("folder", tuple(recordings))
