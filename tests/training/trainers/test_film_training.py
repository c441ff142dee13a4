"""FiLM alone and with the adapter: gradients reach both, the rest stays as it was."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tiny_checkpoint import build_tiny_checkpoint, give_second_ear, make_tiny_unet
from training_data import write_corpus

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.errors import CheckpointError, StudioError
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.training.trainers import film
from qvim_studio.training.trainers.film import FilmStudent, FilmTraining
from qvim_studio.training.trainers.unet import UnetTraining, denoising_loss, make_training_scheduler
from qvim_studio.voice.adapter import Adapter, load_adapter

OPTIONS = FilmTraining(batches=UnetTraining(lengths=(8,), length_odds=(1.0,), frames_per_batch=32))


@pytest.fixture
def corpus_folder(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "corpus", "tiny-clap")


@pytest.fixture
def checkpoint(tmp_path: Path) -> Checkpoint:
    return find_checkpoint(str(build_tiny_checkpoint(tmp_path / "tiny")))


def tune(corpus: Path, checkpoint: Checkpoint, run_folder: Path, is_joint: bool) -> None:
    embeddings = corpus / "embeddings.npz"
    film.run(corpus, run_folder, 0.003, checkpoint, embeddings, is_joint=is_joint, options=OPTIONS)


def test_gradients_reach_the_adapter_and_film() -> None:
    torch.manual_seed(0)
    adapter = Adapter()
    student = FilmStudent(make_tiny_unet(), adapter)
    conditions = adapter(torch.nn.functional.normalize(torch.randn(4, 960), dim=1))
    latents, controls = torch.randn(4, 8, 8, 16), torch.zeros(4, 4, 8, 16)
    denoising_loss(
        student.unet, make_training_scheduler(), latents, controls, conditions
    ).backward()
    norms = student.gradient_norms()
    assert norms["film_gradient"] > film.MIN_GRADIENT
    assert norms["adapter_gradient"] > film.MIN_GRADIENT
    assert student.unet.conv_in.weight.grad is None


@pytest.mark.parametrize("is_joint", [False, True])
def test_run_leaves_film_and_the_adapter_where_it_was_tuned(
    corpus_folder: Path, checkpoint: Checkpoint, tmp_path: Path, is_joint: bool
) -> None:
    tune(corpus_folder, checkpoint, tmp_path / "run", is_joint)
    stored = load_file(tmp_path / "run" / "film" / "film.safetensors")
    base = load_file(checkpoint.installed_folder() / "unet" / "diffusion_pytorch_model.safetensors")
    name = "class_embedding.weight"
    assert not torch.equal(stored[name], base[name])
    assert (tmp_path / "run" / "adapter").is_dir() == is_joint
    if is_joint:
        tuned, binding = load_adapter(tmp_path / "run" / "adapter")
        before, _ = load_adapter(checkpoint.installed_folder() / "adapter")
        assert binding.generator_id == checkpoint.id
        assert any(
            not torch.equal(a, b)
            for a, b in zip(tuned.parameters(), before.parameters(), strict=True)
        )


def test_a_part_without_gradients_stops_the_run(
    corpus_folder: Path,
    checkpoint: Checkpoint,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(film, "MIN_GRADIENT", 1e9)
    with pytest.raises(StudioError, match=r"film gradient is .* learns nothing"):
        tune(corpus_folder, checkpoint, tmp_path / "run", is_joint=False)


def test_both_ears_of_an_adapter_are_tuned_jointly(
    corpus_folder: Path, checkpoint: Checkpoint, tmp_path: Path
) -> None:
    give_second_ear(checkpoint.installed_folder())
    before, _ = load_adapter(checkpoint.installed_folder() / "adapter")
    tune(corpus_folder, checkpoint, tmp_path / "run", is_joint=True)
    tuned, _ = load_adapter(tmp_path / "run" / "adapter")
    for network in ("layers", "heard_layers"):
        first = getattr(before, network)[0].weight
        assert not torch.equal(getattr(tuned, network)[0].weight, first)


def test_checkpoint_without_an_adapter_says_how_to_make_one(
    corpus_folder: Path, checkpoint: Checkpoint, tmp_path: Path
) -> None:
    shutil.rmtree(checkpoint.installed_folder() / "adapter")
    with pytest.raises(CheckpointError, match=r"has no adapter/.*qvim-studio train adapter"):
        tune(corpus_folder, checkpoint, tmp_path / "run", is_joint=False)
