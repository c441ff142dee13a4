"""A search finds what is nearest, and an impossible one is refused before anything is loaded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from given_tone import TONE

from qvim_studio.automation.searching import check_search
from qvim_studio.automation.studio import Studio
from qvim_studio.core.errors import SoundFolderError, UsageError
from qvim_studio.core.program.resources import resource_path


@pytest.mark.usefixtures("quick_ears")
def test_search_finds_the_sound_itself_first(studio: Studio, tmp_path: Path) -> None:
    for name in ("animal_03_dog.ogg", "animal_07_owl.ogg"):
        (tmp_path / name).write_bytes(resource_path("library", name).read_bytes())
    hits = studio.search(tmp_path / "animal_07_owl.ogg", folder=tmp_path, limit=1)
    assert [hit.path.name for hit in hits] == ["animal_07_owl.ogg"]
    assert hits[0].match is not None


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "neither an imitation nor words"),
        ({"text": "x", "limit": 0}, "at least 1, got 0"),
        ({"text": "x", "balance": 2.0}, "between 0 .voice only. and 1"),
    ],
)
def test_an_impossible_search_is_refused(
    studio: Studio, values: dict[str, object], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        studio.search(**values)


@pytest.mark.usefixtures("quick_ears")
def test_an_embedding_has_960_values_of_unit_length(studio: Studio) -> None:
    embedding = studio.embed(TONE)
    assert embedding.shape == (960,) and embedding.dtype == np.float32
    assert np.linalg.norm(embedding) == pytest.approx(1.0, abs=1e-5)


def test_a_search_of_a_folder_that_is_gone_or_holds_no_sound_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SoundFolderError, match=r"no folder .*gone"):
        check_search(None, "rain", tmp_path / "gone", 1, 0.5)
    check_search(None, "rain", tmp_path, 1, 0.0)
    check_search(TONE, " ", None, 1, 1.0)
