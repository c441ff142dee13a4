"""Downloads from a local hub: whole, continued, cancelled, refused, damaged, without room."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import huggingface_hub.constants
import huggingface_hub.file_download
import pytest
from hub_server import COMMIT, Hub, running_hub

from qvim_studio.core.errors import CancelledError, CheckpointError, OutputError
from qvim_studio.models import downloads
from qvim_studio.models.checkpoints import Checkpoint
from qvim_studio.models.downloads import discard, download, plan_download, remove

REPO = "someone/audioldm-tiny"
CHECKPOINT = Checkpoint("tiny", "Tiny", None, repo=REPO)
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
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DOWNLOAD_TIMEOUT", 0.2)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(huggingface_hub.constants, "DOWNLOAD_CHUNK_SIZE", 1000)
    # The client waits a second before it tries again.
    monkeypatch.setattr(huggingface_hub.file_download.time, "sleep", lambda seconds: None)
    with running_hub(Hub(REPO, FILES | LEFT_OUT)) as hub:
        yield hub


def fetch(hub: Hub, is_cancelled=lambda: False) -> Path:
    plan = plan_download(CHECKPOINT, hub.url)
    return download(plan, lambda here, total: None, is_cancelled, hub.url)


def test_a_download_brings_every_needed_file_and_pins_its_commit(hub: Hub) -> None:
    seen: list[tuple[int, int]] = []
    plan = plan_download(CHECKPOINT, hub.url)
    folder = download(plan, lambda here, total: seen.append((here, total)), lambda: False, hub.url)
    assert (plan.revision, folder.name) == (COMMIT, COMMIT)
    assert {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} == set(
        FILES
    )
    assert all((folder / name).read_bytes() == content for name, content in FILES.items())
    total = sum(map(len, FILES.values()))
    assert seen[-1] == (total, total) and seen == sorted(seen)
    # Until the index is there the folder does not count as installed.
    assert hub.fetched[-1][0] == "model_index.json"


def test_what_is_here_is_not_fetched_again(hub: Hub) -> None:
    fetch(hub)
    hub.fetched.clear()
    fetch(hub)
    assert hub.fetched == []


def test_a_broken_transfer_goes_on_where_it_stopped(hub: Hub) -> None:
    hub.cut_once = 5000
    folder = fetch(hub)
    assert (folder / "unet/diffusion_pytorch_model.safetensors").read_bytes() == WEIGHTS
    assert [wanted for _, wanted in hub.fetched if wanted] == ["bytes=5000-"]


def test_cancel_leaves_nothing_installed_and_keeps_what_came(hub: Hub) -> None:
    with pytest.raises(CancelledError):
        fetch(hub, lambda: len(hub.fetched) >= 2)
    assert "model_index.json" not in [path for path, _ in hub.fetched]
    before = [path for path, _ in hub.fetched]
    fetch(hub)
    assert [path for path, _ in hub.fetched].count(before[0]) == 1


def test_wrong_bytes_are_deleted_and_said(hub: Hub) -> None:
    hub.lies = {"vae/diffusion_pytorch_model.safetensors"}
    with pytest.raises(CheckpointError, match=r"vae/.* arrived damaged"):
        fetch(hub)
    hub.lies = set()
    folder = fetch(hub)
    assert (folder / "vae/diffusion_pytorch_model.safetensors").read_bytes() == WEIGHTS[::-1]


def test_a_server_that_stops_sending_is_given_up(hub: Hub) -> None:
    hub.stalls = True
    with pytest.raises(CheckpointError, match="stood still"):
        fetch(hub)


def test_refused_ranges_are_said(hub: Hub) -> None:
    hub.cut_once, hub.refuses_ranges = 5000, True
    with pytest.raises(CheckpointError, match="416"):
        fetch(hub)


@pytest.mark.parametrize(
    ("failure", "words"), [("gated", "accepted its terms"), ("missing", "knows no")]
)
def test_refused_access_says_what_to_do(hub: Hub, failure: str, words: str) -> None:
    setattr(hub, failure, True)
    with pytest.raises(CheckpointError, match=words):
        fetch(hub)


def test_pickled_weights_alone_are_not_fetched(hub: Hub) -> None:
    del hub.files["unet/diffusion_pytorch_model.safetensors"]
    with pytest.raises(CheckpointError, match=r"no safetensors weights for unet/.*--allow-pickle"):
        plan_download(CHECKPOINT, hub.url)


def test_too_small_a_disk_is_refused_before_the_first_byte(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=10))
    with pytest.raises(OutputError, match="Make room"):
        fetch(hub)
    assert hub.fetched == []


def test_offline_mode_is_kept(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(CheckpointError, match="offline mode"):
        plan_download(CHECKPOINT, hub.url)


def test_removal_frees_the_disk_and_happens_once(hub: Hub) -> None:
    folder = fetch(hub)
    assert remove(CHECKPOINT) >= 2 * len(WEIGHTS)
    assert not folder.exists()
    with pytest.raises(CheckpointError, match="was not downloaded"):
        remove(CHECKPOINT)


def test_a_discarded_download_leaves_nothing(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(CancelledError):
        fetch(hub, lambda: len(hub.fetched) >= 2)
    left = list((tmp_path / "hub").rglob("*audioldm-tiny*"))
    assert left
    discard(CHECKPOINT)
    assert not any(path.exists() for path in left if ".locks" not in path.parts)
    hub.fetched.clear()
    fetch(hub)
    assert len({path for path, _ in hub.fetched}) == len(FILES)


def test_a_wrong_token_is_said(hub: Hub) -> None:
    hub.unauthorized = True
    with pytest.raises(CheckpointError, match="token"):
        fetch(hub)


def test_a_disk_that_fills_up_is_said(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object, **options: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(downloads, "hf_hub_download", full)
    with pytest.raises(OutputError, match="Make room"):
        fetch(hub)


def test_a_slow_server_is_waited_for(hub: Hub) -> None:
    hub.pieces = 8
    folder = fetch(hub)
    assert (folder / "vocoder/model.safetensors").read_bytes() == WEIGHTS[1:]
