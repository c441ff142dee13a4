"""Files that changed or are missing since they were published are named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hub_downloads import fetch
from hub_server import Hub
from tiny_checkpoint import build_tiny_checkpoint

from qvim_studio.checkpoints.card import write_card
from qvim_studio.checkpoints.checkpoint import Checkpoint, Layout
from qvim_studio.checkpoints.verification import verify_checkpoint
from qvim_studio.families.catalog import find_checkpoint


def test_a_damaged_download_is_told_with_and_without_its_card(
    hub: Hub, registered: Callable[..., Checkpoint]
) -> None:
    folder = fetch(hub)
    vocoder = folder / "vocoder/model.safetensors"
    vocoder.resolve().write_bytes(b"rot")
    for card in (folder / "studio.json", None):
        problems = verify_checkpoint(registered())
        assert problems == ["vocoder/model.safetensors differs from what was published (SHA-256)"]
        if card is not None:
            card.unlink()


def test_verify_names_a_changed_file(tmp_path: Path) -> None:
    folder = build_tiny_checkpoint(tmp_path)
    checkpoint = find_checkpoint(str(folder))
    assert verify_checkpoint(checkpoint) == []
    (folder / "vae" / "config.json").write_text("{}")
    assert verify_checkpoint(checkpoint) == [
        "vae/config.json differs from what was published (SHA-256)"
    ]


def test_missing_folders_and_files_are_named_each_with_a_sentence(tmp_path: Path) -> None:
    for name in ("unet", "vae"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.safetensors").touch()
    write_card(tmp_path, {"id": "some"})
    (tmp_path / "vae" / "model.safetensors").unlink()
    layout = Layout("index.json", ("unet", "vae"), ("scheduler",))
    checkpoint = Checkpoint("some", "Some", tmp_path, layout=layout)
    assert verify_checkpoint(checkpoint) == [
        "scheduler/ is missing",
        "vae/model.safetensors is missing",
    ]
