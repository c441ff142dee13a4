"""The published files of one rate become a folder; lying names of tables mislead nobody."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_semanticodec import write_published_files

from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.conversion import convert
from qvim_studio.families.semanticodec.config import read_encoder_config, recognizes
from qvim_studio.families.semanticodec.conversion import convert_source
from qvim_studio.families.semanticodec.parts import SemantiCodecParts


def test_folder_holds_what_is_used(folder: Path, parts: SemantiCodecParts) -> None:
    assert recognizes(folder)
    there = {path.name for path in folder.iterdir() if path.is_dir()}
    assert there == {"encoder", "unet", "vae", "vocoder"}
    config = read_encoder_config(folder)
    assert (config.depth, config.averaged, config.lstm_layers, config.stacked) == (4, 3, 2, 1)
    assert parts.vae.config.scaling_factor == pytest.approx(0.7)
    assert parts.unet.config.attention_head_dim == [1, 2, 3, 5]


def test_the_largest_table_is_taken_by_its_rows(
    published_folder: Path, parts: SemantiCodecParts
) -> None:
    tables = published_folder.parent / "codebook_idx/combine_512_audioset_dominate"
    largest = np.load(tables / "codebook_32_0.npy")
    assert parts.encoder.config.semantic == 64
    assert np.array_equal(parts.encoder.centroids.numpy(), largest)


def test_a_table_that_is_a_pickle_is_refused(published_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(published_folder, tmp_path / "rate")
    tables = tmp_path / "codebook_idx/combine_512_audioset_dominate"
    tables.mkdir(parents=True)
    np.save(tables / "codebook_16_0.npy", np.array([{}], object), allow_pickle=True)
    with pytest.raises(CheckpointError, match="not a complete SemantiCodec"):
        convert_source(tmp_path / "rate")


def test_rate_50_joins_two_patches(tmp_path: Path) -> None:
    converted = convert(write_published_files(tmp_path, rate=50))
    encoder = converted.parts[0]
    assert encoder.config["stacked"] == 2 and encoder.weights["centroids"].shape == (64, 128)
    assert converted.parts[1].config["cross_attention_dim"][0] == [None, 448]
    assert converted.card["title"] == "SemantiCodec 50"


def test_other_rates_and_missing_tables_are_refused(published_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(published_folder, tmp_path / "rate")
    with pytest.raises(CheckpointError, match="found no codebook_idx"):
        convert_source(tmp_path / "rate")
    path = tmp_path / "rate/encoder.ckpt"
    state = torch.load(path, weights_only=True)
    state["quantizer._codebook.embed"] = torch.zeros(1, 40, 256)
    torch.save(state, path)
    with pytest.raises(CheckpointError, match="rates 100 and 50 are read"):
        convert_source(tmp_path / "rate")
