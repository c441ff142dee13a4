"""What the user adds to a checkpoint and chooses for each request: an encoder and LoRAs.

Families declare both as options (``encoder``, ``lora.NAME``), so that the window, the command line,
scripts and recipes take them like all other options. The engine makes a checkpoint of the choice
before it loads one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from qvim_studio.checkpoints.card import CARD_FILE
from qvim_studio.checkpoints.changes.loras import StoredLora, loras_of
from qvim_studio.checkpoints.checkpoint import Checkpoint, ChosenEncoder, ChosenLora
from qvim_studio.checkpoints.encoders import list_encoders
from qvim_studio.checkpoints.registry import read_user_registry
from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.options import ENCODER_OPTION, LORA_OPTIONS, OWN_ENCODER, Option, Role
from qvim_studio.core.text.json_text import as_object, read_json
from qvim_studio.memory.footprint import Footprint, Stage

ADAPTER_FOLDER = "adapter"  # as voice.bridge has it, which imports torch
ADAPTER_CONFIG = "config.json"
MAX_WEIGHT = 4.0
UNET = "unet"
FOLDING_BYTES = 12  # a weight of a layer, its change and the sum, in float32


def added_options(checkpoint: Checkpoint, *, hears: bool) -> tuple[Option, ...]:
    """An option for the encoder, if there is a choice, and one for the weight of each LoRA.

    hears: whether the checkpoint hears voices without an encoder of the user's own.
    """
    return (*_encoder_option(checkpoint, hears=hears), *map(_lora_option, _fitting(checkpoint)))


def with_added(
    checkpoint: Checkpoint, options: Mapping[str, object], declared: tuple[Option, ...]
) -> Checkpoint:
    """The checkpoint with the encoder and the LoRAs that the options name.

    declared: the options of the checkpoint. Raises CheckpointError for an encoder or a LoRA that is
    not there or does not fit, UsageError for an impossible weight.
    """
    known = {option.name: option for option in declared}
    stored = {f"{LORA_OPTIONS}{lora.id}": lora for lora in _fitting(checkpoint)}
    loras = []
    for name, value in options.items():
        if not name.startswith(LORA_OPTIONS):
            continue
        if name not in stored or name not in known:
            raise _no_such_lora(checkpoint, name.removeprefix(LORA_OPTIONS), stored.values())
        weight = float(known[name].checked(value))
        if weight:
            loras.append(_chosen_lora(stored[name], weight))
    usual = known[ENCODER_OPTION].default if ENCODER_OPTION in known else OWN_ENCODER
    encoder = options.get(ENCODER_OPTION, usual)
    return replace(checkpoint, loras=tuple(loras), heard_by=_chosen(checkpoint, encoder))


def encoder_choices(checkpoint: Checkpoint) -> dict[str, ChosenEncoder]:
    """The imported encoders that can listen for this checkpoint, by name.

    An adapter for the encoder lies in a checkpoint that was derived from this one.
    """
    own = {each.encoder_id: each for each in list_encoders() if each.encoder_id}
    if not own or checkpoint.folder is None:
        return {}
    used = _object(checkpoint.folder / ADAPTER_FOLDER / ADAPTER_CONFIG).get("encoder_id")
    found: dict[str, ChosenEncoder] = {}
    for entry in read_user_registry().entries.values():
        folder = Path(entry.get("folder", ""))
        binding = _object(folder / ADAPTER_FOLDER / ADAPTER_CONFIG)
        encoder = own.get(str(binding.get("encoder_id")))
        is_of_base = _object(folder / CARD_FILE).get("base") == checkpoint.id
        if encoder is None or not is_of_base or binding.get("clap_id") != checkpoint.clap_id:
            continue
        if encoder.encoder_id != used:
            adapter, generator = folder / ADAPTER_FOLDER, str(binding.get("generator_id"))
            chosen = ChosenEncoder(encoder.id, encoder.folder, adapter, generator)
            found.setdefault(encoder.id, chosen)
    return found


def encoders_without_adapter(checkpoint: Checkpoint) -> tuple[str, ...]:
    """The names of the imported encoders that no adapter of this checkpoint understands."""
    if checkpoint.folder is None:
        return ()
    used = _object(checkpoint.folder / ADAPTER_FOLDER / ADAPTER_CONFIG).get("encoder_id")
    fitting = encoder_choices(checkpoint)
    return tuple(
        each.id for each in list_encoders() if each.id not in fitting and each.encoder_id != used
    )


def with_loras(footprint: Footprint, checkpoint: Checkpoint) -> Footprint:
    """The footprint with the memory that folding the chosen LoRAs into the UNet takes: their files,
    and one layer at a time in float32. Folded LoRAs take no more memory."""
    if not checkpoint.loras:
        return footprint
    largest = max(stage.largest_layer for stage in footprint.stages)
    files = sum(lora.file.stat().st_size for lora in checkpoint.loras if lora.file.is_file())
    folding = Stage("loras", 0, row_bytes=FOLDING_BYTES * largest + files)
    return Footprint((folding, *footprint.stages))


def _fitting(checkpoint: Checkpoint) -> tuple[StoredLora, ...]:
    return loras_of(checkpoint.id) if UNET in checkpoint.layout.weighted else ()


def _lora_option(lora: StoredLora) -> Option:
    return Option(
        f"{LORA_OPTIONS}{lora.id}",
        f"LoRA {lora.id}",
        0.0,
        Role.EXPERT,
        -MAX_WEIGHT,
        MAX_WEIGHT,
        0.05,
        is_added=True,
    )


def _encoder_option(checkpoint: Checkpoint, *, hears: bool) -> tuple[Option, ...]:
    names = (*([OWN_ENCODER] if hears else []), *encoder_choices(checkpoint))
    if not names or names == (OWN_ENCODER,):
        return ()
    usual = names[0]
    return (Option(ENCODER_OPTION, "Encoder", usual, Role.EXPERT, choices=names, is_added=True),)


def _chosen(checkpoint: Checkpoint, name: object) -> ChosenEncoder | None:
    if name == OWN_ENCODER:
        return None
    choices = encoder_choices(checkpoint)
    if name not in choices:
        there = ", ".join((OWN_ENCODER, *choices))
        raise CheckpointError(
            f"{checkpoint.title} cannot hear with the encoder {name!r}: it is not here, or no "
            f"adapter of this checkpoint was trained with it. Choose one of {there}, or import "
            "the adapter with: qvim-studio checkpoints import FOLDER --base ID"
        )
    return choices[str(name)]


def _chosen_lora(lora: StoredLora, weight: float) -> ChosenLora:
    return ChosenLora(lora.id, weight, lora.file, lora.licence, lora.commercial, lora.revision)


def _no_such_lora(checkpoint: Checkpoint, name: str, there: Any) -> CheckpointError:
    names = ", ".join(lora.id for lora in there) or "none"
    return CheckpointError(
        f"{checkpoint.title} has no LoRA {name!r}; it has {names}. Import it with: qvim-studio "
        f"loras import FILE --base {checkpoint.id}, or leave it out."
    )


def _object(path: Path) -> dict[str, Any]:
    """The values of a JSON file; nothing where it is absent or damaged."""
    try:
        return as_object(read_json(path))
    except (OSError, ValueError):
        return {}
