"""What an earlier public attempt got wrong, one test for each.

Elsewhere: the VAE's mel front end (networks/test_mel.py, an independent computation), FiLM dropped
when saving (families/audioldm/test_film.py, saved and loaded), squeeze-and-excitation lost by a
loose load (networks/test_qvim.py, test_lost_squeeze_and_excitation_is_refused), an adapter used
with another encoder, space or generator (voice/test_adapter.py, test_mismatch_names_both_sides),
gradients that vanish (test_film.py: they reach the adapter and FiLM, and a part without
any stops the run), the split of attention heads (families/audioldm/test_parts.py).
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soxr
import tiny_training
import torch
from safetensors.torch import load_file
from tiny_checkpoint import build_tiny_checkpoint
from tiny_clap import add_tiny_clap
from training_data import unit, write_corpus

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.checkpoints.parts import find_clap
from qvim_studio.core.errors import CheckpointError, StudioError
from qvim_studio.core.request import VramMode
from qvim_studio.families.audioldm.loaded import load_checkpoint
from qvim_studio.families.audioldm.parts import load_audioldm
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.plans import plan_for
from qvim_studio.families.protocol import Asked
from qvim_studio.training.corpus.corpus import load_corpus
from qvim_studio.training.corpus.imitations import load_or_render
from qvim_studio.training.corpus.recording import Recording, recorded_row
from qvim_studio.training.loop.loop import STATE_FILE
from qvim_studio.training.loop.machine import Machine
from qvim_studio.training.trainers import adapter as adapter_training
from qvim_studio.training.trainers import film
from qvim_studio.training.trainers.adapter import AdapterTraining
from qvim_studio.training.trainers.film import FilmTraining
from qvim_studio.training.trainers.targets import load_targets, load_tower_voices, make_clap_targets
from qvim_studio.training.trainers.unet import UnetTraining
from qvim_studio.voice.clap_audio import CLAP_SAMPLE_RATE, ClapAudioConditioner
from qvim_studio.voice.text_conditioner import TextConditioner

CLASS_WEIGHT = "class_embedding.weight"
FILM_OPTIONS = FilmTraining(
    batches=UnetTraining(lengths=(8,), length_odds=(1.0,), frames_per_batch=32)
)
NOISE = np.random.default_rng(0).uniform(-0.1, 0.1, 48_000).astype(np.float32)


@pytest.fixture(scope="module")
def with_clap(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """A checkpoint of AudioLDM's layout with a CLAP of its own."""
    folder = build_tiny_checkpoint(tmp_path_factory.mktemp("clap") / "tiny", has_controls=False)
    add_tiny_clap(folder)
    return find_checkpoint(str(folder))


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus, a checkpoint, and a run of ``train film`` on both."""
    root = tmp_path_factory.mktemp("film")
    corpus = write_corpus(root / "corpus", "tiny-clap")
    checkpoint = find_checkpoint(str(build_tiny_checkpoint(root / "tiny")))
    embeddings = corpus / "embeddings.npz"
    film.run(
        corpus, root / "run", 0.003, checkpoint, embeddings, is_joint=False, options=FILM_OPTIONS
    )
    return root


def test_defect_unconditional_zeros_it_is_the_text_tower_s_empty_text(
    with_clap: Checkpoint, tmp_path: Path
) -> None:
    empty = TextConditioner(with_clap.installed_folder()).embed([""])[0]
    loaded = load_checkpoint(with_clap, plan_for(with_clap, VramMode.CPU))
    _, unwanted, _ = loaded.conditions(Asked(1.0, text="rain"))
    torch.testing.assert_close(unwanted, empty)
    assert float(unwanted.norm()) == pytest.approx(1.0, abs=1e-5)
    corpus = load_corpus(write_corpus(tmp_path / "corpus", "elsewhere"))
    make_clap_targets(corpus, load_or_render(corpus), with_clap)
    targets = load_targets(corpus, with_clap.clap_id)
    np.testing.assert_allclose(targets.null, empty[0].numpy(), atol=1e-6)
    voices = load_tower_voices(corpus, with_clap.clap_id)
    assert voices.shape == (3 * len(corpus.items), 512)  # three renders of each
    for vectors in (targets.embeddings, voices):
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    recorded = recorded_row(load_or_render(corpus), 1, Recording())
    samples = soxr.resample(recorded, 32_000, CLAP_SAMPLE_RATE)
    tower_embedding = ClapAudioConditioner(find_clap(with_clap)).embed(samples)[0].numpy()
    np.testing.assert_allclose(voices[1], tower_embedding, atol=1e-4)


def test_defect_zero_padded_clap_short_sounds_are_repeated(with_clap: Checkpoint) -> None:
    clap = ClapAudioConditioner(find_clap(with_clap))
    short, tiled = clap.embed(NOISE), clap.embed(np.tile(NOISE, 10))
    padded = clap.embed(np.pad(NOISE, (0, 9 * len(NOISE))))
    assert torch.isfinite(short).all()
    torch.testing.assert_close(short, tiled)
    assert (short - padded).abs().max() > 1e-4


def test_defect_film_dropped_what_was_tuned_is_what_the_checkpoint_loads(tuned: Path) -> None:
    folder = tuned / "with"
    shutil.copytree(tuned / "tiny", folder)
    shutil.copytree(tuned / "run" / "film", folder / "film")
    checkpoint = find_checkpoint(str(folder))
    plan = replace(plan_for(checkpoint, VramMode.CPU), dtype=torch.float32)
    stored = load_file(folder / "film" / "film.safetensors")[CLASS_WEIGHT]
    loaded = load_audioldm(checkpoint, plan).unet.state_dict()[CLASS_WEIGHT]
    base = load_file(folder / "unet" / "diffusion_pytorch_model.safetensors")[CLASS_WEIGHT]
    assert torch.equal(loaded, stored)
    assert not torch.equal(loaded, base)


def test_defect_average_over_tuned_weights_only_the_file_gets_it(tuned: Path) -> None:
    state = torch.load(tuned / "run" / STATE_FILE, weights_only=True)
    name = f"unet.{CLASS_WEIGHT}"
    stored = load_file(tuned / "run" / "film" / "film.safetensors")[CLASS_WEIGHT]
    assert torch.equal(stored, state["ema"][name])
    assert not torch.equal(state["model"][name], state["ema"][name])
    unaveraged = film.FilmStudent(_unet(tuned), None)
    unaveraged.load_state_dict(state["model"])  # training goes on with these


def _unet(tuned: Path) -> torch.nn.Module:
    checkpoint = find_checkpoint(str(tuned / "tiny"))
    return load_audioldm(checkpoint, plan_for(checkpoint, VramMode.CPU)).unet


@pytest.mark.parametrize("silenced", ["voices", "sounds"])
def test_defect_adapter_of_reference_embeddings_alone_it_learns_from_both(
    tmp_path: Path, silenced: str
) -> None:
    corpus = write_corpus(tmp_path / "corpus", "space", items=8)
    rng = np.random.default_rng(0)
    arrays = {"voices": unit(rng, 8, 2, 960), "sounds": unit(rng, 8, 960)}
    arrays[silenced][:] = np.nan  # whatever is learned from it cannot be finite
    np.savez(corpus / "embeddings.npz", **arrays, encoder_id="abc")
    options = AdapterTraining("space", "maker", batch=8)
    with pytest.raises(StudioError, match="the loss is nan"):
        adapter_training.run(corpus, tmp_path / "run", 1.0, corpus / "embeddings.npz", options)


def test_defect_worst_checkpoint_kept_the_last_average_beats_the_first(tmp_path: Path) -> None:
    cpu = Machine(torch.device("cpu"))
    x = torch.randn(64, 3, generator=torch.Generator().manual_seed(0))

    @torch.no_grad()
    def error(model: torch.nn.Module) -> float:
        return float((model(x)[:, 0] - x.sum(dim=1)).square().mean())

    first = error(tiny_training.train(tmp_path, 2, machine=cpu))
    last = error(tiny_training.train(tmp_path, 100, machine=cpu))
    assert last < 0.5 * first


def test_space_without_an_audio_tower_is_refused(tuned: Path) -> None:
    checkpoint = find_checkpoint(str(tuned / "tiny"))
    corpus = load_corpus(tuned / "corpus")
    with pytest.raises(CheckpointError, match="lacks a CLAP audio tower"):
        make_clap_targets(corpus, load_or_render(corpus), checkpoint)


def test_missing_targets_say_how_to_make_them(tuned: Path) -> None:
    with pytest.raises(StudioError, match="train targets"):
        load_targets(load_corpus(tuned / "corpus"), "another-space")
