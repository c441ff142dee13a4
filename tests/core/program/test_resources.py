"""The files that ship with the program, and an index that is missing or damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.program import resources


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the index of the bundled sounds lies in a program that was moved."""
    package = tmp_path / "qvim_studio"
    monkeypatch.setattr(resources.qvim_studio, "__file__", str(package / "__init__.py"))
    folder = package / "resources" / "library"
    folder.mkdir(parents=True)
    return folder / resources.BUNDLED_INDEX_FILE


def test_resources_lie_beside_the_package_or_inside_an_installed_one(
    index: Path, tmp_path: Path
) -> None:
    inside = tmp_path / "qvim_studio" / "resources"
    assert resources.resource_path("a", "b.txt") == inside / "a" / "b.txt"
    index.parent.rmdir()
    inside.rmdir()
    assert resources.resource_path("a") == tmp_path / "resources" / "a"


def test_rows_are_those_of_the_library_in_the_given_folder(tmp_path: Path) -> None:
    (tmp_path / "library.csv").write_text("file,kind\nTür.wav,door\n", encoding="utf-8")
    assert resources.library_rows(tmp_path) == [{"file": "Tür.wav", "kind": "door"}]


def test_the_index_names_its_encoder_and_holds_an_embedding_for_each_name(index: Path) -> None:
    half = np.eye(2, dtype=np.float16)
    np.savez(index, encoder_id="ears", names=np.array(["a.wav", "b.wav"]), embeddings=half)
    assert resources.bundled_encoder_id() == "ears"
    assert resources.bundled_names() == ["a.wav", "b.wav"]
    embeddings = resources.bundled_embeddings()
    assert embeddings.dtype == np.float32
    np.testing.assert_array_equal(embeddings, half)


@pytest.mark.parametrize("is_damaged", [False, True])
def test_an_index_that_is_missing_or_damaged_is_a_sentence(
    index: Path, is_damaged: bool, caplog: pytest.LogCaptureFixture
) -> None:
    if is_damaged:
        index.write_bytes(b"PK torn")
    assert resources.bundled_encoder_id() == ""
    for read in (resources.bundled_names, resources.bundled_embeddings):
        with pytest.raises(CheckpointError, match="Install the program again"):
            read()
    assert ("is damaged and not used" in caplog.text) is is_damaged
