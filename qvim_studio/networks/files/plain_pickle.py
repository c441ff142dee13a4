"""Reads the tensors of PyTorch files and never runs code that a pickle names.

``weights_only`` lets a pickle build only tensors and plain containers. Training programs also store
paths, options and numpy numbers beside the weights. These few names become empty stand-ins, so such
files can be read without calling anything in them.
"""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError

# Errors of torch.load and safetensors for damaged files and files of another kind.
UNREADABLE = (
    OSError,
    SafetensorError,
    pickle.UnpicklingError,
    RuntimeError,
    EOFError,
    ValueError,
    LookupError,
    AttributeError,
    TypeError,
)
HARMLESS = (
    "argparse.Namespace",
    *(f"pathlib.{name}" for name in ("Path", "PosixPath", "WindowsPath")),
    *(f"pathlib.{name}" for name in ("PurePath", "PurePosixPath", "PureWindowsPath")),
    *(f"pathlib._local.{name}" for name in ("Path", "PosixPath", "WindowsPath")),  # Python 3.13
    "numpy.dtype",
    *(f"numpy.{place}.multiarray.scalar" for place in ("core", "_core")),
    *(f"numpy.{place}.multiarray._reconstruct" for place in ("core", "_core")),
    "numpy.ndarray",
    *(f"omegaconf.{name}" for name in ("dictconfig.DictConfig", "listconfig.ListConfig")),
    *(f"omegaconf.base.{name}" for name in ("ContainerMetadata", "Metadata")),
    *(f"omegaconf.nodes.{name}Node" for name in ("Any", "Boolean", "Float", "Integer", "String")),
    "typing.Any",
    # Keys of callbacks' states in files of Lightning before 1.5.
    *(
        f"pytorch_lightning.callbacks.{name}"
        for name in ("model_checkpoint.ModelCheckpoint", "early_stopping.EarlyStopping")
    ),
)
PLAIN_DICTS = tuple(
    f"{module}.AttributeDict"
    for module in (
        "lightning.fabric.utilities.data",
        "lightning_fabric.utilities.data",
        "pytorch_lightning.utilities.parsing",
        "lightning.pytorch.utilities.parsing",
    )
)


class StandIn:
    """Replaces a path, options or a number, and drops its content."""

    def __init__(self, *_parts: object) -> None:
        pass

    def __setstate__(self, _state: object) -> None:
        pass


def read_pickle(path: Path) -> Any:
    """The content of a PyTorch file. Tensors of a zip archive are mapped and not in memory yet.

    Raises FileNotFoundError, and one of UNREADABLE for a damaged file or a pickle that names
    anything but tensors, plain containers and HARMLESS classes.
    """
    known: list[Any] = [(StandIn, name) for name in HARMLESS]
    known += [(dict, name) for name in PLAIN_DICTS]
    is_mapped = zipfile.is_zipfile(path)  # the form that PyTorch writes since 1.6
    with torch.serialization.safe_globals(known):
        return torch.load(path, map_location="cpu", weights_only=True, mmap=is_mapped)


def is_plain(value: Any) -> bool:
    """Whether the value is a dense tensor of real numbers."""
    is_dense = torch.is_tensor(value) and value.layout is torch.strided
    return is_dense and not value.is_complex()
