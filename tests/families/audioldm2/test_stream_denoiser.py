"""Two streams of vectors are joined, repeated and moved as one condition of the UNet."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from qvim_studio.families.audioldm2.stream_denoiser import StreamCondition, StreamDenoiser


def condition(tokens: int, value: float, *, controls: bool = False) -> StreamCondition:
    return StreamCondition(
        torch.full((1, 8, 3), value),
        torch.full((1, tokens, 2), value),
        torch.ones(1, tokens, dtype=torch.long),
        torch.full((1, 4, 5, 2), value) if controls else None,
    )


@pytest.mark.parametrize("is_swapped", [False, True])
def test_shorter_words_are_padded_where_batches_are_joined(is_swapped: bool) -> None:
    short, long = condition(2, 1.0, controls=True), condition(3, 2.0, controls=True)
    joined = long.joined(short) if is_swapped else short.joined(long)
    row = 1 if is_swapped else 0
    assert joined.words.shape == (2, 3, 2)
    assert joined.words[row, :, 0].tolist() == [1.0, 1.0, 0.0]
    assert joined.is_word[row].tolist() == [1, 1, 0] and joined.is_word[1 - row].tolist() == [1] * 3
    assert joined.generated[row].eq(1.0).all() and joined.generated[1 - row].eq(2.0).all()
    assert joined.controls is not None and joined.controls[row].eq(1.0).all()


def test_curves_of_one_half_alone_are_left_out() -> None:
    assert condition(2, 1.0).joined(condition(2, 2.0, controls=True)).controls is None


def test_a_condition_is_repeated_for_every_row() -> None:
    repeated = condition(2, 1.0, controls=True).repeated(3)
    assert [len(each) for each in (repeated.generated, repeated.words, repeated.is_word)] == [3] * 3
    assert repeated.controls is not None and repeated.controls.shape == (3, 4, 5, 2)
    assert condition(2, 1.0).repeated(3).controls is None


def test_the_mask_keeps_its_whole_numbers_in_another_precision() -> None:
    moved = condition(2, 1.0, controls=True).to("cpu", torch.bfloat16)
    assert moved.controls is not None
    kinds = [each.dtype for each in (moved.generated, moved.words, moved.is_word, moved.controls)]
    assert kinds == [torch.bfloat16, torch.bfloat16, torch.int64, torch.bfloat16]


class Unet:
    """Gives back the latents among what it is given, and notes all of it."""

    dtype = torch.bfloat16

    def __call__(self, given: torch.Tensor, timestep: torch.Tensor, **named: Any) -> Any:
        self.given, self.named = given, named
        return (given[:, :8],)


@pytest.mark.parametrize("has_controls", [False, True])
def test_the_unet_computes_in_its_precision_with_curves_beside_the_latents(
    has_controls: bool,
) -> None:
    unet, latents = Unet(), torch.full((1, 8, 5, 2), 0.5)
    given = condition(3, 2.0, controls=has_controls)
    made = StreamDenoiser(unet)(latents, torch.tensor(1), given)
    assert torch.equal(made, latents) and made.dtype == torch.float32
    assert unet.given.shape[1] == (12 if has_controls else 8)
    assert unet.given.dtype == unet.named["encoder_hidden_states_1"].dtype == torch.bfloat16
    assert unet.named["encoder_hidden_states"].shape == (1, 8, 3)
    assert torch.equal(unet.named["encoder_attention_mask_1"], given.is_word)
