"""Reads QVIM encoder weights from every public layout into plain state dicts.

Layouts: EfficientAT (``features.*``, one network for both branches), the QBV release (``im.*``,
``ref.*``), Lightning (``state_dict`` with ``imitation_encoder.*``, ``reference_encoder.*``) and
our own (``both.*`` for what the branches share, ``imitation.*``, ``reference.*``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from qvim_studio.core.errors import CheckpointError
from qvim_studio.networks.files.plain_pickle import UNREADABLE, is_plain, read_pickle
from qvim_studio.networks.qvim.mobilenet import MobileNetV3

CONFIG_FILE = "config.json"
WEIGHTS_FILE = "model.safetensors"
BRANCH_NAMES = {
    "imitation": ("imitation", "im", "imitation_encoder"),
    "reference": ("reference", "ref", "reference_encoder"),
}
SHARED_NAME = "both"
LAYOUT_TITLES = {
    "imitation_encoder": "QVIM encoder in Lightning's layout",
    "im": "QVIM encoder in the layout of the QBV release",
    "": "EfficientAT mn10",
}
OWN_TITLE = "QVIM encoder in the studio's layout"
ONE_NETWORK, TWO_NETWORKS = "one network for voices and sounds", "one network for each side"
LAST_LAYER = "features.16.0.weight"  # of mn10, which other networks of that kind lack
# Prefixes that data-parallel training, compilation and Lightning add to names.
WRAPPERS = frozenset({"model", "module", "net", "_orig_mod"})

StateDict = dict[str, torch.Tensor]


def read_branches(path: Path) -> dict[str, StateDict]:
    """State dicts of both branches as float32, complete and of the right shapes.

    A file with a single network serves both branches, each with tensors of its own. Raises
    CheckpointError otherwise.
    """
    stored = _read_file(path / WEIGHTS_FILE if path.is_dir() else path)
    networks = _by_owner(stored)
    shared = networks.get(SHARED_NAME, {})
    branches = {
        branch: shared | next((networks[name] for name in names if name in networks), {})
        for branch, names in BRANCH_NAMES.items()
    }
    if not any(branches.values()):
        single = networks.get("", {})
        branches = {"imitation": single, "reference": single}
    expected = _expected()
    for branch, weights in branches.items():
        _check(weights, expected, branch, path)
    return {
        branch: {
            name: value.to(torch.float32 if value.is_floating_point() else value.dtype, copy=True)
            for name, value in weights.items()
        }
        for branch, weights in branches.items()
    }


@dataclass(frozen=True)
class EncoderLayout:
    """The origin of a file's layout, and how many networks the file holds, in words."""

    title: str
    networks: str


def read_encoder_layout(path: Path) -> EncoderLayout:
    """The layout of a file that ``read_branches`` reads. Raises CheckpointError if it cannot."""
    owners = _by_owner(_read_file(path / WEIGHTS_FILE if path.is_dir() else path)).keys()
    title = next((title for owner, title in LAYOUT_TITLES.items() if owner in owners), OWN_TITLE)
    return EncoderLayout(title, ONE_NETWORK if "" in owners else TWO_NETWORKS)


def holds_encoder(names: Iterable[str]) -> bool:
    """Whether tensors of these names belong to an mn10, complete or not."""
    return any(f".{name}".endswith(f".{LAST_LAYER}") for name in names)


def _read_file(path: Path) -> StateDict:
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        content: Any = read_pickle(path)
    except FileNotFoundError as error:
        raise CheckpointError(
            f"There is no encoder file {path}. Give a .safetensors, .pt or .ckpt file, or a "
            f"folder that holds {WEIGHTS_FILE}."
        ) from error
    except UNREADABLE as error:
        raise CheckpointError(
            f"{path} cannot be read as encoder weights: expected safetensors or a plain PyTorch "
            "state dict, got a file of another kind or a damaged one. Give another file, or "
            "download this one again."
        ) from error
    for wrapper in ("state_dict", "model_state_dict", "model"):
        if isinstance(content, dict) and isinstance(content.get(wrapper), dict):
            content = content[wrapper]
    if not isinstance(content, dict):
        raise CheckpointError(
            f"{path} holds a {type(content).__name__}, expected a state dict of tensors. "
            "Save the network's state_dict() and try again."
        )
    return {name: value for name, value in content.items() if is_plain(value)}


def _by_owner(stored: StateDict) -> dict[str, StateDict]:
    """The ``features.*`` weights of each network by the prefix of the network ("" without one).

    Classifiers, temperatures and front ends are left out.
    """
    networks: dict[str, StateDict] = {}
    for name, value in stored.items():
        before, found, after = f".{name}".partition(".features.")
        owner = ".".join(part for part in before.split(".") if part and part not in WRAPPERS)
        if found:
            networks.setdefault(owner, {})[f"features.{after}"] = value
    return networks


@cache
def _expected() -> StateDict:
    """The tensors of one network, without values."""
    return MobileNetV3.without_weights().state_dict()


def _infinite(weights: StateDict) -> list[str]:
    """Names of tensors with infinite numbers or NaN; the usual case, none, is checked at once."""
    values = [value.flatten() for value in weights.values() if value.is_floating_point()]
    if not values or torch.cat(values).isfinite().all():
        return []
    return sorted(name for name, value in weights.items() if not value.isfinite().all())


def _check(weights: StateDict, expected: StateDict, branch: str, path: Path) -> None:
    missing = sorted(expected.keys() - weights.keys())
    surplus = sorted(weights.keys() - expected.keys())
    misshapen = sorted(
        name
        for name in expected.keys() & weights.keys()
        if expected[name].shape != weights[name].shape
    )
    infinite = _infinite(weights)
    problems = (
        ("lacks", missing),
        ("has too many", surplus),
        ("misfits", misshapen),
        ("has infinite numbers or NaN in", infinite),
    )
    for problem, names in problems:
        if names:
            raise CheckpointError(
                f"{path} is not an mn10 encoder: its {branch} branch {problem} {len(names)} of "
                f"{len(expected)} tensors (first: {names[0]}). Use weights of EfficientAT's "
                "mn10, of the QBV release or of QVIM Studio."
            )
