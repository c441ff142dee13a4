"""LoHa and LoKr add what their papers say, computed here entry by entry; misfits are refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from qvim_studio.checkpoints.changes.lora import read_lora
from qvim_studio.checkpoints.changes.weight_changes import WeightChange
from qvim_studio.core.errors import CheckpointError

RANK, ALPHA = 2, 3.0
LINEAR, CONV = (6, 4), (6, 4, 3, 3)
Parts = dict[str, torch.Tensor]


def drawn(**shapes: tuple[int, ...]) -> Parts:
    numbers = torch.Generator().manual_seed(5)
    return {name: torch.randn(shape, generator=numbers) for name, shape in shapes.items()}


def loha(shape: tuple[int, ...], *, has_core: bool = False) -> Parts:
    if has_core:
        sides, core = ((RANK, shape[0]), (RANK, shape[1])), (RANK, RANK, *shape[2:])
        cores = {"hada_t1": core, "hada_t2": core}
    else:
        sides, cores = ((shape[0], RANK), (RANK, int(np.prod(shape[1:])))), {}
    names = {f"hada_w{n}_{side}": sides["ab".index(side)] for n in "12" for side in "ab"}
    return drawn(**names, **cores)


def core_sum(core: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    made = np.zeros((first.shape[1], second.shape[1], *core.shape[2:]))
    for i in range(core.shape[0]):
        for j in range(core.shape[1]):
            for out, value in enumerate(first[i]):
                for into, other in enumerate(second[j]):
                    made[out, into] += core[i, j] * value * other
    return made


def kronecker(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    (a, b), (c, d) = first.shape, second.shape[:2]
    made = np.zeros((a * c, b * d, *second.shape[2:]))
    for row in range(a):
        for column in range(b):
            block = first[row, column] * second
            made[row * c : (row + 1) * c, column * d : (column + 1) * d] = block
    return made


def of_loha(parts: dict[str, np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    both = []
    for n in "12":
        first, second = parts[f"hada_w{n}_a"], parts[f"hada_w{n}_b"]
        core = parts.get(f"hada_t{n}")
        both.append(first @ second if core is None else core_sum(core, first, second))
    return both[0].reshape(shape) * both[1].reshape(shape)


def of_lokr(parts: dict[str, np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    first = parts.get("lokr_w1")
    first = parts["lokr_w1_a"] @ parts["lokr_w1_b"] if first is None else first
    inner = (shape[0] // first.shape[0], shape[1] // first.shape[1], *shape[2:])
    if "lokr_w2" in parts:
        second = parts["lokr_w2"]
    elif "lokr_t2" in parts:
        second = core_sum(parts["lokr_t2"], parts["lokr_w2_a"], parts["lokr_w2_b"])
    else:
        second = parts["lokr_w2_a"] @ parts["lokr_w2_b"]
    return kronecker(first, second.reshape(inner))


def read_parts(folder: Path, parts: Parts) -> WeightChange:
    named = {f"unet.mid.conv.{name}": each for name, each in parts.items()}
    save_file(named, folder / "some.safetensors")
    return read_lora(folder / "some.safetensors", ["mid.conv"]).pairs["mid.conv"]


FACTORS = (2, 2)  # of LoKr's first matrix
CASES = {
    "loha": (loha(LINEAR), LINEAR, of_loha, ALPHA / RANK),
    "loha of a convolution": (loha(CONV), CONV, of_loha, ALPHA / RANK),
    "loha with a core": (loha(CONV, has_core=True), CONV, of_loha, ALPHA / RANK),
    "lokr": (
        drawn(lokr_w1=FACTORS, lokr_w2_a=(3, RANK), lokr_w2_b=(RANK, 2)),
        LINEAR,
        of_lokr,
        ALPHA / RANK,
    ),
    "lokr, both as products": (
        drawn(lokr_w1_a=(2, RANK), lokr_w1_b=(RANK, 2), lokr_w2_a=(3, RANK), lokr_w2_b=(RANK, 18)),
        CONV,
        of_lokr,
        ALPHA / RANK,
    ),
    "lokr with a core": (
        drawn(
            lokr_w1=FACTORS, lokr_t2=(RANK, RANK, 3, 3), lokr_w2_a=(RANK, 3), lokr_w2_b=(RANK, 2)
        ),
        CONV,
        of_lokr,
        ALPHA / RANK,
    ),
    "lokr of whole factors": (drawn(lokr_w1=FACTORS, lokr_w2=(3, 2, 3, 3)), CONV, of_lokr, 1.0),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("prefix", ["lora_unet_mid_conv", "base_model.model.mid.conv"])
def test_a_change_is_the_dense_delta_of_its_matrices(
    tmp_path: Path, name: str, prefix: str
) -> None:
    parts, shape, dense, scale = CASES[name]
    stored = {f"{prefix}.{part}": value for part, value in parts.items()}
    save_file(stored | {f"{prefix}.alpha": torch.tensor(ALPHA)}, tmp_path / "some.safetensors")
    lora = read_lora(tmp_path / "some.safetensors", ["mid.conv"])
    weight = torch.randn(shape, generator=torch.Generator().manual_seed(1))
    delta = dense({part: value.double().numpy() for part, value in parts.items()}, shape)
    expected = weight.double() + 0.7 * scale * torch.from_numpy(delta)
    got = lora.pairs["mid.conv"].added_to(weight, 0.7)
    assert (got - expected).abs().max() <= 1e-5
    assert lora.summary.startswith(("LoHa of", "LoKr of")) and "on 1 layers" in lora.summary


def test_peft_states_alpha_and_rank_beside_the_file(tmp_path: Path) -> None:
    stored = drawn(lokr_w1=FACTORS, lokr_w2=(3, 2))
    path = tmp_path / "adapter_model.safetensors"
    save_file({f"base_model.model.mid.conv.{part}": each for part, each in stored.items()}, path)
    config = {"peft_type": "LOKR", "r": 8, "alpha": 4}
    (tmp_path / "adapter_config.json").write_text(json.dumps(config))
    assert read_lora(path, ["mid.conv"]).pairs["mid.conv"].scale == 0.5


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"hada_w1_a": torch.zeros(6, 2)}, "has not all of its matrices"),
        ({"lokr_w1": torch.zeros(2, 2)}, "has not all of its matrices"),
        ({"lokr_w3": torch.zeros(2, 2)}, "no tensor of a LoRA"),
        ({"scalar": torch.zeros(1)}, "no tensor of a LoRA"),
        ({"lora_A.weight": torch.ones(2, 4), "lora_B.weight": torch.ones(6, 2)}, "in two ways"),
    ],
)
def test_incomplete_and_unknown_parts_are_refused(
    tmp_path: Path, change: Parts, match: str
) -> None:
    parts = change if "lora_A.weight" not in change else loha(LINEAR) | change
    with pytest.raises(CheckpointError, match=match):
        read_parts(tmp_path, parts)


def test_a_change_of_another_size_is_refused(tmp_path: Path) -> None:
    change = read_parts(tmp_path, loha(LINEAR))
    with pytest.raises(ValueError, match="it changes 6 x 4 values where"):
        change.added_to(torch.zeros(6, 5), 1.0)
    change = read_parts(tmp_path, loha(LINEAR) | {"hada_w2_b": torch.zeros(RANK, 3)})
    with pytest.raises(ValueError, match="do not fit together"):
        change.added_to(torch.zeros(6, 4), 1.0)
