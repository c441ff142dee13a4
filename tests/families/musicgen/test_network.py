"""States come token by token as in one pass, and published names become those of the network."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
import torch

from qvim_studio.families.musicgen.network import HEADS, CodeTransformer, own_names
from qvim_studio.families.musicgen.published import published_shape
from qvim_studio.families.musicgen.shape import BACKBONE

SHAPE = replace(
    published_shape({"layers": 2, "width": 64, "channels": 1}), width=24, heads=2, feed_forward=48,
    vocabulary=16, text_width=10, chroma_bins=12,
)  # fmt: skip
CPU = torch.device("cpu")


@cache
def transformer(has_melody: bool = False) -> CodeTransformer:
    torch.manual_seed(0)
    return CodeTransformer(replace(SHAPE, has_melody=has_melody)).eval().requires_grad_(False)


def noise(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(1))


def test_states_with_a_cache_are_those_of_one_pass() -> None:
    network, given = transformer(has_melody=True), noise(2, 7, 24)
    whole = network(given)
    read = network.room(2, 7, CPU)
    made = [network(given[:, :4], read)]
    made += [network(given[:, place : place + 1], read) for place in range(4, 7)]
    torch.testing.assert_close(torch.cat(made, dim=1), whole, atol=1e-5, rtol=1e-4)
    assert read.count == 7


def test_no_state_depends_on_what_comes_after_it() -> None:
    network, given = transformer(has_melody=True), noise(1, 6, 24)
    changed = given.clone()
    changed[:, 4:] *= -1.0
    before, after = network(given), network(changed)
    torch.testing.assert_close(after[:, :4], before[:, :4])
    assert not torch.allclose(after[:, 4:], before[:, 4:], atol=1e-3)


def test_several_tokens_behind_others_are_refused() -> None:
    network = transformer()
    read = network.room(1, 4, CPU)
    network(noise(1, 1, 24), read)
    with pytest.raises(ValueError, match="one token behind 1, got 2"):
        network(noise(1, 2, 24), read)


def test_padding_of_words_is_not_attended_to() -> None:
    network, given, words = transformer(), noise(1, 3, 24), noise(1, 4, 24)
    made = []
    for padding in (0.0, 9.0):
        read = network.room(1, 3, CPU)
        padded = torch.cat([words[:, :2], torch.full((1, 2, 24), padding)], dim=1)
        network.read_words(read, padded, torch.tensor([[True, True, False, False]]))
        made.append(network(given, read))
    without = network(given, network.room(1, 3, CPU))
    torch.testing.assert_close(made[0], made[1])
    assert not torch.allclose(made[0], without, atol=1e-3)


def test_every_codebook_has_its_own_table_and_head() -> None:
    network, codes = transformer(), torch.tensor([[[0, 16], [1, 2], [3, 4], [5, 6]]])
    tables = [table.weight for table in network.embed_tokens]
    expected = tables[0][16] + tables[1][2] + tables[2][4] + tables[3][6]
    torch.testing.assert_close(network.embedded(codes)[0, 1], expected)
    states = noise(1, 2, 24)
    logits = network.logits(states)
    assert logits.shape == (1, 4, 2, 16)
    torch.testing.assert_close(logits[0, 3], states[0] @ network.lm_heads[3].weight.T)


def test_words_and_melodies_become_as_wide_as_codes() -> None:
    network = transformer(has_melody=True)
    assert network.words(noise(3, 10)).shape == (3, 24)
    assert network.melody(noise(12, 5)).shape == (5, 24)
    plain = CodeTransformer(replace(SHAPE, text_width=24, chroma_bins=24, has_melody=True))
    states = noise(3, 24)
    assert plain.words(states) is states and torch.equal(plain.melody(states.T), states)


def test_layers_that_are_recomputed_learn_the_same() -> None:
    torch.manual_seed(0)
    network, gradients = CodeTransformer(replace(SHAPE, has_melody=True)), []
    for network.recomputes in (False, True):
        network.zero_grad()
        network(noise(1, 4, 24)).square().sum().backward()
        gradients.append(network.layers[0].fc1.weight.grad.clone())
    torch.testing.assert_close(gradients[0], gradients[1])


def test_published_names_become_those_of_the_network_without_position_tables() -> None:
    own = set(transformer(has_melody=True).state_dict())
    outside = ("enc_to_dec_proj.", "audio_enc_to_dec_proj.")
    published = {
        name if name.startswith(outside)
        else name.replace("lm_heads.", HEADS) if name.startswith("lm_heads.")
        else f"{BACKBONE}{name}"
        for name in own
    }  # fmt: skip
    stored = {name: torch.zeros(1) for name in published}
    stored[f"{BACKBONE}embed_positions.weights"] = torch.zeros(1)
    assert own_names(stored).keys() == own
