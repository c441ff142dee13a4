"""A tiny checkpoint on a local hub, and its downloads."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hub_server import Hub, prepare_client, running_hub

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.checkpoints.download_plan import plan_download
from qvim_studio.checkpoints.downloads import download
from qvim_studio.checkpoints.registry import user_registry
from qvim_studio.families.audioldm.family import LAYOUT
from qvim_studio.families.catalog import list_checkpoints

REPO = "someone/audioldm-tiny"
CHECKPOINT = Checkpoint("tiny", "Tiny", None, repo=REPO, layout=LAYOUT)
ENTRY = {"title": "Tiny", "repo": REPO, "licence": "MIT", "commercial": "yes"}
WEIGHTS = bytes(range(256)) * 64
FILES = {
    "model_index.json": b'{"_class_name": "AudioLDMPipeline"}',
    "unet/config.json": b"{}",
    "unet/diffusion_pytorch_model.safetensors": WEIGHTS,
    "vae/diffusion_pytorch_model.safetensors": WEIGHTS[::-1],
    "vocoder/model.safetensors": WEIGHTS[1:],
    "scheduler/scheduler_config.json": b"{ }",
}
LEFT_OUT = {
    "README.md": b"words",
    "unet/diffusion_pytorch_model.bin": b"pickle",
    "unet/diffusion_pytorch_model.fp16.safetensors": b"variant",
}


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    prepare_client(monkeypatch, tmp_path / "hub")
    with running_hub(Hub(REPO, FILES | LEFT_OUT)) as hub:
        yield hub


@pytest.fixture
def registered(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Checkpoint]:
    """Looks the checkpoint up as the lists do, from a registry that may pin a commit."""

    def look_up(pinned: str = "") -> Checkpoint:
        lines = [f"{key} = {json.dumps(value)}" for key, value in ENTRY.items()]
        path = user_registry()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(["[tiny]", *lines, f'revision = "{pinned}"']))
        return next(known for known in list_checkpoints() if known.id == "tiny")

    return look_up


def fetch(hub: Hub, is_cancelled=lambda: False) -> Path:
    plan = plan_download(CHECKPOINT, hub.url)
    return download(plan, lambda here, total: None, is_cancelled, hub.url)


def files_in(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir()}
