"""FiLM alone and with the adapter: gradients reach both, the rest stays as it was."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from songs import played, sung, write_song
from tiny_checkpoint import build_tiny_checkpoint, give_second_ear, make_tiny_unet
from tiny_clap import add_tiny_clap
from training_data import unit, write_corpus

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.errors import CheckpointError, StudioError
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.training.corpus.build import build_corpus
from qvim_studio.training.corpus.corpus import Corpus, load_corpus
from qvim_studio.training.corpus.imitations import load_or_render
from qvim_studio.training.corpus.music.pair_set import build_pair_set
from qvim_studio.training.trainers import film
from qvim_studio.training.trainers.film import CaptionMixer, FilmStudent, FilmTraining
from qvim_studio.training.trainers.targets import targets_path
from qvim_studio.training.trainers.unet import UnetTraining, denoising_loss, make_training_scheduler
from qvim_studio.voice.adapter import Adapter, load_adapter

OPTIONS = FilmTraining(batches=UnetTraining(lengths=(8,), length_odds=(1.0,), frames_per_batch=32))


@pytest.fixture
def corpus_folder(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "corpus", "tiny-clap")


@pytest.fixture
def checkpoint(tmp_path: Path) -> Checkpoint:
    return find_checkpoint(str(build_tiny_checkpoint(tmp_path / "tiny")))


def tune(
    corpus: Path,
    checkpoint: Checkpoint,
    run_folder: Path,
    is_joint: bool,
    options: FilmTraining = OPTIONS,
) -> None:
    embeddings = corpus / "embeddings.npz"
    film.run(corpus, run_folder, 0.003, checkpoint, embeddings, is_joint=is_joint, options=options)


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
    assert norms["film_gradient"] > OPTIONS.min_gradient
    assert norms["adapter_gradient"] > OPTIONS.min_gradient
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
) -> None:
    strict = replace(OPTIONS, min_gradient=1e9)
    with pytest.raises(StudioError, match=r"film gradient is .* learns nothing"):
        tune(corpus_folder, checkpoint, tmp_path / "run", is_joint=False, options=strict)


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


def captioned(corpus: Corpus) -> Corpus:
    """The first two sounds have captions, the last one has none."""
    captions = (("a dog",), ("rain", "heavy rain"), ())
    items = tuple(
        replace(item, captions=some) for item, some in zip(corpus.items, captions, strict=True)
    )
    return replace(corpus, items=items)


def test_words_have_a_part_in_what_captioned_sounds_are_asked_for(
    corpus_folder: Path, checkpoint: Checkpoint
) -> None:
    folder = checkpoint.installed_folder()
    add_tiny_clap(folder)
    voices = torch.from_numpy(unit(np.random.default_rng(0), 3, 512)).requires_grad_()
    corpus = captioned(load_corpus(corpus_folder))
    rng = np.random.default_rng(0)
    mixed = CaptionMixer(corpus, folder, 1.0).mixed(voices, np.arange(3), rng)
    assert torch.allclose(mixed.norm(dim=1), torch.ones(3), atol=1e-5)
    assert torch.equal(mixed[2], voices[2])
    assert not torch.allclose(mixed[0], voices[0]) and not torch.allclose(mixed[1], voices[1])
    mixed.sum().backward()
    assert voices.grad is not None and voices.grad[0].abs().max() > 0
    never = CaptionMixer(corpus, folder, 0.0).mixed(voices, np.arange(3), rng)
    assert torch.equal(never, voices)


def test_words_need_captions_and_a_text_tower(
    corpus_folder: Path, checkpoint: Checkpoint, tmp_path: Path
) -> None:
    worded = replace(OPTIONS, words_share=0.5)
    with pytest.raises(CheckpointError, match="has no text tower"):
        tune(corpus_folder, checkpoint, tmp_path / "run", is_joint=False, options=worded)
    add_tiny_clap(checkpoint.installed_folder())
    with pytest.raises(StudioError, match="has no captions"):
        tune(corpus_folder, checkpoint, tmp_path / "run", is_joint=False, options=worded)


@pytest.mark.parametrize("words_share", [0.0, 1.0])
def test_pairs_of_songs_tune_a_checkpoint(
    tmp_path: Path, checkpoint: Checkpoint, words_share: float
) -> None:
    """From stems to FiLM and adapter: the voices are the imitations of their music."""
    for number, artist in enumerate(("Ann", "Bob", "Cid")):
        folder = tmp_path / "songs" / f"{artist} - Song"
        write_song(folder / "vocals.wav", sung(1.5, 220.0 + 50 * number))
        write_song(folder / "instrumental.wav", played(1.5, 100.0 + 20 * number))
    build_pair_set([tmp_path / "songs"], tmp_path / "pairs", [1.0])
    build_corpus([tmp_path / "pairs"], tmp_path / "corpus")
    corpus = load_corpus(tmp_path / "corpus")
    takes = load_or_render(corpus)
    assert takes.is_real.all() and len(takes.spans) == len(corpus.items) == 3
    assert all(item.captions and item.kind == "music" for item in corpus.items)
    rng = np.random.default_rng(0)
    found = {"embeddings": unit(rng, 3, 512), "voices": unit(rng, 3, 512)}
    np.savez(targets_path(corpus.folder, "tiny-clap"), **found, null=unit(rng, 512))
    np.savez(corpus.folder / "embeddings.npz", voices=unit(rng, 3, 960), first=takes.rows.first)
    add_tiny_clap(checkpoint.installed_folder())
    options = replace(OPTIONS, words_share=words_share)
    tune(corpus.folder, checkpoint, tmp_path / "run", is_joint=True, options=options)
    assert (tmp_path / "run" / "film").is_dir() and (tmp_path / "run" / "adapter").is_dir()
