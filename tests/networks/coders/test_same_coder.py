"""The SAME coder against diffusers' (large) and against the rules written out (small)."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from stable_audio_runs import relative_error
from tiny_stable_audio_3 import HEAD, RATIO, STRIDE, WIDTH, make_large_coder, small_config, wake
from torch import nn

from qvim_studio.networks.coders.same_coder import SameCoder, attention
from qvim_studio.networks.coders.same_config import SameConfig
from qvim_studio.networks.files.meta_device import without_values

LARGE = replace(small_config(), layers=3, chunk=None, sine_layers=2, decoder_kernel=1)


def random_coder(config: SameConfig) -> SameCoder:
    torch.manual_seed(3)
    coder = wake(SameCoder(config)).eval().requires_grad_(False)
    coder.bottleneck.running_std.fill_(1.7)
    return coder


def noise(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(1))


def test_the_large_coder_is_the_official_one() -> None:
    torch.manual_seed(2)
    official = wake(make_large_coder()).eval().requires_grad_(False)
    official.bottleneck.running_std.fill_(1.5)
    ours = SameCoder(LARGE).eval()
    renamed = {}
    for name, value in official.state_dict().items():
        for theirs, our in (
            ("encoder.blocks.0.", "encoder.layers.0."),
            ("decoder.blocks.0.", "decoder.layers.3."),
            ("encoder.proj.", "encoder.layers.2."),
            ("decoder.proj.", "decoder.layers.1."),
            ("norm_attn.", "pre_norm."),
            ("norm_ff.", "ff_norm."),
            (".attn.", ".self_attn."),
            ("ff.proj_in.", "ff.ff.0.proj."),
            ("ff.proj_out.", "ff.ff.2."),
            ("bottleneck.scale", "bottleneck.scaling_factor"),
        ):
            name = name.replace(theirs, our)
        if name.endswith("to_qkv.weight"):
            query, query_2, key, key_2, mixed = value.chunk(5)
            value = torch.cat([query, key, mixed, query_2, key_2])
        renamed[name] = value
    ours.load_state_dict(renamed)
    audio, latents = noise(1, 2, 5 * RATIO + 100), noise(1, 16, 6)
    with torch.inference_mode():
        assert relative_error(ours.encode(audio), official.encode(audio).latents) < 1e-4
        assert relative_error(ours.decode(latents), official.decode(latents).sample) < 1e-4


def test_the_small_coder_attends_within_chunks_that_shift_by_half_of_them() -> None:
    """Written out token by token from the published rules, without our blocks."""
    coder = random_coder(small_config())
    latents = noise(1, 16, 5)
    with torch.inference_mode():
        padded = nn.functional.pad(latents * 1.7, (0, 1))[0].T
        seeds = coder.decoder.layers["1"](padded)
        block = coder.decoder.layers["3"]
        tokens = []
        for seed in seeds:
            tokens += [seed, *[block.new_tokens[0, 0]] * STRIDE]
        size = 2 * (STRIDE + 1)
        half = len(block.transformers) // 2
        tokens = _layers_in_chunks(tokens, size, block.transformers[:half])
        around = [*tokens[: size // 2], *tokens, *tokens[-size // 2 :]]
        around = _layers_in_chunks(around, size, block.transformers[half:])
        tokens = around[size // 2 : -size // 2]
        made = [token for number, token in enumerate(tokens) if number % (STRIDE + 1)]
        patches = block.mapping(torch.stack(made).T[None])[0]
        samples = patches.unflatten(0, (2, -1)).transpose(1, 2).flatten(1)[:, : 5 * RATIO]
        assert relative_error(coder.decode(latents)[0], samples) < 1e-5


def _layers_in_chunks(
    tokens: list[torch.Tensor], size: int, layers: nn.ModuleList
) -> list[torch.Tensor]:
    for layer in layers:
        following = []
        for begin in range(0, len(tokens), size):
            chunk = torch.stack(tokens[begin : begin + size])
            chunk = chunk + _differential(layer.self_attn, layer.pre_norm(chunk))
            values, gates = layer.ff.ff["0"].proj(layer.ff_norm(chunk)).chunk(2, dim=-1)
            chunk = chunk + layer.ff.ff["2"](values * gates * torch.sigmoid(gates))
            following += list(chunk)
        tokens = following
    return tokens


def _differential(attending: nn.Module, tokens: torch.Tensor) -> torch.Tensor:
    query, key, value, query_2, key_2 = attending.to_qkv(tokens).chunk(5, dim=-1)
    heads = []
    for head in range(WIDTH // HEAD):
        channels = slice(head * HEAD, (head + 1) * HEAD)
        maps = []
        for one, other in ((query, key), (query_2, key_2)):
            turned = _turned(attending.q_norm(one[:, channels]))
            scores = turned @ _turned(attending.k_norm(other[:, channels])).T
            maps.append(torch.softmax(scores / math.sqrt(HEAD), dim=-1) @ value[:, channels])
        heads.append(maps[0] - maps[1])
    return attending.to_out(torch.cat(heads, dim=-1))


def _turned(head: torch.Tensor) -> torch.Tensor:
    """The first half of the channels as pairs half of it apart, turned by position."""
    turned, pairs = head.clone(), HEAD // 4
    for position in range(len(head)):
        for pair in range(pairs):
            angle = position * 10_000 ** (-2 * pair / (HEAD // 2))
            one, other = float(head[position, pair]), float(head[position, pair + pairs])
            turned[position, pair] = one * math.cos(angle) - other * math.sin(angle)
            turned[position, pair + pairs] = other * math.cos(angle) + one * math.sin(angle)
    return turned


def test_what_is_read_of_half_a_latent_is_a_whole_one() -> None:
    coder = random_coder(small_config())
    assert coder.encode(noise(1, 2, 2 * RATIO + 1)).shape == (1, 16, 3)
    assert coder.decode(noise(1, 16, 3)).shape == (1, 2, 3 * RATIO)


def test_attention_in_blocks_is_attention_with_a_mask() -> None:
    queries, keys, values = (noise(2, 3, 20, 8) * scale for scale in (1.0, 2.0, 3.0))
    places = torch.arange(20)
    is_seen = (places[:, None] - places).abs() <= 5
    expected = nn.functional.scaled_dot_product_attention(queries, keys, values, attn_mask=is_seen)
    assert relative_error(attention(queries, keys, values, 5), expected) < 1e-6


def test_memory_of_the_large_coder_grows_with_length_and_not_with_its_square() -> None:
    with without_values():
        queries = torch.zeros(1, 24, 17 * 4096, 64)  # 380 s: a mask of its own would take 9.7 GB
        assert attention(queries, queries, queries, 17).shape == queries.shape


@pytest.mark.parametrize("config", [small_config(), LARGE], ids=["small", "large"])
def test_pieces_are_equal_to_the_whole(config: SameConfig) -> None:
    coder = random_coder(config)
    latents, audio = noise(1, 16, 27), noise(1, 2, 27 * RATIO - 40)
    with torch.inference_mode():
        whole = coder.decode(latents), coder.encode(audio)
        decoded = coder.decode_in_pieces(latents, piece=14, margin=4)
        encoded = coder.encode_in_pieces(audio, piece=14, margin=4)
    assert relative_error(decoded, whole[0]) < 1e-5
    assert relative_error(encoded, whole[1]) < 1e-5


def test_coding_stops_before_the_next_piece() -> None:
    coder = random_coder(small_config())

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        coder.decode_in_pieces(noise(1, 16, 2), stop)
