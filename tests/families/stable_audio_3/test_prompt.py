"""T5Gemma embeds a text's own tokens alone; what is too long is cut and told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from stable_audio_runs import make_tiny_plan
from tiny_stable_audio_3 import TEXT_CHANNELS, TOKENS, TinyStableAudio3

from qvim_studio.core.request import VramMode
from qvim_studio.families.stable_audio_3.config import TEXT_FOLDER
from qvim_studio.families.stable_audio_3.prompt import PromptEncoder
from qvim_studio.memory.modes import TRAITS


def load(folder: Path, tokens: int = TOKENS, *, is_guest: bool = False) -> PromptEncoder:
    plan = make_tiny_plan(replace(TRAITS[VramMode.CPU], swaps_parts=is_guest))
    return PromptEncoder.load(folder / TEXT_FOLDER, tokens, plan, torch.float32)


@pytest.fixture(scope="module")
def prompt(tiny_small: TinyStableAudio3) -> PromptEncoder:
    return load(tiny_small.folder)


def test_a_text_that_fits_is_whole_and_one_token_more_is_cut_and_told(
    prompt: PromptEncoder, tiny_small: TinyStableAudio3
) -> None:
    states, is_cut = prompt.embed("rain")
    count = len(states)
    assert states.shape == (count, TEXT_CHANNELS) and 1 < count < TOKENS
    assert states.dtype == torch.float32 and not is_cut
    exact, is_cut = load(tiny_small.folder, count).embed("rain")
    assert torch.equal(exact, states) and not is_cut
    short, is_cut = load(tiny_small.folder, count - 1).embed("rain")
    assert is_cut and len(short) == count - 1


def test_no_tokens_at_all_are_no_vectors(tiny_small: TinyStableAudio3) -> None:
    states, is_cut = load(tiny_small.folder, 0).embed("rain")
    assert states.shape == (0, TEXT_CHANNELS) and not is_cut


def test_an_encoder_that_only_visits_its_device_says_the_same_and_goes_home(
    prompt: PromptEncoder, tiny_small: TinyStableAudio3
) -> None:
    guest = load(tiny_small.folder, is_guest=True)
    at_home = dict(guest.network.named_parameters())
    assert torch.equal(guest.embed("rain")[0], prompt.embed("rain")[0])
    assert all(value is at_home[name] for name, value in guest.network.named_parameters())
    assert not any(value.requires_grad for value in at_home.values())


def test_a_tensor_of_the_encoder_that_is_missing_is_named(folder: Path) -> None:
    path = folder / TEXT_FOLDER / "model.safetensors"
    weights = load_file(path)
    lost = next(name for name in sorted(weights) if "encoder.layers" in name)
    save_file({n: v for n, v in weights.items() if n != lost}, path, {"format": "pt"})
    with pytest.raises(ValueError, match="1 tensors are missing or misshapen"):
        load(folder)
