"""Checkpoints are found by id or folder; a damaged one stops no other."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from bare_checkpoint import make_bare_checkpoint

from qvim_studio.checkpoints.registry import read_user_registry
from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.catalog import (
    find_checkpoint,
    forget_folder,
    list_checkpoints,
    register_folder,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_bare_checkpoint(tmp_path / "my-model")


def test_an_imported_folder_is_known_by_its_name(folder: Path) -> None:
    register_folder(folder)
    assert list_checkpoints()[-1].id == "my-model"
    assert find_checkpoint("my-model").folder == folder
    with pytest.raises(CheckpointError, match="already a checkpoint 'my-model'"):
        register_folder(folder)


@pytest.mark.parametrize("part", ["unet", "vae", "vocoder", "scheduler"])
def test_a_folder_without_a_part_is_refused_with_what_was_found(folder: Path, part: str) -> None:
    (folder / part).rmdir()
    with pytest.raises(CheckpointError, match=rf"{part}/ is missing \(found model_index.json, .*/"):
        register_folder(folder)
    assert read_user_registry().entries == {}


def test_a_folder_that_lost_a_part_counts_as_not_installed(folder: Path) -> None:
    register_folder(folder)
    (folder / "unet").rmdir()
    assert not list_checkpoints()[-1].is_installed
    with pytest.raises(CheckpointError, match="unet/ is missing"):
        find_checkpoint("my-model")


@pytest.mark.parametrize("name", ["doors \U0001f6aa", 'a "b" \x7f', "a\\b"])
def test_every_name_can_be_listed(folder: Path, name: str) -> None:
    own = folder.rename(folder.with_name(name))
    register_folder(own)
    assert find_checkpoint(name).folder == own
    forget_folder(name)
    assert read_user_registry().entries == {}


def test_a_name_that_is_no_utf8_is_refused_and_harms_no_other(folder: Path) -> None:
    try:
        own = folder.rename(folder.with_name(os.fsdecode(b"T\xfcr")))
    except OSError:
        pytest.skip("this disk has UTF-8 names alone")
    with pytest.raises(CheckpointError, match="is not valid UTF-8"):
        register_folder(own)
    assert find_checkpoint("starter").is_installed


@pytest.mark.parametrize(
    ("file", "content"),
    [("studio.json", ""), ("studio.json", "[]"), ("model_index.json", "[]"), ("control", "")],
)
def test_a_damaged_own_folder_harms_no_other(folder: Path, file: str, content: str) -> None:
    register_folder(folder)
    if file == "control":
        (folder / file).mkdir()
    else:
        (folder / file).write_text(content)
    assert find_checkpoint("starter").is_installed
    listed = {known.id: known for known in list_checkpoints()}
    assert not listed["my-model"].is_installed and listed["starter"].is_installed
    with pytest.raises(CheckpointError, match="my-model"):
        find_checkpoint("my-model")
    forget_folder("my-model")
    assert "my-model" not in {known.id for known in list_checkpoints()}


def test_unknown_checkpoint_lists_the_known_ones() -> None:
    with pytest.raises(CheckpointError, match=r"starter, audioldm-s-full"):
        find_checkpoint("nothing-like-it")


def test_known_checkpoint_that_is_not_installed_says_how_to_get_it() -> None:
    with pytest.raises(CheckpointError, match="checkpoints download audioldm-m-full"):
        find_checkpoint("audioldm-m-full")
