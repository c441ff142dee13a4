"""The CLAP that gives a downloaded checkpoint ears: fetched by itself, found, checked, removed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hub_server import Hub, prepare_client, running_hub
from safetensors.torch import load_file
from tiny_checkpoint import CARD, build_tiny_checkpoint
from tiny_clap import add_tiny_clap

from qvim_studio.checkpoints.card import write_card
from qvim_studio.checkpoints.parts import find_clap
from qvim_studio.checkpoints.registry import user_registry
from qvim_studio.checkpoints.verification import verify_checkpoint
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CheckpointError, PickledWeightsError
from qvim_studio.core.request import VramMode
from qvim_studio.families.audioldm.loaded import load_checkpoint
from qvim_studio.families.catalog import find_checkpoint, register_folder
from qvim_studio.families.hub_store import HubStore, make_checkpoint_store
from qvim_studio.families.plans import plan_for
from qvim_studio.families.protocol import Asked, Voice

PART = {
    "kind": "clap",
    "title": "CLAP of Tiny",
    "repo": "someone/clap",
    "licence": "MIT",
    "commercial": "no",
    "fits": ["tiny", "downloaded"],
}
VOICE = AudioClip.from_mono(np.random.default_rng(0).uniform(-0.1, 0.1, 24_000), 48_000)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A checkpoint of one's own that hears words only, and a hub that has its CLAP as a pickle."""
    folder = build_tiny_checkpoint(tmp_path / "tiny", has_controls=False)
    add_tiny_clap(folder)
    shutil.rmtree(folder / "adapter")
    clap = (folder / "clap").rename(tmp_path / "clap")
    write_card(folder, CARD | {"controls": []})
    weights = clap / "model.safetensors"
    torch.save(load_file(weights), clap / "pytorch_model.bin")
    weights.unlink()
    register_folder(folder)
    lines = [f"{key} = {json.dumps(value)}" for key, value in PART.items()]
    with user_registry().open("a") as file:
        file.write("\n".join(["[clap-tiny]", *lines]) + "\n")
    prepare_client(monkeypatch, tmp_path / "hub")
    files = {path.name: path.read_bytes() for path in clap.iterdir()}
    with running_hub(Hub(PART["repo"], files | {"README.md": b"words"})) as hub:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", hub.url)
        monkeypatch.setattr(
            "huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE",
            hub.url + "/{repo_id}/resolve/{revision}/{filename}",
        )
        yield hub


@pytest.fixture
def store(hub: Hub) -> HubStore:
    return make_checkpoint_store()


def fetch(store: HubStore, allow_pickle: bool = True) -> None:
    store.download("clap-tiny", lambda here, total: None, lambda: False, allow_pickle=allow_pickle)


def conditions() -> tuple[torch.Tensor, torch.Tensor, tuple[str, ...]]:
    checkpoint = find_checkpoint("tiny")
    plan = replace(plan_for(checkpoint, VramMode.CPU), dtype=torch.float32)
    loaded = load_checkpoint(checkpoint, plan)
    return loaded.conditions(Asked(1.0, voice=Voice(VOICE, np.zeros(960, np.float32))))


def test_what_is_missing_is_named_and_then_hears(store: HubStore, hub: Hub) -> None:
    with pytest.raises(CheckpointError, match="qvim-studio checkpoints download clap-tiny"):
        conditions()
    with pytest.raises(PickledWeightsError) as asked:
        fetch(store, allow_pickle=False)
    assert asked.value.files == ("pytorch_model.bin",) and hub.fetched == []
    fetch(store)
    wanted, _, notes = conditions()
    assert float(wanted.vector.norm()) == pytest.approx(1.0, abs=1e-5)
    assert any("CLAP embedding" in note for note in notes)


def test_the_manager_offers_it_until_it_is_here(store: HubStore) -> None:
    def entry():
        return next(known for known in store.list() if known.id == "tiny")

    before = entry()
    assert before.can_learn_to_hear and before.voice_part == "clap-tiny"
    fetch(store)
    assert entry().hears_voice and not entry().can_learn_to_hear
    assert entry().size_bytes > before.size_bytes
    assert store.verify("tiny") == ()
    assert store.remove("clap-tiny") > 0
    assert entry() == before


def test_a_download_takes_its_ears_along_when_it_goes(store: HubStore, tmp_path: Path) -> None:
    lines = [f"{key} = {json.dumps(PART[key])}" for key in ("title", "licence", "commercial")]
    with user_registry().open("a") as file:
        file.write("\n".join(["[downloaded]", 'repo = "someone/tiny"', *lines]) + "\n")
    snapshot = tmp_path / "hub" / "models--someone--tiny" / "snapshots" / ("a" * 40)
    shutil.copytree(tmp_path / "tiny", snapshot)
    fetch(store)
    assert find_clap(find_checkpoint("downloaded")) is not None
    ears = (tmp_path / "hub" / "models--someone--clap" / "snapshots").rglob("*.safetensors")
    size = sum(path.stat().st_size for path in ears)
    assert store.remove("downloaded") > size > 0
    assert list((tmp_path / "hub").glob("models--*")) == []
    # A folder of one's own is forgotten, not deleted.
    assert store.remove("tiny") == 0 and (tmp_path / "tiny" / "unet").is_dir()


def test_damage_is_told_with_the_checkpoint(store: HubStore) -> None:
    fetch(store)
    checkpoint = find_checkpoint("tiny")
    (find_clap(checkpoint) / "model.safetensors").write_bytes(b"rot")
    assert verify_checkpoint(checkpoint) == [
        "clap-tiny: model.safetensors differs from what was published (SHA-256)"
    ]
