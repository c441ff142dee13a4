"""Each checkpoint has folders of its own below the runs, and what is missing names its command."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
from training_data import write_corpus

from qvim_studio.commands.training.training_folders import made, run_folder
from qvim_studio.core.errors import StudioError


def asked(runs: Path, checkpoint: str = "starter") -> argparse.Namespace:
    return argparse.Namespace(runs=runs, checkpoint=checkpoint)


def test_the_starters_folder_has_the_name_of_the_part_alone(tmp_path: Path) -> None:
    assert run_folder(asked(tmp_path), "adapter") == tmp_path / "adapter"
    other = asked(tmp_path, "/far/away/big-model")
    assert run_folder(other, "adapter") == tmp_path / "adapter-big-model"


def test_what_an_earlier_command_made_is_found_or_its_command_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="corpus"):  # what comes first is missing as well
        made(asked(tmp_path), "vae", "vae")
    write_corpus(tmp_path / "corpus", "space")
    with pytest.raises(StudioError, match=r"Make it first: qvim-studio train vae\."):
        made(asked(tmp_path), "vae", "vae")
    (tmp_path / "vae").mkdir()
    assert made(asked(tmp_path), "vae", "vae") == tmp_path / "vae"
