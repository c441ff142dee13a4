"""Imports get folders of their own, which alone may be deleted."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from qvim_studio.checkpoints import imports
from qvim_studio.checkpoints.imports import (
    delete_import,
    imports_folder,
    is_import,
    original_name,
    place_of_import,
)
from qvim_studio.core.errors import OutputError


def test_names_that_are_taken_get_the_first_free_number() -> None:
    (imports_folder() / "rain").mkdir(parents=True)
    assert place_of_import("rain", {"rain 2", "rain 3"}) == imports_folder() / "rain 4"
    assert place_of_import("wind", {"rain"}) == imports_folder() / "wind"


@pytest.mark.parametrize(
    ("name", "folder"),
    [("a/b\\c", "a-b-c"), ("../up", "-up"), (" .hidden. ", "hidden"), ("..", "checkpoint")],
)
def test_no_name_leads_out_of_the_folder_of_imports(name: str, folder: str) -> None:
    assert place_of_import(name, ()) == imports_folder() / folder


def test_no_import_is_called_as_another_is_while_it_is_written() -> None:
    """The unfinished folder of ``rain`` is deleted when ``rain`` is imported."""
    assert place_of_import("rain.part", ()) == imports_folder() / "rain.part 2"


def test_only_folders_right_in_the_folder_of_imports_are_imports(tmp_path: Path) -> None:
    inside = imports_folder() / "rain"
    assert is_import(inside) and is_import(inside / ".." / "wind")
    assert not is_import(inside / "unet") and not is_import(tmp_path / "rain")
    assert not is_import(imports_folder())


def test_a_trainer_s_file_is_named_after_its_experiment() -> None:
    assert original_name(Path("runs/rain-2/checkpoints/last.ckpt")) == "rain-2-last"
    assert original_name(Path("downloads/last.ckpt")) == "last"


def test_deleting_frees_what_is_not_linked_elsewhere(tmp_path: Path) -> None:
    folder, base = tmp_path / "rain", tmp_path / "base.safetensors"
    (folder / "unet").mkdir(parents=True)
    (folder / "unet" / "own.safetensors").write_bytes(b"12345")
    base.write_bytes(b"12345678")
    os.link(base, folder / "shared.safetensors")
    assert delete_import(folder) == 5
    assert not folder.exists() and base.read_bytes() == b"12345678"


def test_what_cannot_be_deleted_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(imports.shutil, "rmtree", refuse)
    with pytest.raises(OutputError, match=r"cannot be deleted \(Permission denied"):
        delete_import(tmp_path)
