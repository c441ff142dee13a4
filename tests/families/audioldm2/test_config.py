"""The configuration files of an AudioLDM 2 are read as trained, or refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from audioldm2_runs import change

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.audioldm2.config import WIDTHS, original_heads, read_config
from qvim_studio.families.audioldm2.family import FAMILY


def test_folders_of_other_kinds_are_not_recognized(checkpoint: Checkpoint, tmp_path: Path) -> None:
    assert FAMILY.recognizes(checkpoint.installed_folder())
    assert not FAMILY.recognizes(tmp_path)
    for text in ('{"_class_name": "AudioLDMPipeline"}', "[]", "{"):
        (tmp_path / "model_index.json").write_text(text)
        assert not FAMILY.recognizes(tmp_path)


@pytest.mark.parametrize(
    ("part", "changes", "message"),
    [
        ("text_encoder_2", {"model_type": "vits"}, "speak a text"),
        ("unet", {"cross_attention_dim": [[None, 768]] * 2}, "listens to"),
        ("unet", {"in_channels": 12}, "12 channels into the UNet, expected 8"),
        ("vae", {"block_out_channels": [8, 8]}, "2 mel frames"),
        ("vae", {"latent_channels": "many"}, "latent_channels is"),
        ("vocoder", {"sampling_rate": 48_000}, "48000 Hz as its sample rate, expected 16000"),
        ("vocoder", {"upsample_rates": [5, 4]}, "20 samples for each mel frame"),
    ],
)
def test_foreign_folders_are_refused_in_a_sentence(
    folder: Path, part: str, changes: dict[str, Any], message: str
) -> None:
    change(folder, part, **changes)
    with pytest.raises(CheckpointError, match=message):
        FAMILY.describe(Checkpoint("a", "A", folder))


@pytest.mark.parametrize("text", ["{", "[1]"])
def test_damaged_configurations_are_refused(folder: Path, text: str) -> None:
    (folder / "unet" / "config.json").write_text(text)
    with pytest.raises(CheckpointError, match=r"unet/ .* no readable config\.json"):
        FAMILY.describe(Checkpoint("a", "A", folder))


def test_converted_files_get_the_heads_of_the_original() -> None:
    converted = {"attention_head_dim": 8, "block_out_channels": list(WIDTHS)}
    assert original_heads(converted) == (4, 8, 12, 20)
    assert original_heads({**converted, "attention_head_dim": [4, 8, 12, 20]}) is None
    assert original_heads({**converted, "block_out_channels": [8, 16]}) is None


@pytest.mark.parametrize(("named", "eps"), [({}, 1e-5), ({"layer_norm_eps": 1e-12}, 1e-5)])
def test_the_text_tower_gets_the_norms_that_it_was_trained_with(
    folder: Path, named: dict[str, float], eps: float
) -> None:
    path = folder / "text_encoder" / "config.json"
    config = json.loads(path.read_text())
    del config["text_config"]["layer_norm_eps"]
    config["text_config"] |= named
    path.write_text(json.dumps(config))
    assert read_config(folder).text_options == {"layer_norm_eps": eps}


def test_norms_that_a_file_names_are_kept(checkpoint: Checkpoint) -> None:
    assert read_config(checkpoint.installed_folder()).text_options == {}
