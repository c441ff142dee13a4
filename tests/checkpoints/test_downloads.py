"""Downloads from a local hub: whole, continued, cancelled, refused, damaged, without room."""

from __future__ import annotations

import errno
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import huggingface_hub.constants
import pytest
from hub_downloads import CHECKPOINT, FILES, REPO, WEIGHTS, fetch, files_in
from hub_server import COMMIT, Hub, sha256

from qvim_studio.checkpoints import downloads
from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.checkpoints.download_plan import plan_download
from qvim_studio.checkpoints.downloads import discard, download, remove
from qvim_studio.checkpoints.verification import verify_checkpoint
from qvim_studio.core.errors import CancelledError, CheckpointError, OutputError


def test_a_download_brings_every_needed_file_and_pins_its_commit(hub: Hub) -> None:
    seen: list[tuple[int, int]] = []
    plan = plan_download(CHECKPOINT, hub.url)
    folder = download(plan, lambda here, total: seen.append((here, total)), lambda: False, hub.url)
    assert (plan.revision, folder.name) == (COMMIT, COMMIT)
    came = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert came == {*FILES, "studio.json"}
    assert all((folder / name).read_bytes() == content for name, content in FILES.items())
    total = sum(map(len, FILES.values()))
    assert seen[-1] == (total, total) and seen == sorted(seen)
    # Until the index is there the folder does not count as installed.
    assert hub.fetched[-1][0] == "model_index.json"


def test_downloads_tell_the_hub_nothing_but_the_versions_of_its_client_and_python(hub: Hub) -> None:
    download(plan_download(CHECKPOINT, hub.url), lambda here, total: None, lambda: False, hub.url)
    assert hub.agents
    for agent in hub.agents:
        assert not re.search(r"torch|tensorflow|linux|darwin|windows|session", agent, re.I)


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


def test_a_download_is_found_where_it_lies(hub: Hub, registered: Callable[..., Checkpoint]) -> None:
    """By the very look-up of the lists, which goes by the pinned commit."""
    assert not registered().is_installed
    folder = fetch(hub)
    assert registered().folder == registered(pinned=COMMIT).folder == folder
    assert registered().revision == COMMIT
    assert verify_checkpoint(registered()) == []
    # Another program's older commit, here without its card, is used where there is no pinned one.
    older = shutil.copytree(folder, folder.with_name("a" * 40), symlinks=True)
    (older / "studio.json").unlink()
    assert registered(pinned=COMMIT).folder == folder
    assert registered(pinned=older.name).folder == older
    assert verify_checkpoint(registered(pinned=older.name)) == []


def test_an_unfinished_download_is_not_installed(
    hub: Hub, registered: Callable[..., Checkpoint]
) -> None:
    """Nor is one of another program that took the pickles."""
    with pytest.raises(CancelledError):
        fetch(hub, lambda: len(hub.fetched) >= 4)
    assert not registered().is_installed
    (fetch(hub) / "vae/diffusion_pytorch_model.safetensors").unlink()
    assert not registered().is_installed


def test_too_small_a_disk_is_refused_before_the_first_byte(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=10))
    with pytest.raises(OutputError, match="Make room"):
        fetch(hub)
    assert hub.fetched == []


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


def test_a_discarded_download_takes_nothing_of_other_programs(hub: Hub, tmp_path: Path) -> None:
    """Which fetched an older commit with its pickles, and a file that both commits have."""
    repository = tmp_path / "hub" / "models--someone--audioldm-tiny"
    snapshot = repository / "snapshots" / ("a" * 40)
    contents = {"unet/diffusion_pytorch_model.bin": b"pickle", "unet/config.json": b"{}"}
    (repository / "blobs").mkdir(parents=True)
    for path, content in contents.items():
        (repository / "blobs" / sha256(content)).write_bytes(content)
        (snapshot / path).parent.mkdir(parents=True, exist_ok=True)
        (snapshot / path).symlink_to(f"../../../blobs/{sha256(content)}")
    before = files_in(repository)
    with pytest.raises(CancelledError):
        fetch(hub, lambda: len(hub.fetched) >= 2)
    (repository / "blobs" / "broken-off.incomplete").touch()
    assert len(files_in(repository)) > len(before) + 2
    discard(CHECKPOINT)
    assert files_in(repository) == before
    assert all((snapshot / path).read_bytes() == content for path, content in contents.items())


def test_a_discarded_download_keeps_what_another_program_had_of_the_same_commit(
    hub: Hub, tmp_path: Path
) -> None:
    huggingface_hub.hf_hub_download(REPO, "unet/config.json", revision=COMMIT, endpoint=hub.url)
    repository = tmp_path / "hub" / "models--someone--audioldm-tiny"
    before = files_in(repository)
    with pytest.raises(CancelledError):
        fetch(hub, lambda: len(hub.fetched) >= 3)
    discard(CHECKPOINT)
    assert files_in(repository) == before


def test_a_finished_download_is_not_discarded(hub: Hub) -> None:
    before = files_in(fetch(hub).parent.parent)
    discard(CHECKPOINT)
    assert files_in(fetch(hub).parent.parent) == before


def test_what_cannot_be_deleted_is_told(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(repo: str) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(downloads, "delete_noted", refuse)
    with pytest.raises(OutputError, match=r"Permission denied.*models--someone--audioldm-tiny"):
        discard(CHECKPOINT)


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


@pytest.mark.parametrize("place", ["all", "files", "bodies"])
def test_a_login_page_in_place_of_the_hub_is_named_as_what_it_is(hub: Hub, place: str) -> None:
    hub.walled = place
    with pytest.raises(CheckpointError, match=r"login page of a network .* start the download"):
        fetch(hub)
    hub.walled = ""
    assert verify_checkpoint(replace(CHECKPOINT, folder=fetch(hub))) == []
