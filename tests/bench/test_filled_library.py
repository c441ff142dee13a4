"""A library that is filled for measuring is grouped and found as a real one."""

from __future__ import annotations

from pathlib import Path

from qvim_studio.bench.filled_library import VARIATIONS, fill_history
from qvim_studio.library.folders import FolderKind
from qvim_studio.library.library import Library


def test_a_filled_history_is_grouped_and_found(tmp_path: Path) -> None:
    library = Library(tmp_path / "library.db")
    fill_history(library, 40, tmp_path / "not there")
    entries = library.sounds.entries(FolderKind.MADE)
    assert len(entries) == 40
    assert len({entry.group for entry in entries}) == 40 // VARIATIONS
    assert all(entry.peaks is not None for entry in entries)
    assert library.search(entries[0].asked) >= {1, 2, 3, 4}
    library.close()
