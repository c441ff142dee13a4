"""Turns a checkpoint in the one-file form of other programs into a folder of safetensors."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import nn

from qvim_studio.checkpoints.card import write_card
from qvim_studio.checkpoints.checkpoint import INDEX_FILE
from qvim_studio.checkpoints.imports import UNFINISHED
from qvim_studio.checkpoints.streamed_weights import write_streamed
from qvim_studio.core.engine import IsCancelled
from qvim_studio.core.errors import CheckpointError, OutputError, reason_of
from qvim_studio.networks.files.meta_device import without_values
from qvim_studio.networks.files.network_file import CONFIG_FILE, WEIGHTS_FILE
from qvim_studio.networks.files.plain_pickle import UNREADABLE, is_plain, read_pickle

Weights = Mapping[str, torch.Tensor]
OnBytes = Callable[[int, int], None]  # (bytes written, bytes in all)
SAFETENSORS = ".safetensors"
# Errors of a conversion, or of a network that it builds, for weights of unexpected shapes.
UNFIT = (
    KeyError,
    ValueError,
    IndexError,
    TypeError,
    RuntimeError,
    AssertionError,
    ArithmeticError,
)
SPARE_BYTES = 2**26  # that stay free on the disk


@dataclass(frozen=True, eq=False)
class ConvertedPart:
    """One sub-folder: its config.json and its weights, which may lie mapped in another file."""

    name: str
    config: Mapping[str, Any]
    weights: Weights


@dataclass(frozen=True, eq=False)
class Converted:
    """A whole checkpoint, or a part for checkpoints. index: content of model_index.json, empty for
    a part. card: content of studio.json. files: other small files, by their paths in the folder.
    recognized: one sentence about what the source holds. part_kind: "clap" for a part, else empty.
    """

    index: Mapping[str, Any]
    parts: tuple[ConvertedPart, ...]
    card: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    recognized: str = ""
    part_kind: str = ""

    @property
    def bytes(self) -> int:
        return sum(value.nbytes for part in self.parts for value in part.weights.values())


def read_original(path: Path) -> Weights:
    """The tensors of a PyTorch or safetensors file by name, mapped from the file instead of read.
    No code that a pickle names is run (see networks.files.plain_pickle).

    Raises CheckpointError.
    """
    if not path.is_file():
        raise CheckpointError(f"There is no file {path}. Give the file that was downloaded.")
    try:
        stored: Any = load_file(path) if path.suffix == SAFETENSORS else read_pickle(path)
        stored = stored.get("state_dict", stored)
        weights = {str(name): each for name, each in stored.items() if is_plain(each)}
    except UNREADABLE as error:
        raise CheckpointError(
            f"{path} is not a plain file of weights, and nothing in it was run. It may be "
            "damaged or malicious: download it again from a source that you trust."
        ) from error
    if not weights:
        raise CheckpointError(f"{path} holds no weights. Download it again.")
    return weights


def millions(parts: Sequence[ConvertedPart]) -> str:
    """The number of parameters, such as "182 M parameters"."""
    count = sum(value.numel() for part in parts for value in part.weights.values())
    return f"{count / 1e6:,.0f} M parameters"


def below(weights: Weights, prefix: str) -> dict[str, torch.Tensor]:
    """The tensors whose names begin with ``prefix``, without it."""
    return {
        name.removeprefix(prefix): value
        for name, value in weights.items()
        if name.startswith(prefix)
    }


def renamed(
    weights: Weights,
    names: Mapping[str, str],
    build: Callable[[], nn.Module],
    computed: Weights | None = None,
) -> dict[str, torch.Tensor]:
    """The weights of a network under their new names, in its shapes.

    build: makes the network, on the meta device. computed: tensors by their new names that files
    may lack; the network gets those that it has. Raises ValueError naming missing, surplus or
    misshapen tensors.
    """
    with without_values():
        expected = {name: value.shape for name, value in build().state_dict().items()}
    given = {name: value for name, value in (computed or {}).items() if name in expected}
    given |= {names[name]: value for name, value in weights.items()}
    if missing := sorted(expected.keys() - given.keys()):
        raise ValueError(f"{len(missing)} tensors are missing (first: {missing[0]})")
    if surplus := sorted(given.keys() - expected.keys()):
        raise ValueError(f"{len(surplus)} tensors are unknown (first: {surplus[0]})")
    shaped = {}
    for name, shape in expected.items():
        value = given[name]
        # A 1 x 1 convolution holds the values of the linear layer that it stands for.
        if value.shape not in (shape, (*shape, 1, 1)):
            raise ValueError(f"{name} has the shape {tuple(value.shape)}, expected {tuple(shape)}")
        shaped[name] = value.reshape(shape)
    return shaped


def write_converted(
    converted: Converted,
    folder: Path,
    on_bytes: OnBytes = lambda done, total: None,
    is_cancelled: IsCancelled = lambda: False,
) -> None:
    """Write the folder under a temporary name, read it back, and then give it its name.

    Raises OutputError if there is no room, if the folder is not empty or if the disk returns other
    weights than were written, and CancelledError.
    """
    check_target(folder, converted.bytes)
    unfinished = folder.with_name(f"{folder.name}{UNFINISHED}")
    shutil.rmtree(unfinished, ignore_errors=True)
    done, total = 0, converted.bytes

    def on_written(count: int) -> None:
        nonlocal done
        done += count
        on_bytes(done, total)

    try:
        for part in converted.parts:
            place = unfinished / part.name
            place.mkdir(parents=True, exist_ok=True)
            _write_json(place / CONFIG_FILE, part.config)
            write_streamed(part.weights, place / WEIGHTS_FILE, on_written, is_cancelled)
            _check_written(part.weights, place / WEIGHTS_FILE)
        for name, content in converted.files.items():
            (unfinished / name).parent.mkdir(parents=True, exist_ok=True)
            (unfinished / name).write_bytes(content)
        if converted.index:
            _write_json(unfinished / INDEX_FILE, converted.index)
        write_card(unfinished, dict(converted.card))
        if folder.is_dir():
            folder.rmdir()
        unfinished.replace(folder)
    except OSError as error:
        raise OutputError(
            f"The converted checkpoint could not be written to {folder} ({reason_of(error)}). Make "
            "room on that disk, or choose another folder."
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _check_written(weights: Weights, path: Path) -> None:
    """Compare every value with the file. Raises OutputError if one differs."""
    with safe_open(path, framework="pt") as file:
        is_same = all(torch.equal(file.get_tensor(name), each) for name, each in weights.items())
    if not is_same:
        raise OutputError(
            f"{path} does not hold what was written to it. The disk may be damaged: choose a "
            "folder on another one."
        )


def check_target(folder: Path, needed_bytes: int) -> None:
    """Raise OutputError if a folder already holds something, or its disk has no room."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(
            f"{folder} already holds something. Choose a new folder, so that nothing is lost."
        )
    parent = next(each for each in folder.absolute().parents if each.is_dir())
    free = shutil.disk_usage(parent).free
    if free < needed_bytes + SPARE_BYTES:
        raise OutputError(
            f"The converted checkpoint takes {needed_bytes / 1e9:.1f} GB, and the disk of {folder} "
            f"has {free / 1e9:.1f} GB free. Make room, or choose a folder on another disk."
        )


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
