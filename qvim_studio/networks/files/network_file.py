"""Small networks of our own on disk: ``config.json`` and ``model.safetensors`` in one folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from qvim_studio.core.errors import CheckpointError, reason_of
from qvim_studio.core.text.json_text import as_object, read_json
from qvim_studio.networks.files.weight_names import CONFIG_FILE, WEIGHTS_FILE

Network = TypeVar("Network", bound=nn.Module)


def save_network(network: nn.Module, config: Any, folder: str | Path) -> None:
    """Write the config (a dataclass) and the weights, in their own dtype."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CONFIG_FILE).write_text(json.dumps(asdict(config), indent=2) + "\n", encoding="utf-8")
    weights = {name: value.contiguous() for name, value in network.state_dict().items()}
    save_file(weights, folder / WEIGHTS_FILE)


def load_network(
    folder: str | Path, make: Callable[[dict[str, Any]], Network], what: str, advice: str
) -> Network:
    """The network that ``make`` builds from the config, with the weights loaded strictly, as
    float32, in evaluation mode.

    Raises CheckpointError, whose sentence names ``what`` and ends with ``advice``.
    """
    folder = Path(folder)
    try:
        network = make(as_object(read_json(folder / CONFIG_FILE)))
        weights = load_file(folder / WEIGHTS_FILE)
        network.load_state_dict({name: value.float() for name, value in weights.items()})
    except (OSError, TypeError, ValueError, RuntimeError, SafetensorError) as error:
        raise CheckpointError(
            f"The {what} in {folder} cannot be loaded: expected {CONFIG_FILE} and a fitting "
            f"{WEIGHTS_FILE} ({reason_of(error)}). {advice}"
        ) from error
    return network.eval()
