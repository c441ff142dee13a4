"""What Stable Audio 3 declares, and which folders it takes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from live_elements import LiveElements
from safetensors.torch import load_file, save_file
from stable_audio_runs import make_tiny_plan
from tiny_stable_audio_3 import RATIO, TinyStableAudio3, change_config

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.capabilities import EditKind, Input, VoiceRoute
from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.request import VramMode
from qvim_studio.families.stable_audio_3.config import read_config
from qvim_studio.families.stable_audio_3.family import (
    CODER_ELEMENT_BYTES,
    ELEMENT_BYTES,
    PUBLISHED,
    StableAudio3Family,
)
from qvim_studio.families.stable_audio_3.parts import make_denoiser
from qvim_studio.memory.modes import TRAITS
from qvim_studio.networks.meta_device import without_values
from qvim_studio.networks.same_coder import SameCoder
from qvim_studio.networks.same_config import SameConfig

FAMILY = StableAudio3Family()
SAME_L = SameConfig(width=1536, layers=12, chunk=None, sine_layers=8, decoder_kernel=1)


def checkpoint_in(folder: Path) -> Checkpoint:
    return Checkpoint("tiny", "Tiny", folder)


@pytest.fixture
def folder(tiny_small: TinyStableAudio3, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_small.folder, tmp_path / "copy"))


def test_a_distilled_checkpoint_takes_a_voice_as_a_start_and_no_guidance(
    tiny_small: TinyStableAudio3,
) -> None:
    told = FAMILY.describe(checkpoint_in(tiny_small.folder))
    assert told.voice_route is VoiceRoute.START
    assert told.inputs == {Input.VOICE, Input.TEXT, Input.START_SOUND}
    assert told.edits == {EditKind.INPAINT, EditKind.CONTINUE}
    assert (told.sample_rate_hz, told.channels) == (44_100, 2)
    assert told.max_s == pytest.approx(1000 * RATIO / 44_100, abs=0.1)
    assert [option.name for option in told.options] == ["steps", "voice_change", "headroom_s"]
    assert told.options[0].default == 8


def test_a_base_checkpoint_takes_guidance_and_unwanted_words(tiny_base: TinyStableAudio3) -> None:
    told = FAMILY.describe(checkpoint_in(tiny_base.folder))
    assert told.takes(Input.NEGATIVE_TEXT)
    defaults = {option.name: option.default for option in told.options}
    assert (defaults["steps"], defaults["guidance"]) == (50, 7.0)


@pytest.mark.parametrize(
    ("repo", "max_s", "is_distilled"),
    [
        ("stabilityai/stable-audio-3-small-sfx", 120.0, True),
        ("stabilityai/stable-audio-3-medium", 380.0, True),
        ("stabilityai/stable-audio-3-medium-base", 380.0, False),
    ],
)
def test_what_is_only_known_is_described_by_its_name(
    repo: str, max_s: float, is_distilled: bool
) -> None:
    told = FAMILY.describe(Checkpoint("some", "Some", None, repo=repo))
    assert told.max_s == max_s
    assert told.takes(Input.NEGATIVE_TEXT) is not is_distilled


def test_every_preset_is_taken(tiny_base: TinyStableAudio3, tiny_small: TinyStableAudio3) -> None:
    for tiny in (tiny_base, tiny_small):
        told = FAMILY.describe(checkpoint_in(tiny.folder))
        assert [preset.name for preset in told.presets] == ["sketch", "standard", "fine"]
        for preset in told.presets:
            told.filled(preset.values)


def test_describing_imports_no_torch(tiny_small: TinyStableAudio3) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from qvim_studio.families.stable_audio_3.family import StableAudio3Family\n"
        "from qvim_studio.checkpoints.checkpoint import Checkpoint\n"
        "family = StableAudio3Family(); known = Checkpoint('a', 'A', Path(sys.argv[1]))\n"
        "assert family.recognizes(known.folder)\n"
        "family.describe(known), family.footprint(known)\n"
        "print([name for name in ('torch', 'diffusers', 'transformers') if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, str(tiny_small.folder)], capture_output=True, text=True
    )
    assert ran.stdout.strip() == "[]", ran.stderr


def test_only_folders_of_this_family_are_recognized(folder: Path, tmp_path: Path) -> None:
    assert FAMILY.recognizes(folder)
    assert not FAMILY.recognizes(tmp_path)
    change_config(
        folder, lambda values: values["model"]["diffusion"].update(diffusion_objective="v")
    )
    assert not FAMILY.recognizes(folder)
    (folder / "model_config.json").write_text("{")
    assert not FAMILY.recognizes(folder)


def _encoder(values: dict[str, Any]) -> dict[str, Any]:
    return values["model"]["pretransform"]["config"]["encoder"]["config"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda values: values.pop("sample_rate"), "no sample_rate"),
        (lambda values: values["model"].pop("pretransform"), "no pretransform"),
        (lambda values: values["model"]["conditioning"].update(configs=[]), "'prompt'"),
        (lambda values: values["model"]["pretransform"].update(scale=2.0), "scaled"),
        (lambda values: _encoder(values).update(chunk_size=64), "chunk_size is 64"),
        (lambda values: _encoder(values).update(strides=[2, 8]), "strides"),
        (lambda values: _encoder(values).update(dyt=False), "norms"),
        (
            lambda values: values["model"]["diffusion"].update(
                sampling_distribution_shift_options={"type": "flux"}
            ),
            "schedule of its own",
        ),
    ],
)
def test_a_configuration_that_is_not_understood_is_refused(
    change: Any, told: str, folder: Path
) -> None:
    change_config(folder, change)
    with pytest.raises(CheckpointError, match=told):
        FAMILY.describe(checkpoint_in(folder))


def test_norms_have_the_published_default(folder: Path) -> None:
    change_config(folder, lambda values: _denoiser(values).pop("norm_kwargs"))
    config = read_config(folder)
    with without_values():
        denoiser = make_denoiser(config.denoiser, 16)
    block = denoiser.transformer_blocks[0]
    assert (block.pre_norm.eps, block.self_attn.q_norm.eps) == (1e-5, 1e-6)


def _denoiser(values: dict[str, Any]) -> dict[str, Any]:
    return values["model"]["diffusion"]["config"]


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("model.model.transformer.layers.1.ff_norm.gamma", "denoiser"),
        ("pretransform.model.decoder.layers.3.new_tokens", "coder"),
        ("conditioner.conditioners.seconds_total.embedder.embedding.1.bias", "duration"),
    ],
)
def test_a_missing_tensor_is_named_with_its_part(name: str, part: str, folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    del tensors[name]
    save_file(tensors, folder / "model.safetensors")
    with pytest.raises(CheckpointError, match=rf"{part}.*1 missing"):
        FAMILY.load(checkpoint_in(folder), make_tiny_plan(TRAITS[VramMode.CPU]))


def test_a_surplus_tensor_and_a_broken_text_encoder_are_refused(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    save_file(tensors | {"model.model.extra": torch.ones(1)}, folder / "model.safetensors")
    plan = make_tiny_plan(TRAITS[VramMode.CPU])
    with pytest.raises(CheckpointError, match="1 surplus"):
        FAMILY.load(checkpoint_in(folder), plan)
    save_file(tensors, folder / "model.safetensors")
    text = folder / "t5gemma-b-b-ul2" / "model.safetensors"
    text.write_bytes(text.read_bytes()[:200])
    with pytest.raises(CheckpointError, match="text encoder"):
        FAMILY.load(checkpoint_in(folder), plan)
    with pytest.raises(CheckpointError, match="sizes"):
        FAMILY.footprint(checkpoint_in(folder))


def test_the_footprint_counts_every_weight(tiny_large: TinyStableAudio3) -> None:
    stages = {
        stage.name: stage for stage in FAMILY.footprint(checkpoint_in(tiny_large.folder)).stages
    }
    numbers = {
        "denoise": [*tiny_large.denoiser.parameters(), *tiny_large.duration.parameters()],
        "decode": list(tiny_large.coder.parameters()),
    }
    for name, tensors in numbers.items():
        assert 0 <= stages[name].weights - sum(each.numel() for each in tensors) < 20
    assert list(stages) == ["text", "denoise", "decode"]
    assert 0 < stages["denoise"].storable < stages["denoise"].weights


@pytest.mark.parametrize(("size", "coder"), [("small", SameConfig()), ("medium", SAME_L)])
def test_the_footprint_of_published_sizes_holds_what_is_counted(
    size: str, coder: SameConfig
) -> None:
    """Everything alive at once, on meta tensors, at 2 s and at 40 s."""
    name = f"stabilityai/stable-audio-3-{size}"
    _, denoise, decode = FAMILY.footprint(Checkpoint("a", "A", None, repo=name)).stages
    config = PUBLISHED[size][1]
    with without_values(), torch.inference_mode():
        denoiser, network = make_denoiser(config, 256), SameCoder(coder)
        assert denoise.weights >= sum(each.numel() for each in denoiser.parameters())
        assert decode.weights >= sum(each.numel() for each in network.parameters())
        # What is alive at once is alive in one layer.
        denoiser = make_denoiser(replace(config, depth=1), 256)
        network = SameCoder(replace(coder, layers=2))
        for duration_s in (2.0, 40.0):
            latents = int((duration_s + 6.0) * 44_100 / 4096)
            with LiveElements() as counted:
                denoiser(
                    torch.zeros(1, 256, latents),
                    torch.zeros(1),
                    torch.zeros(1, 257, 768),
                    torch.zeros(1, 768),
                    local_add_cond=torch.zeros(1, 257, latents),
                )
            assert denoise.activation_bytes(duration_s, 1) >= counted.peak * ELEMENT_BYTES
            piece = min(128, int(duration_s * 44_100 / 4096))
            with LiveElements() as counted:
                network.decode(torch.zeros(1, 256, piece))
            assert decode.activation_bytes(duration_s, 1) >= counted.peak * CODER_ELEMENT_BYTES
