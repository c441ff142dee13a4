"""A clip of the history without its flaws, as one more clip of it."""

from __future__ import annotations

from pathlib import Path

from qvim_studio.export.files.mended import write_mended
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.library.folders import FolderKind
from qvim_studio.library.library import Library


def mended_entries(library: Library, source: Path) -> list[ClipEntry]:
    """Write the mended clip beside the source and take it into the library. See write_mended."""
    path = write_mended(source)
    folder_id = library.folders.add(path.parent, FolderKind.MADE)
    return library.sounds.entries_of(library.adoption.add_result(folder_id, [path]))
