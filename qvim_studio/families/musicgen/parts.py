"""Loads a MusicGen folder: the transformer over codes, the sound coder and the text encoder."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.musicgen.low_rank import LOW_RANK_FOLDER, merge_changes
from qvim_studio.families.musicgen.network import PREFIXES, CodeTransformer, own_names
from qvim_studio.families.musicgen.shape import MusicgenShape, read_shape
from qvim_studio.families.musicgen.words import Words
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.faults import is_out_of_memory
from qvim_studio.memory.modes import FULL_BITS
from qvim_studio.memory.offload import stream, visiting
from qvim_studio.memory.stored_weights import store_weights
from qvim_studio.networks.coders.encodec import Encodec, folded_norms
from qvim_studio.networks.files.weights import filled_network, read_tensors
from qvim_studio.networks.quiet import quiet_libraries

log = logging.getLogger(__name__)

CODER_PREFIX = "audio_encoder."


@dataclass(eq=False)
class MusicgenParts:
    """The networks of one checkpoint, on the plan's device or in ordinary memory.

    coder: always in float32, because half precision adds audible noise.
    """

    shape: MusicgenShape
    transformer: CodeTransformer
    coder: Encodec
    words: Words
    plan: ComputePlan

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Inside, both networks are on the plan's device."""
        plan = self.plan
        guests = [self.coder] if plan.streams else [self.transformer, self.coder]
        are_home = not plan.traits.swaps_parts
        with nullcontext() if are_home else visiting(nn.ModuleList(guests), plan.device):
            yield


def load_musicgen(
    folder: Path, plan: ComputePlan, changes: Path | None = None, *, is_changed: bool = True
) -> MusicgenParts:
    """Load all networks. changes: the folder of low-rank changes; None takes those in ``folder``,
    if any. Without ``is_changed``, the weights stay as published.

    Raises CheckpointError naming missing or damaged files, or files of another kind.
    """
    quiet_libraries()
    shape = read_shape(folder)
    # Networks that visit the device later or are first stored in few bits start in ordinary memory.
    home = "cpu" if plan.traits.swaps_parts else plan.device
    try:
        weights = {
            f"{prefix}{name}": tensor
            for prefix in PREFIXES
            for name, tensor in read_tensors(folder, home, plan.dtype, prefix).items()
        }
        transformer = filled_network(lambda: CodeTransformer(shape), own_names(weights))
        del weights
        coder_weights = folded_norms(read_tensors(folder, home, torch.float32, CODER_PREFIX))
        coder = filled_network(lambda: Encodec(shape.coder), coder_weights)
    # Running out of memory says nothing about the files; every other exception of safetensors
    # means damaged files.
    except Exception as error:
        if is_out_of_memory(error):
            raise
        reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
        raise CheckpointError(
            f"The weights of the checkpoint in {folder} cannot be loaded: {reason[:160]}. "
            "Copy or download it again."
        ) from error
    changes = changes or folder / LOW_RANK_FOLDER
    if is_changed and changes.is_dir():
        merge_changes(transformer, changes)
    if plan.traits.stored_bits < FULL_BITS:
        share = store_weights(transformer.layers, plan.traits.stored_bits)
        log.info("%.0f %% of the layers in %d bits", 100 * share, plan.traits.stored_bits)
    if plan.streams:
        stream(transformer, plan.device)
    return MusicgenParts(shape, transformer, coder, Words(folder, shape), plan)
