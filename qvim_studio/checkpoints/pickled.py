"""Turns pickled weights into safetensors without running any code of the pickle."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from qvim_studio.checkpoints.streamed_weights import DTYPE_NAMES, write_streamed
from qvim_studio.core.engine import IsCancelled
from qvim_studio.core.errors import CheckpointError, OutputError, reason_of
from qvim_studio.networks.files.network_file import CONFIG_FILE
from qvim_studio.networks.files.pickled_names import (
    is_pickled,
    parts_by_index,
    safetensors_name,
    whole_names,
)
from qvim_studio.networks.files.plain_pickle import UNREADABLE, is_plain, read_pickle
from qvim_studio.networks.files.weight_names import file_shapes


def find_pickled(folder: Path) -> list[Path]:
    """Pickled weights of a checkpoint's folder and its sub-folders that have no safetensors."""
    patterns = ("*.bin", "*/*.bin") if (folder / CONFIG_FILE).is_file() else ("*/*.bin",)
    return sorted(
        path
        for pattern in patterns
        for path in folder.glob(pattern)
        if is_pickled(path)
        and not any(path.with_name(name).is_file() for name in whole_names(path.name))
    )


def convert_pickled_weights(
    paths: Sequence[Path],
    on_converted: Callable[[Path], None] = lambda path: None,
    is_cancelled: IsCancelled = lambda: False,
) -> None:
    """Write a safetensors file beside each pickle, completely or not at all, and the index of split
    ones.

    on_converted: called with each pickle once it is no longer needed; it may delete the pickle.
    Pickles that are gone count as converted. The tensors stay mapped from the
    pickle while they are written; only pickles from before PyTorch 1.6 are read into memory.
    Raises CheckpointError for anything but tensors, OutputError without room, CancelledError.
    """
    parts = parts_by_index(paths)
    for path in paths:
        if path.is_file() or not path.with_name(safetensors_name(path.name)).is_file():
            _convert_one(path, is_cancelled)
            on_converted(path)
    for index, pickles in parts.items():
        files = [Path(each).with_name(safetensors_name(each.name)) for each in pickles]
        _write_whole(Path(index), lambda unfinished, files=files: _write_index(files, unfinished))


def _write_index(files: Sequence[Path], path: Path) -> None:
    places = {name: file.name for file in files for name in file_shapes(file)}
    text = json.dumps({"metadata": {}, "weight_map": places}, indent=2) + "\n"
    path.write_text(text, encoding="utf-8")


def _convert_one(path: Path, is_cancelled: IsCancelled) -> None:
    try:
        weights = read_pickle(path)
        for name, value in weights.items():
            if not is_plain(value) or value.dtype not in DTYPE_NAMES:
                raise TypeError(f"{name} is no tensor of plain numbers")
    except UNREADABLE as error:
        raise CheckpointError(
            f"{path} is not a plain file of weights, and nothing in it was run. It may be "
            "damaged or malicious: get the checkpoint from a source that you trust, best as "
            "safetensors."
        ) from error
    target = path.with_name(safetensors_name(path.name))
    _write_whole(
        target,
        lambda unfinished: write_streamed(weights, unfinished, is_cancelled=is_cancelled),
    )


def _write_whole(target: Path, write: Callable[[Path], object]) -> None:
    unfinished = target.with_name("converting")
    try:
        write(unfinished)
        unfinished.replace(target)
    except OSError as error:
        raise OutputError(
            f"The weights of {target} could not be written as safetensors ({reason_of(error)}). "
            "Make room on that disk, or let its folder be written to, and try again."
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
