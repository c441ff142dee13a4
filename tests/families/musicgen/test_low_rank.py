"""Low-rank changes begin as nothing, are written as peft writes them and added to the weights."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.musicgen.low_rank import (
    LowRankOptions,
    add_changes,
    merge_changes,
    published_name,
    save_changes,
)
from qvim_studio.families.musicgen.network import CodeTransformer
from qvim_studio.families.musicgen.published import published_shape

SHAPE = replace(
    published_shape({"layers": 1, "width": 64, "channels": 1}), width=24, heads=2, feed_forward=48,
    vocabulary=16, text_width=10, has_melody=True,
)  # fmt: skip
OPTIONS = LowRankOptions(rank=2, alpha=6.0, dropout=0.0)
PREFIX = "base_model.model."
GIVEN = torch.randn(1, 5, 24, generator=torch.Generator().manual_seed(1))


def transformer() -> CodeTransformer:
    torch.manual_seed(0)
    return CodeTransformer(SHAPE).eval().requires_grad_(False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With changes that were taught; ``expected.pt`` holds the states of the changed network."""
    network = transformer()
    changes = add_changes(network, OPTIONS)
    for change in changes.changes:
        torch.nn.init.normal_(change.lora_B.weight, std=0.1)
    torch.save(network(GIVEN), tmp_path / "expected.pt")
    save_changes(changes, OPTIONS, "tiny", tmp_path)
    return tmp_path


def test_untaught_changes_change_nothing_and_leave_the_weights_alone() -> None:
    network = transformer()
    before, weights = network(GIVEN), list(network.parameters())
    changes = add_changes(network, OPTIONS)
    assert torch.equal(network(GIVEN), before)
    assert {id(value) for value in network.parameters()} == {id(value) for value in weights}
    assert len(changes.names) == 6 + 4 + 2  # of a layer, heads and projections
    assert all(value.requires_grad for value in changes.parameters())


def test_merged_changes_compute_what_they_computed_beside_the_weights(folder: Path) -> None:
    network = transformer()
    before = network(GIVEN)
    merge_changes(network, folder)
    expected = torch.load(folder / "expected.pt")
    torch.testing.assert_close(network(GIVEN), expected, atol=1e-5, rtol=1e-4)
    assert not torch.allclose(before, expected, atol=1e-2)


def test_files_are_laid_out_as_peft_lays_them_out(folder: Path) -> None:
    config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    assert (config["peft_type"], config["r"], config["lora_alpha"]) == ("LORA", 2, 6.0)
    assert not config["fan_in_fan_out"] and config["bias"] == "none"
    names = set(load_file(folder / "adapter_model.safetensors"))
    layer = f"{PREFIX}decoder.model.decoder.layers.0.self_attn.q_proj"
    assert {f"{layer}.lora_A.weight", f"{layer}.lora_B.weight"} <= names
    assert len(names) == 2 * len(config["target_modules"])


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("lm_heads.3", "decoder.lm_heads.3"),
        ("enc_to_dec_proj", "enc_to_dec_proj"),
        ("audio_enc_to_dec_proj", "audio_enc_to_dec_proj"),
        ("layers.0.fc1", "decoder.model.decoder.layers.0.fc1"),
    ],
)
def test_layers_have_their_published_names(name: str, published: str) -> None:
    assert published_name(name) == published


@pytest.mark.parametrize(
    ("changes", "scale"),
    [
        ({}, 2.0),
        ({"lora_alpha": 8}, 2.0),
        ({"lora_alpha": 2}, 0.5),
        ({"use_rslora": True}, 4.0),
        ({"r": 8}, 1.0),
        ({"r": 1, "lora_alpha": 0.5}, 0.5),
        ({"r": None, "lora_alpha": None}, 1.0),  # peft's defaults are both 8
    ],
)
def test_tables_and_layers_are_changed_by_alpha_over_rank(
    tmp_path: Path, changes: dict[str, Any], scale: float
) -> None:
    """Tables of embeddings are stored the other way round."""
    config = {"peft_type": "LORA", "r": 4, "lora_alpha": 8} | changes
    (tmp_path / "adapter_config.json").write_text(json.dumps(config), encoding="utf-8")
    backbone = f"{PREFIX}decoder.model.decoder."
    stored = {
        f"{backbone}embed_tokens.0.lora_embedding_A": torch.ones(1, 17),
        f"{backbone}embed_tokens.0.lora_embedding_B": torch.arange(24.0)[:, None],
        f"{PREFIX}decoder.lm_heads.1.lora_A.weight": torch.ones(1, 24),
        f"{PREFIX}decoder.lm_heads.1.lora_B.weight": torch.arange(16.0)[:, None],
    }
    save_file(stored, tmp_path / "adapter_model.safetensors")
    network, before = transformer(), transformer()
    merge_changes(network, tmp_path)
    table = network.embed_tokens[0].weight - before.embed_tokens[0].weight
    head = network.lm_heads[1].weight - before.lm_heads[1].weight
    torch.testing.assert_close(table, (scale * torch.arange(24.0)).expand(17, 24))
    torch.testing.assert_close(head, (scale * torch.arange(16.0))[:, None].expand(16, 24))


def edit_config(folder: Path, **changes: Any) -> None:
    path = folder / "adapter_config.json"
    config = json.loads(path.read_text(encoding="utf-8")) | changes
    path.write_text(json.dumps(config), encoding="utf-8")


def edit_weights(folder: Path, edit: Callable[[dict[str, torch.Tensor]], object]) -> None:
    path = folder / "adapter_model.safetensors"
    weights = load_file(path)
    edit(weights)
    save_file(weights, path)


HEAD = f"{PREFIX}decoder.lm_heads.0.lora_A.weight"


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: edit_config(folder, peft_type="LOHA"),
        lambda folder: edit_config(folder, use_dora=True),
        lambda folder: edit_config(folder, rank_pattern={"fc1": 4}),
        lambda folder: edit_config(folder, alpha_pattern={"fc1": 4}),
        lambda folder: edit_config(folder, r=0),
        lambda folder: (folder / "adapter_config.json").unlink(),
        lambda folder: (folder / "adapter_model.safetensors").write_bytes(b"short"),
        lambda folder: edit_weights(folder, lambda weights: weights.pop(HEAD)),
        lambda folder: edit_weights(folder, dict.clear),
        lambda folder: edit_weights(folder, lambda w: w.update({HEAD: torch.ones(2, 23)})),
        lambda folder: edit_weights(folder, lambda w: w.update(other=torch.ones(2))),
    ],
)
def test_changes_of_another_kind_or_network_are_refused(
    folder: Path, damage: Callable[[Path], object]
) -> None:
    damage(folder)
    with pytest.raises(CheckpointError, match="do not fit this checkpoint or are damaged"):
        merge_changes(transformer(), folder)
