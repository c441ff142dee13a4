"""AudioLDM's one-file forms become folders that compute the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from malicious import Malicious
from original_layout import as_original, unet_layers
from tiny_original_audioldm import (
    LIVE_SHIFT,
    SCALE,
    original_networks,
    original_weights,
    write_original,
)

from qvim_studio.checkpoints.conversion import Converted, ConvertedPart, write_converted
from qvim_studio.core.capabilities import Input, VoiceRoute
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.request import VramMode
from qvim_studio.families.audioldm import conversion
from qvim_studio.families.audioldm.conversion import SIZE_NAMES, convert_source
from qvim_studio.families.audioldm.family import FAMILY
from qvim_studio.families.audioldm.loaded import load_checkpoint
from qvim_studio.families.audioldm.parts import load_audioldm
from qvim_studio.families.audioldm.training_config import TrainingConfig
from qvim_studio.families.catalog import find_checkpoint, list_checkpoints
from qvim_studio.families.conversion import convert
from qvim_studio.families.protocol import Asked, Voice
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.modes import TRAITS
from qvim_studio.networks.files.meta_device import without_values
from qvim_studio.networks.label_unet import LabelUnet, LabelUnetConfig

from transformers import ClapModel  # isort: skip

PLAN = ComputePlan(VramMode.CPU, "cpu", torch.float32, TRAITS[VramMode.CPU])
Weights = dict[str, torch.Tensor]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_original(tmp_path_factory.mktemp("published") / "audioldm-s-full.ckpt")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained") / "my_experiment"
    path = write_original(folder / "checkpoints" / "last.ckpt", transformers=2)
    (folder / "config.yaml").write_text(
        "model:\n  params:\n    parameterization: v\n    linear_start: 0.001\n"
        "    unet_config:\n      params: {num_head_channels: 16}\n"
    )
    return path


@pytest.fixture(scope="module")
def folder(published: Path) -> Path:
    folder = published.with_name("converted")
    write_converted(convert(published), folder)
    return folder


def close(made: torch.Tensor, expected: torch.Tensor) -> bool:
    return bool((made - expected).abs().max() <= 1e-5 * expected.abs().max())


@torch.inference_mode()
def test_every_network_computes_what_the_original_computes(folder: Path) -> None:
    networks = original_networks()
    checkpoint = find_checkpoint(str(folder))
    parts = load_audioldm(checkpoint, PLAN)
    given, labels, step = torch.randn(2, 8, 16, 16), torch.randn(2, 512), torch.tensor(500)
    (predicted,) = parts.unet(given, step, class_labels=labels, return_dict=False)
    assert close(predicted, networks.unet(given, step, None, class_labels=labels).sample)
    latents = torch.randn(1, 8, 4, 32)
    assert close(parts.vae.decode(latents).sample, networks.vae.decode(latents).sample)
    mel = torch.randn(1, 8, 64)
    assert close(parts.vocoder(mel), networks.vocoder(mel))
    assert parts.scaling_factor == pytest.approx(SCALE)


@torch.inference_mode()
def test_the_clap_of_the_conditions_hears_and_reads_as_the_original(folder: Path) -> None:
    theirs, ours = original_networks().clap, ClapModel.from_pretrained(folder / "text_encoder")
    features, tokens = torch.randn(1, 1, 1001, 64), torch.tensor([[0, 7, 9, 2]])
    for clap in (theirs, ours.eval()):
        clap.config.return_dict = True
    found, expected = (
        clap.audio_projection(clap.audio_model(features).pooler_output) for clap in (ours, theirs)
    )
    assert close(found, expected)
    read, expected = (
        clap.text_projection(clap.text_model(tokens).pooler_output) for clap in (ours, theirs)
    )
    assert close(read, expected)
    declared = FAMILY.describe(find_checkpoint(str(folder)))
    assert declared.voice_route is VoiceRoute.TOWER and declared.takes(Input.VOICE)


@torch.inference_mode()
def test_without_a_tokenizer_nothing_still_means_the_empty_text(folder: Path) -> None:
    loaded = load_checkpoint(find_checkpoint(str(folder)), PLAN)
    assert loaded.text is None and not FAMILY.describe(loaded.checkpoint).takes(Input.TEXT)
    clip = AudioClip.from_mono(np.random.default_rng(0).standard_normal(4800) * 0.1, 48_000)
    asked = Asked(1.0, voice=Voice(clip, np.zeros(960, np.float32)))
    wanted, unwanted, _ = loaded.conditions(asked)
    theirs = original_networks().clap
    read = theirs.text_projection(theirs.text_model(torch.tensor([[0, 2]])).pooler_output)
    assert close(unwanted, torch.nn.functional.normalize(read, dim=-1))
    vector = wanted.vector
    assert vector.shape == (1, 512) and vector.norm() == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize(
    ("width", "size", "heads"),
    [
        (128, "size s", [4, 8, 12, 20]),
        (192, "size m", [6, 12, 18, 30]),
        (256, "size l", [4, 8, 12, 20]),
    ],
)
def test_published_sizes_have_their_numbers_and_heads(
    width: int, size: str, heads: list[int]
) -> None:
    known = {"size s": "audioldm-s-full", "size m": "audioldm-m-full", "size l": "audioldm-l-full"}
    numbers = {each.id: each.sizes for each in list_checkpoints()}[known[size]]
    sizes = LabelUnetConfig(
        *(8, 8, tuple(width * level for level in (1, 2, 3, 5)), (False, True, True, True)),
        *((1, 1, 1, 1), 2, 32, 1e-5, 512),
    )
    with without_values():
        state = LabelUnet(sizes).state_dict()
    layers = [*unet_layers(4, 2, 1), ("film_emb", "class_embedding")]
    part = conversion._unet(as_original(state, layers, ""), TrainingConfig())
    assert sum(value.numel() for value in part.weights.values()) == numbers["unet"]
    assert part.config["attention_head_dim"] == heads
    assert SIZE_NAMES[part.config["block_out_channels"][0]] == size


@torch.inference_mode()
def test_what_the_trainer_writes_has_averaged_weights_and_its_own_schedule(
    trained: Path, tmp_path: Path
) -> None:
    made = convert(trained)
    assert made.card["title"] == "AudioLDM (my_experiment-last)"
    write_converted(made, tmp_path / "made")
    parts = load_audioldm(find_checkpoint(str(tmp_path / "made")), PLAN)
    assert parts.scheduler_config["prediction_type"] == "v_prediction"
    assert parts.scheduler_config["beta_start"] == 0.001
    assert unet_of(made).config["attention_head_dim"] == [2, 4]
    theirs = original_networks(2).unet
    given, labels, step = torch.randn(2, 8, 16, 16), torch.randn(2, 512), torch.tensor(500)
    (predicted,) = parts.unet(given, step, class_labels=labels, return_dict=False)
    assert close(predicted, theirs(given, step, None, class_labels=labels).sample)


def test_live_weights_are_taken_where_they_are_wanted(trained: Path, published: Path) -> None:
    theirs = original_networks(2).unet.state_dict()["conv_in.weight"]
    live = unet_of(convert_source(trained, averaged=False)).weights["conv_in.weight"]
    assert torch.equal(live, theirs + LIVE_SHIFT)
    with pytest.raises(CheckpointError, match=r"no averaged weights .* without --ema"):
        convert_source(published, averaged=True)


def test_it_says_what_it_recognized(published: Path, trained: Path) -> None:
    capabilities = convert(published).recognized
    assert capabilities.startswith("AudioLDM of width 32, ")
    assert " M parameters, live weights, HTSAT of width 8 CLAP." in capabilities
    assert "EMA weights" in convert(trained).recognized


def test_a_tokenizer_beside_the_file_lets_it_read(published: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.ckpt"
    path.symlink_to(published)
    for count in (299, 300):  # words; the network knows 300
        words = {str(number): number for number in range(count)}
        (tmp_path / "tokenizer.json").write_text(json.dumps({"model": {"vocab": words}}))
        made = convert(path)
        assert ("reads no words" in made.recognized) is (count == 299)
        assert ("tokenizer/tokenizer.json" in made.files) is (count == 300)


def without_film(weights: Weights) -> None:
    del weights["model.diffusion_model.film_emb.weight"]


def with_context(weights: Weights) -> None:
    name = next(name for name in weights if name.endswith("attn2.to_k.weight"))
    weights[name] = torch.zeros(64, 1024)


@pytest.mark.parametrize("change", [without_film, with_context])
def test_a_denoiser_with_cross_attention_is_refused_in_words(
    change: Callable[[Weights], None], tmp_path: Path
) -> None:
    weights = original_weights()
    change(weights)
    torch.save({"state_dict": weights}, tmp_path / "flan.ckpt")
    with pytest.raises(CheckpointError, match="cross-attention, as AudioLDM with Flan-T5"):
        convert(tmp_path / "flan.ckpt")


def test_a_configuration_with_cross_attention_is_refused_in_words(
    published: Path, tmp_path: Path
) -> None:
    path = tmp_path / "model.ckpt"
    path.symlink_to(published)
    unet = "{unet_config: {params: {context_dim: [1024]}}}"
    (tmp_path / "flan.yaml").write_text(f"model: {{params: {unet}}}")
    with pytest.raises(CheckpointError, match="cross-attention"):
        convert(path)


@pytest.mark.parametrize(
    "missing",
    [
        "scale_factor",
        "first_stage_model.vocoder.",
        "first_stage_model.decoder.conv_in.bias",
        "cond_stage_model.model.text_branch.pooler",
        "cond_stage_model.",
        "model.diffusion_model.out.2.weight",
    ],
)
def test_half_a_file_is_refused(
    missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = {n: value for n, value in original_weights().items() if not n.startswith(missing)}
    monkeypatch.setattr(conversion, "read_original", lambda path: weights)
    with pytest.raises(CheckpointError, match="not a complete AudioLDM"):
        convert_source(tmp_path / "half.ckpt")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("scale_factor", torch.ones(2)),
        ("model.diffusion_model.input_blocks.0.0.weight", torch.zeros(3)),
        ("model.diffusion_model.film_emb.weight", torch.zeros(())),
        ("cond_stage_model.model.text_branch.embeddings.word_embeddings.weight", torch.zeros(2, 0)),
    ],
)
def test_weights_of_other_shapes_are_refused(
    name: str, value: torch.Tensor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = original_weights() | {name: value}
    monkeypatch.setattr(conversion, "read_original", lambda path: weights)
    with pytest.raises(CheckpointError, match="not a complete AudioLDM"):
        convert_source(tmp_path / "odd.ckpt")


def test_a_truncated_file_is_refused(published: Path, tmp_path: Path) -> None:
    content = published.read_bytes()
    (tmp_path / "cut.ckpt").write_bytes(content[: len(content) // 2])
    with pytest.raises(CheckpointError, match="not a plain file of weights"):
        convert(tmp_path / "cut.ckpt")


def test_a_program_in_the_file_is_refused_and_not_run(tmp_path: Path) -> None:
    weights = {"state_dict": original_weights(), "hparams": Malicious(tmp_path / "ran")}
    torch.save(weights, tmp_path / "evil.ckpt")
    with pytest.raises(CheckpointError, match="nothing in it was run"):
        convert(tmp_path / "evil.ckpt")
    assert not (tmp_path / "ran").exists()


def unet_of(made: Converted) -> ConvertedPart:
    return next(part for part in made.parts if part.name == "unet")
