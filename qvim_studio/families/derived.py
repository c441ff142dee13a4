"""Derives a checkpoint from another one: with a LoRA or FiLM in its UNet, control curves or another
adapter.

The UNet is written again with the changes folded in. All other files are links to the base's, or
copies on disks without links, so that a derived checkpoint costs one UNet. Its card names the base.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file

from qvim_studio.checkpoints.card import CARD_FILE, write_card
from qvim_studio.checkpoints.changes.lora import read_lora
from qvim_studio.checkpoints.checkpoint import CONTROL_FOLDER, Checkpoint
from qvim_studio.checkpoints.conversion import Weights, check_target
from qvim_studio.checkpoints.encoders import encoder_of
from qvim_studio.checkpoints.imports import UNFINISHED
from qvim_studio.checkpoints.streamed_weights import write_streamed
from qvim_studio.core.errors import CheckpointError, OutputError, reason_of
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.text.json_text import as_object, parse_json, read_json
from qvim_studio.families.audioldm.film import FILM_FILE, PROJECTION_SUFFIX
from qvim_studio.families.audioldm.parts import FILM_FOLDER
from qvim_studio.networks.files.network_file import CONFIG_FILE
from qvim_studio.networks.files.weight_names import SHARD_INDEX, weight_files
from qvim_studio.voice.adapter import ADAPTER_TYPE, check_binding, load_adapter
from qvim_studio.voice.bridge import ADAPTER_FOLDER
from qvim_studio.voice.embedder import load_embedder

UNET = "unet"
UNET_FILE = "diffusion_pytorch_model.safetensors"
ENCODER_FOLDER = "qvim"
LEFT_OUT = ("student", FILM_FOLDER)  # of the base's UNet alone; FiLM is folded in
BOUND = (ADAPTER_FOLDER, CONTROL_FOLDER)  # say in their config.json which generator they are for
OWN_IN_CARD = ("id", "title", "revision", "files")


@dataclass(frozen=True, eq=False)
class Change:
    """The changes that turn a base into another checkpoint. unet: its new weights; None keeps the
    base's. folders: replace those of the base, by name. left_out: folders of the base that are not
    taken over. summary: a sentence about the recognized file. recognized: for a LoRA, the same
    without its use."""

    summary: str
    unet: Weights | None = None
    folders: Mapping[str, Path] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    recognized: str = ""


def lora_change(source: Path, base: Checkpoint, strength: float) -> Change:
    """The base's UNet with a LoRA. Raises CheckpointError."""
    weights = base_unet(base)
    layers = [name.removesuffix(".weight") for name in weights if name.endswith(".weight")]
    lora = read_lora(source, layers)
    for layer, pair in lora.pairs.items():
        name = f"{layer}.weight"
        try:
            weights[name] = pair.added_to(weights[name], strength)
        except ValueError as error:
            raise CheckpointError(
                f"The LoRA {source} does not fit {base.title} at {layer} ({error}). Choose the "
                "base that it was trained on with --base."
            ) from error
    summary = f"{lora.summary}, strength {strength:g}, on {base.title}."
    return Change(summary, weights, recognized=lora.summary)


def film_change(source: Path, base: Checkpoint, strength: float) -> Change:
    """The base's UNet with the FiLM weights of ``train film``. Raises CheckpointError."""
    weights, (made_for, film) = base_unet(base), _read_film(source)
    if made_for != base.id:
        raise CheckpointError(
            f"The FiLM weights {source} were tuned for the generator {made_for!r}, got the base "
            f"{base.id!r}. Choose that one with --base."
        )
    _fold_film(weights, film, source, strength)
    summary = f"FiLM weights, {len(film)} tensors, strength {strength:g}, on {base.title}."
    return Change(summary, weights)


def control_change(source: Path, base: Checkpoint) -> Change:
    """The base with the curves of a folder that ``train control`` wrote. Raises CheckpointError."""
    path = source / CONFIG_FILE
    try:
        config = as_object(read_json(path))
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"{path} cannot be understood ({reason_of(error)}). Copy the control weights again."
        ) from error
    if config.get("generator_id") != base.id:
        raise CheckpointError(
            f"The control weights in {source} were trained for the generator "
            f"{config.get('generator_id')!r}, got the base {base.id!r}. Choose that "
            "one with --base."
        )
    curves = ", ".join(map(str, config.get("controls") or ()))
    summary = f"Control curves ({curves}) on {base.title}."
    return Change(summary, folders={CONTROL_FOLDER: source})


def adapter_change(source: Path, base: Checkpoint) -> Change:
    """The base with another adapter, possibly for another encoder. Raises CheckpointError."""
    _, binding = load_adapter(source)
    wanted = binding.encoder_id
    check_binding(binding, encoder_id=wanted, clap_id=base.clap_id, generator_id=base.id)
    beside, own = base.installed_folder() / ENCODER_FOLDER, encoder_of(wanted)
    left_out = (ENCODER_FOLDER,)  # the adapter's own is found by its name
    if beside.is_dir() and load_embedder(beside).encoder_id == wanted:
        title, left_out = "the checkpoint's own encoder", ()
    elif own is not None:
        title = f"your encoder {own.name!r}"
    elif load_embedder(resource_path("starter", ENCODER_FOLDER)).encoder_id == wanted:
        title = "the program's encoder"
    else:
        raise CheckpointError(
            f"The adapter in {source} was trained with the encoder {wanted!r}, which is not here. "
            "Import that first with: qvim-studio encoders import FILE"
        )
    summary = f"Adapter for {title} on {base.title}."
    return Change(summary, folders={ADAPTER_FOLDER: source}, left_out=left_out)


