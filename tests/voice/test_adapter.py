"""The adapter: unit vectors, exact storage, and refusal of what it was not made for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from qvim_studio.core.errors import CheckpointError
from qvim_studio.voice.adapter import (
    MEMORY_SHARE,
    Adapter,
    AdapterBinding,
    check_binding,
    load_adapter,
    save_adapter,
)

BINDING = AdapterBinding("enc-a", "clap-a", "gen-a")


def test_conditioning_has_unit_norm_and_the_published_size() -> None:
    adapter = Adapter()
    assert sum(p.numel() for p in adapter.parameters()) == 1_511_936
    torch.testing.assert_close(adapter(torch.randn(3, 960)).norm(dim=1), torch.ones(3))


def test_saved_adapter_comes_back_with_its_binding(tmp_path: Path) -> None:
    torch.manual_seed(0)
    adapter = Adapter().half().float()
    save_adapter(adapter, BINDING, tmp_path)
    loaded, binding = load_adapter(tmp_path)
    assert binding == BINDING
    embedding = torch.randn(2, 960)
    assert torch.equal(loaded(embedding), adapter(embedding))


@pytest.mark.parametrize("name", ["encoder_id", "clap_id", "generator_id"])
def test_mismatch_names_both_sides(name: str) -> None:
    wanted = {"encoder_id": "enc-a", "clap_id": "clap-a", "generator_id": "gen-a"}
    check_binding(BINDING, **wanted)
    with pytest.raises(CheckpointError, match=rf"{wanted[name]}.*other"):
        check_binding(BINDING, **(wanted | {name: "other"}))


def test_folder_without_an_adapter_gives_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="cannot be loaded"):
        load_adapter(tmp_path)


def unit(*shape: int) -> torch.Tensor:
    return torch.nn.functional.normalize(torch.randn(*shape), dim=-1)


def with_memory() -> Adapter:
    torch.manual_seed(0)
    adapter = Adapter()
    adapter.remember(unit(20, 960), unit(20, 512))
    return adapter


@torch.no_grad()
def test_memory_adds_the_condition_of_the_nearest_sound() -> None:
    adapter = with_memory()
    own = adapter.memory_embeddings[3:4]
    wanted = (1 - MEMORY_SHARE) * adapter.translate(own)
    wanted = wanted + MEMORY_SHARE * adapter.memory_conditions[3]
    wanted = torch.nn.functional.normalize(wanted, dim=-1)
    assert (adapter(own) @ wanted.T).item() > 0.999


@torch.no_grad()
def test_what_is_its_own_is_not_remembered() -> None:
    adapter = with_memory()
    own = adapter.memory_embeddings[3:4]
    is_own = torch.zeros(1, 20, dtype=torch.bool)
    is_own[0, 3] = True
    hidden = adapter(own, is_own=is_own)
    assert (hidden @ adapter.memory_conditions[3]).item() < 0.2
    assert (adapter(own) @ adapter.memory_conditions[3]).item() > 0.35


@torch.no_grad()
def test_what_sounds_of_a_condition_are_like_is_remembered() -> None:
    adapter = with_memory()
    imagined = adapter.imagine(adapter.memory_conditions[[3, 5]])
    own = (imagined * adapter.memory_embeddings[[3, 5]]).sum(dim=1)
    assert (own > 0.99).all()
    torch.testing.assert_close(imagined.norm(dim=1), torch.ones(2))
    assert Adapter().imagine(unit(1, 512)) is None


def test_memory_is_stored_with_the_weights(tmp_path: Path) -> None:
    adapter = with_memory()
    save_adapter(adapter, BINDING, tmp_path)
    loaded, _ = load_adapter(tmp_path)
    assert loaded.memory_conditions.shape == (20, 512)
    embedding = unit(2, 960)
    torch.testing.assert_close(loaded(embedding), adapter(embedding), atol=2e-3, rtol=0)


@torch.no_grad()
def test_both_ears_count_the_same() -> None:
    torch.manual_seed(0)
    adapter = Adapter(hears=True)
    embedding, tower_embedding = unit(3, 960), unit(3, 512)
    first, second = adapter.views(embedding, tower_embedding)
    torch.testing.assert_close(first, Adapter.views(without_second(adapter), embedding)[0])
    made = adapter(embedding, tower_embedding)
    torch.testing.assert_close((made * first).sum(dim=1), (made * second).sum(dim=1))
    assert not torch.allclose(made, adapter(embedding, unit(3, 512)), atol=0.1)


def without_second(adapter: Adapter) -> Adapter:
    single = Adapter()
    single.layers.load_state_dict(adapter.layers.state_dict())
    return single


@pytest.mark.parametrize("hears", [True, False])
def test_as_many_vectors_as_ears(hears: bool) -> None:
    adapter = Adapter(hears=hears)
    with pytest.raises(ValueError, match="two vectors of each voice"):
        adapter(unit(1, 960), None if hears else unit(1, 512))


@torch.no_grad()
def test_memory_recalls_by_both_ears() -> None:
    torch.manual_seed(0)
    adapter = Adapter(hears=True)
    adapter.remember(unit(20, 960), unit(20, 512))
    stranger = unit(1, 960)
    made = adapter(stranger, adapter.memory_conditions[7:8])
    others = adapter(stranger, unit(1, 512))
    assert (made @ adapter.memory_conditions[7]).item() > 0.3
    assert (others @ adapter.memory_conditions[7]).item() < 0.2


def test_second_ear_is_stored_and_files_without_one_have_none(tmp_path: Path) -> None:
    adapter = Adapter(hears=True).half().float()
    save_adapter(adapter, replace(BINDING, hears=True), tmp_path)
    loaded, binding = load_adapter(tmp_path)
    assert binding.hears and loaded.hears
    embedding, tower_embedding = unit(2, 960), unit(2, 512)
    assert torch.equal(loaded(embedding, tower_embedding), adapter(embedding, tower_embedding))
    save_adapter(Adapter(), BINDING, tmp_path)
    config = tmp_path / "config.json"
    config.write_text(config.read_text().replace(',\n  "hears": false', ""))
    assert "hears" not in config.read_text()
    assert not load_adapter(tmp_path)[0].hears
