"""A plan names the exact commit and its needed files, or says why there is nothing to fetch."""

from __future__ import annotations

from dataclasses import replace

import huggingface_hub.constants
import pytest
from hub_downloads import CHECKPOINT, FILES, REPO, WEIGHTS
from hub_server import COMMIT, Hub, sha256

from qvim_studio.checkpoints.download_plan import plan_download
from qvim_studio.core.errors import (
    CheckpointError,
    PickledWeightsError,
)


@pytest.mark.parametrize("missing", ["vae/diffusion_pytorch_model.safetensors", "model_index.json"])
def test_a_repository_of_another_kind_is_told(hub: Hub, missing: str) -> None:
    hub.files = {path: hub.files[path] for path in FILES if path != missing}
    with pytest.raises(CheckpointError, match=rf"no {missing.split('/')[0]} at revision c+, exp"):
        plan_download(CHECKPOINT, hub.url)


def test_offline_mode_is_kept(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(CheckpointError, match="offline mode"):
        plan_download(CHECKPOINT, hub.url)


def test_json_of_another_kind_in_place_of_the_hubs_is_told(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "info", lambda: {"error": "log in"})
    with pytest.raises(CheckpointError, match="expected its list of files"):
        plan_download(CHECKPOINT, hub.url)


def test_pickled_weights_alone_need_consent(hub: Hub) -> None:
    del hub.files["vae/diffusion_pytorch_model.safetensors"]
    hub.files["vae/diffusion_pytorch_model.bin"] = b"pickle"
    with pytest.raises(PickledWeightsError, match=r"alone \(vae/.*--allow-pickle") as found:
        plan_download(CHECKPOINT, hub.url)
    assert found.value.files == ("vae/diffusion_pytorch_model.bin",)
    assert hub.fetched == []


def test_pickles_beside_split_safetensors_are_left_out(hub: Hub) -> None:
    content = hub.files.pop("vae/diffusion_pytorch_model.safetensors")
    hub.files["vae/diffusion_pytorch_model-00001-of-00001.safetensors"] = content
    hub.files["vae/diffusion_pytorch_model.safetensors.index.json"] = b"{}"
    hub.files["vae/diffusion_pytorch_model.bin"] = b"pickle"
    paths = {file.path for file in plan_download(CHECKPOINT, hub.url).files}
    assert not [path for path in paths if path.endswith(".bin")]
    assert "vae/diffusion_pytorch_model.safetensors.index.json" in paths


def test_a_plan_takes_what_the_layout_names_and_no_second_copies(hub: Hub) -> None:
    hub.files["vocoder/notes.txt"] = b"read me"
    hub.files["vocoder/deeper/config.json"] = b"{}"
    hub.files["other/config.json"] = b"{}"
    plan = plan_download(CHECKPOINT, hub.url)
    assert {file.path for file in plan.files} == {*FILES, "vocoder/notes.txt"}
    assert plan.total_bytes == sum(map(len, FILES.values())) + len(b"read me")
    weights = next(file for file in plan.files if file.path.startswith("unet/diffusion"))
    assert (weights.size, weights.sha256) == (len(WEIGHTS), sha256(WEIGHTS))
    assert plan.card["revision"] == COMMIT and plan.card["clap_id"] == REPO


def test_optional_folders_are_taken_where_they_are_and_not_missed_elsewhere(hub: Hub) -> None:
    layout = replace(CHECKPOINT.layout, optional=("adapter",))
    known = replace(CHECKPOINT, layout=layout)
    assert {file.path for file in plan_download(known, hub.url).files} == {*FILES}
    hub.files["adapter/model.safetensors"] = b"weights"
    assert "adapter/model.safetensors" in {f.path for f in plan_download(known, hub.url).files}


def test_a_checkpoint_without_a_repository_leaves_nothing_to_download() -> None:
    with pytest.raises(CheckpointError, match="'tiny' comes with the program or from a folder"):
        plan_download(replace(CHECKPOINT, repo=""), "http://nowhere.invalid")
