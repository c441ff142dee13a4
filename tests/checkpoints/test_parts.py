"""Parts of checkpoints are found where they lie: shipped, downloaded or inside a checkpoint."""

from __future__ import annotations

import os
from pathlib import Path

import huggingface_hub.constants
import pytest
from tiny_checkpoint import build_tiny_checkpoint
from tiny_clap import add_tiny_clap

from qvim_studio.checkpoints.checkpoint import Layout
from qvim_studio.checkpoints.parts import (
    find_clap,
    gb_in_bytes,
    hub_snapshot,
    list_parts,
    own_clap,
    voice_part,
)
from qvim_studio.checkpoints.registry import add_entry
from qvim_studio.families.catalog import find_checkpoint


@pytest.mark.parametrize("text", ["{", "[]", "{}"])
def test_a_damaged_clap_gives_no_ears(tmp_path: Path, text: str) -> None:
    folder = build_tiny_checkpoint(tmp_path)
    add_tiny_clap(folder)
    assert find_clap(find_checkpoint(str(folder))) == folder / "clap"
    (folder / "clap" / "config.json").write_text(text)
    assert find_clap(find_checkpoint(str(folder))) is None


def test_parts_say_what_they_fit() -> None:
    parts = {part.id: part for part in list_parts()}
    assert parts["starter-adapter"].fits == ("starter",)
    assert {part.kind for part in parts.values()} == {"encoder", "adapter", "clap"}
    assert {part.id for part in parts.values() if part.is_installed} == {
        "starter-encoder",
        "starter-adapter",
    }


LAYOUT = Layout("index.json", ("unet", "vae"))


@pytest.fixture
def snapshots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    return tmp_path / "models--some--model" / "snapshots"


def put_snapshot(folder: Path, minute: int, weights: str = "model.safetensors") -> Path:
    for name in ("unet/model.safetensors", f"vae/{weights}", "index.json"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    os.utime(folder / "index.json", (60 * minute, 60 * minute))
    return folder


def test_the_newest_snapshot_counts_unless_another_is_pinned(snapshots: Path) -> None:
    assert hub_snapshot("some/model", "", LAYOUT) is None
    newest = put_snapshot(snapshots / "a", 2)
    older = put_snapshot(snapshots / "b", 1)
    assert hub_snapshot("some/model", "", LAYOUT) == newest
    assert hub_snapshot("some/model", "b", LAYOUT) == older
    assert hub_snapshot("some/model", "c", LAYOUT) == newest


def test_snapshots_without_index_or_with_pickles_alone_are_skipped(snapshots: Path) -> None:
    put_snapshot(snapshots / "pickled", 2, "pytorch_model.bin")
    (put_snapshot(snapshots / "unfinished", 3) / "index.json").unlink()
    assert hub_snapshot("some/model", "", LAYOUT) is None
    assert hub_snapshot("some/model", "", Layout("index.json", ("unet",))) is not None


def test_ears_that_the_user_brings_come_before_those_of_a_download() -> None:
    published = voice_part("audioldm-s-full-v2")
    assert published is not None and published.id == "clap-audioldm-s-full-v2"
    entry = {
        "kind": "clap",
        "title": "Own",
        "fits": ["audioldm-s-full-v2"],
        "folder": "starter/qvim",
    }
    add_entry("own", {**entry, "licence": "MIT", "commercial": "yes"})
    assert voice_part("audioldm-s-full-v2") == list_parts()[-1]
    assert list_parts()[-1].id == "own"
    assert voice_part("nothing") is None


def test_a_single_tower_is_not_taken_for_a_whole_clap(tmp_path: Path) -> None:
    for folder, kind in (("clap", "ClapTextModelWithProjection"), ("text_encoder", "ClapModel")):
        (tmp_path / folder).mkdir()
        config = f'{{"architectures": ["{kind}"]}}'
        (tmp_path / folder / "config.json").write_text(config, encoding="utf-8")
    assert own_clap(tmp_path) == tmp_path / "text_encoder"


def test_sizes_of_the_registry_are_decimal_gigabytes() -> None:
    assert gb_in_bytes(1.5) == 1_500_000_000
    sizes = {part.id: part.size_bytes for part in list_parts()}
    assert sizes["clap-audioldm-s-full-v2"] > 10**8 and sizes["starter-encoder"] == 0
