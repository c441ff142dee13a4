"""The library as a whole: searches by words and by sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from library_fixtures import add_clips

from qvim_studio.library.folders import FolderKind
from qvim_studio.library.library import Library, open_library


def test_the_nearest_of_many_are_found_although_others_are_in_the_trash(
    library: Library, tmp_path: Path
) -> None:
    ids = add_clips(library, tmp_path / "out", variations=4)
    rows = np.array([[1.0, 0.0], [0.9, 0.1], [0.8, 0.2], [0.7, 0.3]], np.float32)
    library.vectors.add("enc", ids, rows)
    library.sounds.trash(ids[:1])
    found = library.nearest("enc", rows[0], top=1, without=ids[1:2])
    assert [entry.id for entry in found] == ids[2:3]
    assert library.nearest("another", rows[0], top=3) == []


def test_a_search_in_folders_gives_the_given_number_at_most(
    library: Library, tmp_path: Path
) -> None:
    ids = add_clips(library, tmp_path / "out", "rain", variations=3)
    found = library.search_folders("rain", FolderKind.MADE, 2)
    assert len(found) == 2 and {entry.id for entry in found} <= set(ids)


def test_a_library_that_opens_well_gives_no_notice(tmp_path: Path) -> None:
    library = open_library(tmp_path / "library.db")
    assert library.notice == ""
    library.close()
