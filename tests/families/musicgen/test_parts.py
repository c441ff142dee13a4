"""Weights are read whole and by the names of every version, or refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from musicgen_runs import CPU, checkpoint_in, copied
from safetensors.torch import load_file, save_file

from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.musicgen.family import FAMILY
from qvim_studio.families.musicgen.generator import MusicgenGenerator
from qvim_studio.families.musicgen.shape import BACKBONE
from qvim_studio.families.protocol import Asked, Report


@pytest.mark.parametrize("damage", ["cut", "absent", "missing", "surplus", "other width"])
def test_damaged_weights_are_refused(melody_folder: Path, tmp_path: Path, damage: str) -> None:
    changes = {"decoder__num_hidden_layers": 3} if damage == "other width" else {}
    folder = copied(melody_folder, tmp_path / "damaged", **changes)
    path = folder / "model.safetensors"
    weights = load_file(path)
    if damage == "missing":
        del weights["decoder.lm_heads.0.weight"]
    elif damage == "surplus":
        weights["decoder.lm_heads.9.weight"] = torch.zeros(1)
    path.unlink()
    if damage == "cut":
        path.write_bytes(b"\x10\0\0\0\0\0\0\0{")
        with pytest.raises(CheckpointError, match=r"sizes .* cannot be read"):
            FAMILY.footprint(checkpoint_in(folder))
    elif damage != "absent":
        save_file(weights, path)
    with pytest.raises(CheckpointError, match=r"weights of the checkpoint .* cannot be loaded"):
        FAMILY.load(checkpoint_in(folder), CPU)


def test_older_files_with_other_names_and_several_files_are_read(
    melody_folder: Path, tmp_path: Path, load: Callable[..., MusicgenGenerator]
) -> None:
    """Tables of positions were stored, and norms had other names; large files are split."""
    folder = copied(melody_folder, tmp_path / "older")
    weights = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    for old, new in (("weight_g", "original0"), ("weight_v", "original1")):
        weights = {n.replace(f"parametrizations.weight.{new}", old): w for n, w in weights.items()}
    weights[f"{BACKBONE}embed_positions.weights"] = torch.zeros(2048, 24)
    places = {name: f"model-0000{1 + i % 2}-of-00002.safetensors" for i, name in enumerate(weights)}
    for file in set(places.values()):
        save_file({n: w for n, w in weights.items() if places[n] == file}, folder / file)
    index = {"metadata": {}, "weight_map": places}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    asked, report = Asked(0.3, "rain"), Report(lambda *_: None, lambda: False)
    made, expected = (
        next(iter(generator.make(generator.condition(asked), asked, (1,), report))).samples
        for generator in (FAMILY.load(checkpoint_in(folder), CPU), load())
    )
    assert abs(made - expected).max() / abs(expected).max() < 1e-4
    assert FAMILY.footprint(checkpoint_in(folder)).weights > 0
