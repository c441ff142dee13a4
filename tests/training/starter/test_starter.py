"""Assembling the starter: every part in its place, or a sentence that names what is missing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from tiny_checkpoint import make_tiny_unet
from training_data import make_runs

from qvim_studio.core.errors import StudioError
from qvim_studio.families.audioldm.student import STUDENT_FOLDER
from qvim_studio.training.starter.starter import FOUNDATIONS, PARTS, StarterCard, assemble, restore


def test_every_part_is_copied_and_described(tmp_path: Path) -> None:
    make_runs(tmp_path / "runs")
    assemble(tmp_path / "runs", tmp_path / "starter", StarterCard("space"))
    for name in PARTS:
        assert (tmp_path / "starter" / name / "config.json").is_file()
    card = json.loads((tmp_path / "starter" / "studio.json").read_text())
    assert card["id"] == "starter" and card["commercial"] == "yes"


def test_missing_part_is_named(tmp_path: Path) -> None:
    make_runs(tmp_path / "runs")
    shutil.rmtree(tmp_path / "runs" / "decoder" / "vae")
    with pytest.raises(StudioError, match="vae not found"):
        assemble(tmp_path / "runs", tmp_path / "starter", StarterCard("space"))


@pytest.mark.parametrize("copied", [0, 3])
def test_an_end_half_way_leaves_the_starter_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, copied: int
) -> None:
    make_runs(tmp_path / "runs")
    folder = tmp_path / "starter"
    assemble(tmp_path / "runs", folder, StarterCard("space"))
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    done: list[object] = []
    copy = shutil.copytree

    def copy_some(*arguments: object, **options: object) -> object:
        if len(done) == copied:
            raise KeyboardInterrupt
        done.append(arguments)
        return copy(*arguments, **options)

    monkeypatch.setattr(shutil, "copytree", copy_some)
    with pytest.raises(KeyboardInterrupt):
        assemble(tmp_path / "runs", folder, StarterCard("space"))
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_what_no_trainer_makes_stays_in_the_starter(tmp_path: Path) -> None:
    make_runs(tmp_path / "runs")
    (tmp_path / "starter" / "more").mkdir(parents=True)
    (tmp_path / "starter" / "more" / "file").touch()
    assemble(tmp_path / "runs", tmp_path / "starter", StarterCard("space"))
    assert (tmp_path / "starter" / "more" / "file").is_file()


def test_a_student_of_another_unet_is_refused(tmp_path: Path) -> None:
    make_runs(tmp_path / "runs")
    torch.manual_seed(7)
    make_tiny_unet().save_pretrained(tmp_path / "runs" / "unet" / "unet")
    with pytest.raises(StudioError, match="train student"):
        assemble(tmp_path / "runs", tmp_path / "starter", StarterCard("space"))
    assemble(tmp_path / "runs", tmp_path / "teacher", StarterCard("space"), with_student=False)
    assert not (tmp_path / "teacher" / STUDENT_FOLDER).exists()


def test_starter_over_its_size_is_refused(tmp_path: Path) -> None:
    make_runs(tmp_path / "runs")
    with pytest.raises(StudioError, match="too large"):
        assemble(tmp_path / "runs", tmp_path / "starter", StarterCard("space"), max_file_bytes=1)


def test_a_checkpoint_goes_back_to_where_its_trainers_go_on(tmp_path: Path) -> None:
    make_runs(tmp_path / "runs")
    assemble(tmp_path / "runs", tmp_path / "starter", StarterCard("space"))
    kept = tmp_path / "new" / "unet" / "unet"
    kept.mkdir(parents=True)
    restore(tmp_path / "starter", tmp_path / "new")
    assert list(kept.iterdir()) == []
    for name, run in {**PARTS, "unet": "unet"}.items():
        assert (tmp_path / "new" / run / name).is_dir()
    for name, run in FOUNDATIONS.items():
        assert (tmp_path / "new" / run / name / "config.json").is_file()
