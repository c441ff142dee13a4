"""Published forms from a local hub: asked about, fetched, converted, read back, pickles deleted."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from hub_server import COMMIT, Hub, prepare_client, running_hub
from malicious import Malicious
from safetensors.torch import load_file, save_file

from qvim_studio.checkpoints import conversion
from qvim_studio.checkpoints.checkpoint import Checkpoint, Layout, Published
from qvim_studio.checkpoints.conversion import Converted, ConvertedPart, read_original
from qvim_studio.checkpoints.download_plan import plan_download
from qvim_studio.checkpoints.downloads import SPARE_BYTES, discard, download, remove
from qvim_studio.checkpoints.published import converted_folder, place_of_converted
from qvim_studio.checkpoints.verification import verify_checkpoint
from qvim_studio.core.errors import (
    CancelledError,
    CheckpointError,
    OutputError,
    PickledWeightsError,
)

REPO, FILE, TABLE = "someone/one-file", "rate_100/all.ckpt", "tables/centroids.npy"
LAYOUT = Layout("model_index.json", ("unet",))
FORM = Published("rate_100", (FILE, TABLE), converted_bytes=5000)
KNOWN = Checkpoint(
    "one", "One", None, licence="MIT", commercial="yes", repo=REPO, layout=LAYOUT, published=FORM
)
WEIGHTS = torch.arange(1200.0)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    prepare_client(monkeypatch, tmp_path / "hub")
    torch.save({"unet.a": WEIGHTS, "unused": torch.ones(3)}, tmp_path / "all.ckpt")
    files = {FILE: (tmp_path / "all.ckpt").read_bytes(), TABLE: b"t" * 50, "README.md": b"words"}
    with running_hub(Hub(REPO, files)) as hub:
        yield hub


def convert(source: Path) -> Converted:
    """One network of everything in the file; a table must lie beside its folder."""
    assert (source.parent / TABLE).is_file()
    weights = {"a": read_original(source / "all.ckpt")["unet.a"]}
    return Converted({"_class_name": "One"}, (ConvertedPart("unet", {}, weights),), {"title": "?"})


def fetch(hub: Hub, known: Checkpoint = KNOWN, is_cancelled=lambda: False, **options) -> Path:
    plan = plan_download(known, hub.url, allow_pickle=True)
    options = {"convert": convert, **options}
    return download(plan, lambda here, total: None, is_cancelled, hub.url, **options)


def pickles(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "hub").rglob("*") if path.name == "all.ckpt"]


def test_a_pickle_is_asked_about_before_the_first_byte(hub: Hub) -> None:
    with pytest.raises(PickledWeightsError, match="deleted afterwards") as asked:
        plan_download(KNOWN, hub.url)
    assert asked.value.files == (FILE,) and hub.fetched == []


def test_what_was_published_becomes_a_folder_of_safetensors_in_one_step(
    hub: Hub, tmp_path: Path
) -> None:
    reported: list[tuple[int, int]] = []
    folder = fetch(hub, on_converted=lambda done, total: reported.append((done, total)))
    assert folder == place_of_converted(KNOWN) == converted_folder(KNOWN)
    assert torch.equal(load_file(folder / "unet/model.safetensors")["a"], WEIGHTS)
    card = json.loads((folder / "studio.json").read_text())
    assert (card["id"], card["title"], card["revision"]) == ("one", "One", COMMIT)
    assert reported[-1] == (WEIGHTS.nbytes, WEIGHTS.nbytes)
    assert {path for path, _ in hub.fetched} == {FILE, TABLE}
    assert verify_checkpoint(replace(KNOWN, folder=folder)) == []
    # The pickle and its blob are gone, and so is the list of what came.
    assert not pickles(tmp_path)
    kept = [path for path in (tmp_path / "hub").rglob("*") if path.is_file()]
    assert hub.files[FILE] not in [path.read_bytes() for path in kept]


def test_what_is_converted_is_not_fetched_again(hub: Hub) -> None:
    folder = fetch(hub)
    hub.fetched.clear()
    assert fetch(hub) == folder and hub.fetched == []


def test_two_rates_of_one_repository_come_and_go_by_themselves(hub: Hub) -> None:
    other = replace(KNOWN, id="two")
    folder, second = fetch(hub), fetch(hub, other)
    assert folder != second
    assert remove(KNOWN) >= WEIGHTS.nbytes
    assert converted_folder(KNOWN) is None and converted_folder(other) == second
    with pytest.raises(CheckpointError, match="was not downloaded"):
        remove(KNOWN)


def test_a_cancel_while_it_is_converted_keeps_what_came(hub: Hub, tmp_path: Path) -> None:
    is_converting = False

    def convert_cancelled(source: Path) -> Converted:
        nonlocal is_converting
        is_converting = True
        return convert(source)

    with pytest.raises(CancelledError):
        fetch(hub, is_cancelled=lambda: is_converting, convert=convert_cancelled)
    assert converted_folder(KNOWN) is None and pickles(tmp_path)
    hub.fetched.clear()
    fetch(hub)
    assert hub.fetched == [] and not pickles(tmp_path)


def test_a_pickle_that_another_program_fetched_stays(hub: Hub, tmp_path: Path) -> None:
    from huggingface_hub import hf_hub_download

    hf_hub_download(REPO, FILE, revision=COMMIT, endpoint=hub.url)
    fetch(hub)
    assert len(pickles(tmp_path)) == 1 and pickles(tmp_path)[0].read_bytes() == hub.files[FILE]


def test_what_the_disk_gives_back_is_compared(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_other(weights, path: Path, on_written, is_cancelled) -> None:
        save_file({name: value + 1 for name, value in weights.items()}, path)

    monkeypatch.setattr(conversion, "write_streamed", write_other)
    with pytest.raises(OutputError, match="does not hold what was written"):
        fetch(hub)
    assert converted_folder(KNOWN) is None and pickles(tmp_path)


def test_a_malicious_pickle_neither_runs_nor_counts(hub: Hub, tmp_path: Path) -> None:
    hub.files[FILE] = pickle.dumps({"unet.a": Malicious(tmp_path / "ran")}, protocol=2)
    with pytest.raises(CheckpointError, match="nothing in it was run"):
        fetch(hub)
    assert not (tmp_path / "ran").exists() and converted_folder(KNOWN) is None


def test_both_forms_need_room_before_the_first_byte(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = sum(len(hub.files[path]) for path in FORM.files) + SPARE_BYTES + FORM.converted_bytes - 1
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=free))
    with pytest.raises(OutputError, match="Make room"):
        fetch(hub)
    assert hub.fetched == []


def test_a_repository_that_changed_is_told(hub: Hub) -> None:
    del hub.files[TABLE]
    with pytest.raises(CheckpointError, match=f"has no {TABLE}"):
        plan_download(KNOWN, hub.url, allow_pickle=True)


def test_a_discarded_download_takes_its_pickle_with_it(hub: Hub, tmp_path: Path) -> None:
    def refuse(source: Path) -> Converted:
        raise CheckpointError("Not convertible.")

    with pytest.raises(CheckpointError, match="Not convertible"):
        fetch(hub, convert=refuse)
    assert pickles(tmp_path)
    discard(KNOWN)
    assert not pickles(tmp_path)
