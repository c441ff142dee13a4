"""Parts are loaded or named; coding in pieces equals coding the whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from stable_audio_runs import Loaded, checkpoint_in, make_tiny_plan, relative_error
from tiny_stable_audio_open import CANVAS, RATIO, RATIOS

from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.request import VramMode
from qvim_studio.families.protocol import Report
from qvim_studio.families.stable_audio_open.family import StableAudioOpenFamily
from qvim_studio.families.stable_audio_open.parts import coder_reach
from qvim_studio.memory.modes import TRAITS

FAMILY = StableAudioOpenFamily()


@pytest.mark.parametrize("part", ["vae", "transformer", "text_encoder", "projection_model"])
def test_a_broken_part_is_named(part: str, folder: Path) -> None:
    (weights,) = (folder / part).glob("*.safetensors")
    weights.write_bytes(weights.read_bytes()[:300])
    with pytest.raises(CheckpointError, match=part):
        FAMILY.load(checkpoint_in(folder), make_tiny_plan(TRAITS[VramMode.CPU]))
    with pytest.raises(CheckpointError, match="sizes"):
        FAMILY.footprint(checkpoint_in(folder))


@pytest.fixture
def in_pieces(loaded: Loaded) -> Iterator[Loaded]:
    """Codes 20 latents at a time."""
    parts = loaded.generator._parts
    usual, parts.piece_latents = parts.piece_latents, 20
    yield loaded
    parts.piece_latents = usual


def test_only_what_was_asked_for_is_decoded_and_equals_the_whole(in_pieces: Loaded) -> None:
    """The whole canvas is decoded in one go for comparison; ours takes pieces of 20 latents."""
    parts = in_pieces.generator._parts
    latents = torch.randn(1, 16, CANVAS, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        whole = parts.coder.decode(latents).sample[0].T.numpy()
        decoded: list[int] = []
        hook = parts.coder.decoder.register_forward_pre_hook(
            lambda module, given: decoded.append(given[0].shape[-1])
        )
        part = in_pieces.generator._decode(latents, in_pieces.asked(0.3), quiet())
        hook.remove()
    assert relative_error(part, whole[: len(part)]) < 1e-4
    assert sum(decoded) < 2 * CANVAS and max(decoded) <= 20 + 2 * parts.margin


def quiet() -> Report:
    return Report(lambda done, steps, picture: None, lambda: False)


def test_pieces_of_a_sound_are_encoded_as_the_whole(in_pieces: Loaded) -> None:
    parts = in_pieces.generator._parts
    audio = torch.randn(1, 2, CANVAS * RATIO, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        whole = parts.coder.encode(audio).latent_dist.mode()
        assert relative_error(parts.encode(audio), whole) < 1e-4


def test_the_reach_of_the_coder_is_what_changes_a_latent(loaded: Loaded) -> None:
    """A changed latent changes no sound further away than the reach, and some of it within."""
    parts, at = loaded.generator._parts, CANVAS // 2
    latents = torch.randn(1, 16, CANVAS, generator=torch.Generator().manual_seed(0))
    other = latents.clone()
    other[..., at] += 1.0
    with torch.inference_mode():
        change = (parts.coder.decode(latents).sample - parts.coder.decode(other).sample).abs()
    touched = change[0].amax(dim=0).nonzero().flatten() // RATIO
    assert at - coder_reach(RATIOS) <= int(touched.min()) < at < int(touched.max())
    assert int(touched.max()) <= at + coder_reach(RATIOS)
    assert coder_reach([2, 4, 4, 8, 8]) == 10  # published: half a second to either side
