"""What an unfinished download brought is deleted, and nothing else of a shared cache."""

from __future__ import annotations

from pathlib import Path

import huggingface_hub
import pytest

from qvim_studio.checkpoints.download_journal import (
    DownloadJournal,
    delete_noted,
    repository_folder,
)

REPO, COMMIT = "owner/model", "abc"


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DownloadJournal:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    return DownloadJournal(REPO, COMMIT)


def put(journal: DownloadJournal, name: str, content: str = "weights") -> Path:
    """A file as the hub's cache keeps it: a link in the snapshot to a blob."""
    blob = repository_folder(REPO) / "blobs" / f"blob-{content}"
    blob.parent.mkdir(parents=True, exist_ok=True)
    blob.write_text(content)
    link = journal.snapshot / name
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(blob)
    return blob


def test_noted_files_and_their_blobs_are_deleted(journal: DownloadJournal) -> None:
    journal.expect("unet/model.bin", becomes="unet/model.safetensors")
    put(journal, "unet/model.bin")
    (journal.snapshot / "unet/model.safetensors").write_text("converted")
    assert journal.brought("unet/model.bin") and journal.brought("unet/model.safetensors")
    (repository_folder(REPO) / "blobs" / "other.incomplete").write_text("half")
    delete_noted(REPO)
    assert not repository_folder(REPO).exists()


def test_files_that_were_there_before_stay(journal: DownloadJournal) -> None:
    blob = put(journal, "config.json", "theirs")
    journal.expect("config.json")
    journal.expect("model.safetensors")
    ours = put(journal, "model.safetensors", "ours")
    assert not journal.brought("config.json")
    delete_noted(REPO)
    assert blob.exists() and (journal.snapshot / "config.json").exists()
    assert not ours.exists()


def test_a_blob_that_another_snapshot_uses_stays(journal: DownloadJournal) -> None:
    journal.expect("model.safetensors")
    blob = put(journal, "model.safetensors")
    put(DownloadJournal(REPO, "def"), "model.safetensors")
    delete_noted(REPO)
    assert blob.exists() and not journal.snapshot.exists()


def test_a_finished_download_stays(journal: DownloadJournal) -> None:
    journal.expect("model.safetensors")
    put(journal, "model.safetensors")
    journal.finish()
    assert not journal.brought("model.safetensors")
    delete_noted(REPO)
    assert (journal.snapshot / "model.safetensors").exists()
