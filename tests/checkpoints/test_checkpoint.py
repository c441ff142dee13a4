"""A checkpoint says where it lies, what its folder lacks and which licences hold for its sounds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from qvim_studio.checkpoints.checkpoint import (
    Checkpoint,
    ChosenEncoder,
    ChosenLora,
    Layout,
    missing_parts,
)
from qvim_studio.core.errors import CheckpointError

KNOWN = Checkpoint("rain", "Rain", None, "CC0", "yes", "r1", repo="someone/rain")
LORA = ChosenLora("wood", 0.8, Path("wood.safetensors"), "MIT", "conditional", "1f2e")


def test_a_checkpoint_that_is_not_here_says_how_to_get_it(tmp_path: Path) -> None:
    assert not KNOWN.is_installed
    with pytest.raises(CheckpointError, match=r"someone/rain in .* checkpoints download rain$"):
        KNOWN.installed_folder()
    here = replace(KNOWN, folder=tmp_path)
    assert here.is_installed and here.installed_folder() == tmp_path


def test_each_lora_adds_its_licence_and_the_strictest_says_whether_sounds_may_be_sold() -> None:
    second = replace(LORA, name="wind", weight=1.0, licence="GPL", commercial="no")
    made = replace(KNOWN, loras=(LORA, second)).provenance()
    assert (made.checkpoint, made.licence, made.commercial) == ("rain", "CC0 + MIT + GPL", "no")
    assert made.loras == "wood 0.8 (MIT, revision 1f2e); wind 1 (GPL, revision 1f2e)"
    assert replace(KNOWN, loras=(LORA,)).provenance().commercial == "conditional"
    assert (KNOWN.provenance().licence, KNOWN.provenance().loras) == ("CC0", "")


def test_the_plain_checkpoint_forgets_what_a_request_chose() -> None:
    encoder = ChosenEncoder("mine", Path("qvim"), Path("adapter"), "rain")
    assert replace(KNOWN, heard_by=encoder, loras=(LORA,)).plain == KNOWN


def test_a_folder_lacks_the_required_parts_that_are_no_folders_of_it(tmp_path: Path) -> None:
    (tmp_path / "unet").mkdir()
    (tmp_path / "vae").touch()
    layout = Layout("index.json", (".", "unet", "vae"), ("scheduler",), ("adapter",))
    assert missing_parts(tmp_path, layout) == ["vae", "scheduler"]
