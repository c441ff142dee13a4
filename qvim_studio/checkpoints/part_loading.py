"""Loads single parts of checkpoint folders in the diffusers layout, strictly and offline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import torch

from qvim_studio.core.errors import CheckpointError
from qvim_studio.memory.faults import is_out_of_memory
from qvim_studio.networks.files.weights import load_mapped_network

Part = TypeVar("Part")


def load_part(folder: Path, name: str, load: Callable[[Path], Part]) -> Part:
    """The value of ``load`` for a sub-folder. Raises CheckpointError naming the part."""
    path = folder / name
    if not path.is_dir():
        raise CheckpointError(
            f"The checkpoint in {folder} has no part {name}/, expected one in the diffusers "
            "layout. Copy or download the whole checkpoint again."
        )
    try:
        return load(path)
    except CheckpointError:
        raise
    # Lack of memory does not mean that the files are bad; every other error of the libraries and
    # their parsers does.
    except Exception as error:
        if is_out_of_memory(error):
            raise
        reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
        raise CheckpointError(
            f"The part {name}/ of the checkpoint in {folder} cannot be loaded: {reason[:160]}. "
            "Copy or download it again."
        ) from error


def load_diffusers(kind: Any, path: Path, device: str, dtype: torch.dtype, **options: Any) -> Any:
    """A network of diffusers. options: override its configuration."""
    config = {**kind.load_config(path, local_files_only=True), **options}
    return load_mapped_network(lambda: kind.from_config(config), path, device, dtype)


def load_hifigan(config: dict[str, Any], path: Path, device: str, dtype: torch.dtype) -> Any:
    """The vocoder of AudioLDM's folders."""
    from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before transformers)

    from transformers import SpeechT5HifiGan, SpeechT5HifiGanConfig  # isort: skip

    return load_mapped_network(
        lambda: SpeechT5HifiGan(SpeechT5HifiGanConfig(**config)), path, device, dtype
    )


def load_transformers(kind: Any, path: Path, **options: Any) -> Any:
    """A network of transformers for inference, on the processor and in float32 whatever its stored
    precision. The folder may hold more than the network.

    options: override its configuration. Raises ValueError if weights are missing
    or misshapen, and what transformers raises for damaged files.
    """
    network, report = kind.from_pretrained(
        path,
        local_files_only=True,
        use_safetensors=True,
        dtype=torch.float32,
        output_loading_info=True,
        **options,
    )
    missing = sorted(report["missing_keys"])
    if missing:
        raise ValueError(f"{len(missing)} missing tensors (first: {missing[0]})")
    return network.eval().requires_grad_(False)
