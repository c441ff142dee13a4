"""Reads safetensors into networks: strictly, in the wanted precision, and within little memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import safe_open
from torch import nn

from qvim_studio.networks.files.meta_device import without_values
from qvim_studio.networks.files.weight_names import weight_files

Network = TypeVar("Network", bound=nn.Module)
# A converted tensor leaves its mapped pages behind: the file is opened again after this much, so
# that they never add up to a second copy of the weights.
REOPEN_BYTES = 64 * 2**20
# Before 0.18, diffusers had other names for the parts of a VAE's attention, as in ``cvssp`` files.
OLD_ATTENTION_NAMES = {"query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0"}

Network = TypeVar("Network", bound=nn.Module)


def load_mapped_network(
    build: Callable[[], Network], folder: Path, device: str, dtype: torch.dtype
) -> Network:
    """The network of a folder on its device, for inference.

    build: makes the network with any weights; it runs on the meta device, where nothing is
    initialized. Tensors that are stored in ``dtype`` stay mapped from the file and are read when
    first used. Raises ValueError naming missing, surplus or misshapen tensors.
    """
    weights = read_tensors(folder, device, dtype)
    return filled_network(build, {_current_name(name): value for name, value in weights.items()})


def filled_network(build: Callable[[], Network], weights: Mapping[str, torch.Tensor]) -> Network:
    """A network, built on the meta device, with these tensors, for inference.

    Raises ValueError naming missing, surplus or misshapen tensors.
    """
    with without_values():
        network = build()
    _check(network.state_dict(), weights)
    network.load_state_dict(weights, assign=True)
    return network.eval().requires_grad_(False)


def read_tensors(
    folder: Path,
    device: str,
    dtype: torch.dtype,
    prefix: str = "",
    reopen_bytes: int = REOPEN_BYTES,
) -> dict[str, torch.Tensor]:
    """The tensors of a folder's weights whose names begin with ``prefix``, without it.

    Raises ValueError, OSError, and safetensors' error for a damaged file.
    """
    return {
        name.removeprefix(prefix): tensor
        for path in weight_files(folder)
        for name, tensor in _read_file(path, device, dtype, prefix, reopen_bytes)
    }


def _read_file(
    path: Path, device: str, dtype: torch.dtype, prefix: str, reopen_bytes: int
) -> Iterator[tuple[str, torch.Tensor]]:
    with safe_open(path, framework="pt") as stored:
        names = [name for name in stored.keys() if name.startswith(prefix)]  # noqa: SIM118
    while names:
        taken = 0
        with safe_open(path, framework="pt") as stored:
            while names and taken < reopen_bytes:
                name = names.pop()
                tensor = stored.get_tensor(name)
                taken += tensor.nbytes
                wanted = dtype if tensor.is_floating_point() else tensor.dtype
                yield name, tensor.to(device=device, dtype=wanted)
                del tensor


def _current_name(name: str) -> str:
    parts = name.split(".")
    if parts[-4:-3] == ["attentions"] and parts[-2] in OLD_ATTENTION_NAMES:
        parts[-2] = OLD_ATTENTION_NAMES[parts[-2]]
    return ".".join(parts)


def _check(expected: Mapping[str, torch.Tensor], got: Mapping[str, torch.Tensor]) -> None:
    problems = {
        "missing": expected.keys() - got.keys(),
        "surplus": got.keys() - expected.keys(),
        "misshapen": {
            name for name in expected.keys() & got.keys() if expected[name].shape != got[name].shape
        },
    }
    for problem, names in problems.items():
        if names:
            raise ValueError(f"{len(names)} {problem} tensors (first: {min(names)})")