def is_adapter(folder: Path) -> bool:
    """Whether a folder holds an adapter of the studio's own."""
    try:
        config = as_object(read_json(folder / CONFIG_FILE))
    except (OSError, ValueError):
        return False
    return config.get("model_type") == ADAPTER_TYPE


def is_film(source: Path) -> bool:
    """Whether a file holds FiLM weights of the studio's own."""
    try:
        with safe_open(source, framework="pt") as file:
            return "binding" in (file.metadata() or {})
    except (OSError, SafetensorError):
        return False


def base_unet(base: Checkpoint) -> dict[str, torch.Tensor]:
    """The weights of its UNet, FiLM folded in. Raises CheckpointError if it has none."""
    folder = base.installed_folder()
    if UNET not in base.layout.weighted:
        raise CheckpointError(
            f"{base.title} has no UNet, which LoRA, FiLM and control curves change; its family is "
            f"{base.family}. Choose a base such as an AudioLDM with --base."
        )
    try:
        weights = {k: v for path in weight_files(folder / UNET) for k, v in load_file(path).items()}
    except (OSError, ValueError, SafetensorError) as error:
        raise CheckpointError(
            f"The UNet of {base.title} cannot be read ({reason_of(error)}). Copy or download it "
            "again."
        ) from error
    if (folder / FILM_FOLDER / FILM_FILE).is_file():
        source = folder / FILM_FOLDER / FILM_FILE
        _fold_film(weights, _read_film(source)[1], source, 1.0)
    return weights


def write_derived(base: Checkpoint, change: Change, place: Path, card: Mapping[str, Any]) -> None:
    """Write the folder, completely or not at all. card: values for studio.json beside those of the
    base.

    Raises OutputError without room, CheckpointError for a damaged configuration.
    """
    folder = base.installed_folder()
    needed = sum(value.nbytes for value in (change.unet or {}).values())
    check_target(place, needed)
    unfinished = place.with_name(f"{place.name}{UNFINISHED}")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if path.is_file() and not _is_replaced(inside, change):
                _take(path, unfinished / inside, base.id, place.name)
        for name, source in change.folders.items():
            for path in sorted(source.iterdir()):
                if path.is_file():
                    _take(path, unfinished / name / path.name, base.id, place.name)
        if change.unet is not None:
            write_streamed(change.unet, unfinished / UNET / UNET_FILE)
        write_card(unfinished, {**_base_card(folder), **card})
        unfinished.replace(place)
    except OSError as error:
        raise OutputError(
            f"The checkpoint could not be written to {place} ({reason_of(error)}). Make room on "
            "that disk, or let its folder be written to."
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _is_replaced(inside: Path, change: Change) -> bool:
    first = inside.parts[0]
    if first in (*change.folders, *change.left_out):
        return True
    if first in LEFT_OUT and change.unet is not None:
        return True
    is_weights = inside.name.endswith((".safetensors", SHARD_INDEX))
    is_unet = first == UNET and is_weights and change.unet is not None
    return is_unet or inside == Path(CARD_FILE)


def _take(path: Path, target: Path, base_id: str, id: str) -> None:
    """Link a file, or copy it if the disk has no links. A file that names the base as its generator
    names the new checkpoint instead; conditions keep their meaning, because the CLAP space is the
    same.

    Raises CheckpointError for a damaged configuration, OSError.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.parent.name in BOUND and path.name == CONFIG_FILE:
        try:
            config = as_object(read_json(path))
        except ValueError as error:
            raise CheckpointError(
                f"{path} cannot be understood ({reason_of(error)}). Copy or download it again."
            ) from error
        if config.get("generator_id") == base_id:
            config["generator_id"] = id
        target.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
        return
    try:
        os.link(path.resolve(), target)
    except OSError:
        shutil.copyfile(path, target)


def _base_card(folder: Path) -> dict[str, Any]:
    """The values of the base's card about its use, such as defaults and curves."""
    try:
        config = as_object(read_json(folder / CARD_FILE))
    except (OSError, ValueError):
        return {}
    return {name: value for name, value in config.items() if name not in OWN_IN_CARD}


def _read_film(source: Path) -> tuple[str, dict[str, torch.Tensor]]:
    """The id of the generator that they were tuned for, and the values. Raises CheckpointError."""
    try:
        with safe_open(source, framework="pt") as file:
            made_for = as_object(parse_json(file.metadata()["binding"]))["generator_id"]
            return str(made_for), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"The FiLM weights {source} cannot be read ({reason_of(error)}). Copy or train them "
            "again."
        ) from error


def _fold_film(
    weights: dict[str, torch.Tensor], film: Weights, source: Path, strength: float
) -> None:
    """See families.audioldm.film: of a projection, only the last half of the columns changes."""
    for name, value in film.items():
        weight = weights.get(name)
        is_projection = name.endswith(PROJECTION_SUFFIX)
        begin = weight.shape[1] // 2 if weight is not None and is_projection else 0
        part = weight[:, begin:] if weight is not None and is_projection else weight
        if weight is None or part is None or part.shape != value.shape:
            raise CheckpointError(
                f"The FiLM weights {source} do not fit this UNet (first: {name}). Choose the base "
                "that they were tuned for with --base."
            )
        changed = part.float() + strength * (value.float() - part.float())
        weights[name] = weight.clone()
        (weights[name][:, begin:] if is_projection else weights[name]).copy_(changed)
