"""The FiLM parameters of a UNet, through which the condition enters, and their small file.

In AudioLDM's UNet every residual block adds ``time_emb_proj(SiLU(concat(time, class)))``. The
condition's share is ``class_embedding.*`` and the class half, the last columns, of each
``time_emb_proj.weight``: 2.4 % of the s model. Only these are tuned and stored.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from qvim_studio.core.errors import CheckpointError, reason_of
from qvim_studio.core.text.json_text import as_object, parse_json

FILM_FILE = "film.safetensors"
CLASS_PREFIX = "class_embedding."
PROJECTION_SUFFIX = "time_emb_proj.weight"


def film_parameters(unet: nn.Module) -> dict[str, nn.Parameter]:
    """Parameters that hold FiLM, by name; of the projections only the class half counts.

    Raises CheckpointError if the UNet takes no condition this way.
    """
    found = {
        name: parameter
        for name, parameter in unet.named_parameters()
        if name.startswith(CLASS_PREFIX) or name.endswith(PROJECTION_SUFFIX)
    }
    if not any(name.startswith(CLASS_PREFIX) for name in found):
        raise CheckpointError(
            "This UNet has no class embedding, so there is no FiLM to tune: expected one with "
            "class_embeddings_concat, as AudioLDM's. Choose a checkpoint of the AudioLDM family."
        )
    return found


def class_columns(parameter: nn.Parameter) -> slice:
    """Columns of a projection (out, time + class) that multiply the condition."""
    return slice(parameter.shape[1] // 2, None)


def freeze_all_but_film(unet: nn.Module) -> list[nn.Parameter]:
    """Freeze everything except FiLM; gradients of a projection's time half are set to zero.

    With weight decay 0 an optimizer then leaves the time half exactly as it was.
    """
    unet.requires_grad_(False)
    parameters = film_parameters(unet)
    for name, parameter in parameters.items():
        parameter.requires_grad_(True)
        if name.endswith(PROJECTION_SUFFIX):
            time_columns = slice(0, class_columns(parameter).start)
            parameter.register_hook(lambda grad, cut=time_columns: _without(grad, cut))
    return list(parameters.values())


def save_film(unet: nn.Module, generator_id: str, folder: str | Path) -> None:
    """Write ``film.safetensors``: the values of FiLM (float32), named and bound to a generator."""
    values = {name: _film_values(name, p) for name, p in film_parameters(unet).items()}
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    save_file(values, folder / FILM_FILE, {"binding": json.dumps({"generator_id": generator_id})})


@torch.no_grad()
def load_film(unet: nn.Module, generator_id: str, folder: str | Path) -> None:
    """Put the stored values into the UNet, strictly.

    Raises CheckpointError if the file is damaged or belongs to another generator or shape.
    """
    path = Path(folder) / FILM_FILE
    try:
        with safe_open(path, "pt") as file:
            made_for = as_object(parse_json(file.metadata()["binding"]))["generator_id"]
            stored = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"The FiLM weights {path} cannot be read ({reason_of(error)}). "
            "Copy or train them again."
        ) from error
    if made_for != generator_id:
        raise CheckpointError(
            f"The FiLM weights {path} were tuned for the generator {made_for!r}, but this "
            f"checkpoint is {generator_id!r}. Use those that belong to it, or tune some."
        )
    parameters = film_parameters(unet)
    misfits = sorted(parameters.keys() ^ stored.keys()) or [
        name for name, p in parameters.items() if _film_values(name, p).shape != stored[name].shape
    ]
    if misfits:
        raise CheckpointError(
            f"The FiLM weights {path} do not fit this UNet ({len(misfits)} tensors differ, first: "
            f"{misfits[0]}). Use those that belong to it, or tune some."
        )
    for name, parameter in parameters.items():
        target = parameter[:, class_columns(parameter)] if _is_projection(name) else parameter
        target.copy_(stored[name])


def _film_values(name: str, parameter: nn.Parameter) -> torch.Tensor:
    values = parameter.detach()
    if _is_projection(name):
        values = values[:, class_columns(parameter)]
    return values.float().cpu().contiguous().clone()


def _is_projection(name: str) -> bool:
    return name.endswith(PROJECTION_SUFFIX)


def _without(gradient: torch.Tensor, columns: slice) -> torch.Tensor:
    gradient = gradient.clone()
    gradient[:, columns] = 0
    return gradient
