"""Names of pickled weights, whole or split, lead to the names of their safetensors."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from qvim_studio.core.errors import CheckpointError
from qvim_studio.networks.files.pickled_names import (
    is_pickled,
    parts_by_index,
    safetensors_name,
    whole_names,
)


@pytest.mark.parametrize(
    ("pickled", "safe"),
    [
        ("pytorch_model.bin", "model.safetensors"),
        ("diffusion_pytorch_model.bin", "diffusion_pytorch_model.safetensors"),
        ("pytorch_model-00001-of-00002.bin", "model-00001-of-00002.safetensors"),
    ],
)
def test_a_pickle_becomes_safetensors_of_the_libraries_name(pickled: str, safe: str) -> None:
    assert is_pickled(PurePosixPath("unet", pickled))
    assert safetensors_name(pickled) == safe


@pytest.mark.parametrize(
    "name",
    [
        "training_args.bin",
        "pytorch_model.bin.index.json",
        "pytorch_model-1-of-2.bin",
        "old_pytorch_model.bin",
        "pytorch_model.binary",
    ],
)
def test_files_of_other_names_are_no_pickled_weights(name: str) -> None:
    assert not is_pickled(PurePosixPath(name))
    with pytest.raises(ValueError, match="expected a name of pickled weights"):
        safetensors_name(name)


def test_a_part_is_replaced_by_the_whole_file_or_by_the_index_of_all_parts() -> None:
    assert whole_names("pytorch_model-00002-of-00003.bin") == (
        "model.safetensors",
        "model.safetensors.index.json",
    )


def test_parts_are_gathered_by_folder_and_whole_pickles_need_no_index() -> None:
    text, unet = PurePosixPath("text_encoder"), PurePosixPath("unet")
    parts = [text / f"pytorch_model-0000{number}-of-00002.bin" for number in (1, 2)]
    other = unet / "diffusion_pytorch_model-00001-of-00001.bin"
    found = parts_by_index([parts[0], unet / "pytorch_model.bin", other, parts[1]])
    assert found == {
        text / "model.safetensors.index.json": parts,
        unet / "diffusion_pytorch_model.safetensors.index.json": [other],
    }


def test_a_missing_part_is_counted() -> None:
    with pytest.raises(CheckpointError, match=r"1 of 3 parts .*such as unet/pytorch_model-00002"):
        parts_by_index([PurePosixPath("unet/pytorch_model-00002-of-00003.bin")])
