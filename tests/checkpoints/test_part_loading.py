"""Parts load strictly; what fails names the part, and lack of memory blames no file."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny_clap import add_tiny_clap

from qvim_studio.checkpoints.part_loading import load_part, load_transformers
from qvim_studio.core.errors import CheckpointError

from transformers import ClapTextModelWithProjection  # isort: skip


def failing(error: Exception):
    def load(path: Path) -> None:
        raise error

    return load


def test_a_part_is_loaded_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "vae").mkdir()
    assert load_part(tmp_path, "vae", lambda path: path) == tmp_path / "vae"
    (tmp_path / "unet").touch()
    with pytest.raises(CheckpointError, match="has no part unet/"):
        load_part(tmp_path, "unet", lambda path: path)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (KeyError("x"), r"loaded: 'x'\. Copy"),
        (ValueError(), r"loaded: ValueError\(\)\. Copy"),
        (RuntimeError("\nfirst line\nsecond line"), r"loaded: first line\. Copy"),
        (RuntimeError("x" * 500), r"loaded: x{160}\. Copy"),
    ],
)
def test_every_error_of_a_library_becomes_one_short_sentence(
    tmp_path: Path, error: Exception, reason: str
) -> None:
    (tmp_path / "vae").mkdir()
    with pytest.raises(CheckpointError, match=rf"^The part vae/ .* {reason}"):
        load_part(tmp_path, "vae", failing(error))


@pytest.mark.parametrize(
    "error", [CheckpointError("its own sentence"), MemoryError(), torch.OutOfMemoryError("cuda")]
)
def test_lack_of_memory_and_sentences_of_our_own_pass_through(
    tmp_path: Path, error: Exception
) -> None:
    (tmp_path / "vae").mkdir()
    with pytest.raises(type(error)) as caught:
        load_part(tmp_path, "vae", failing(error))
    assert caught.value is error


def test_a_network_of_transformers_is_ready_in_full_precision(tmp_path: Path) -> None:
    add_tiny_clap(tmp_path)
    path = tmp_path / "text_encoder" / "model.safetensors"
    stored = load_file(path)
    halved = {n: v.half() if v.is_floating_point() else v for n, v in stored.items()}
    save_file(halved, path, {"format": "pt"})
    network = load_transformers(ClapTextModelWithProjection, path.parent)
    assert {value.dtype for value in network.parameters()} == {torch.float32}
    assert not network.training
    assert not any(value.requires_grad for value in network.parameters())


def test_weights_that_are_missing_are_counted_and_never_drawn(tmp_path: Path) -> None:
    add_tiny_clap(tmp_path)
    path = tmp_path / "text_encoder" / "model.safetensors"
    kept = {n: v for n, v in load_file(path).items() if not n.startswith("text_projection")}
    save_file(kept, path, {"format": "pt"})
    with pytest.raises(ValueError, match=r"4 missing tensors \(first: text_projection"):
        load_transformers(ClapTextModelWithProjection, path.parent)
