"""Loads a MusicGen folder: the transformer over codes, the coder of sound, and the words."""

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
from qvim_studio.networks.encodec import Encodec, folded_norms
from qvim_studio.networks.quiet import quiet_libraries
from qvim_studio.networks.weights import filled_network, read_tensors

log = logging.getLogger(__name__)

CODER_PREFIX = "audio_encoder."


@dataclass(eq=False)
class MusicgenParts:
    """The networks of one checkpoint, on the plan's device or at home beside it.

    coder: in float32 whatever the plan says: half precision adds a noise that can be heard.
    """

    shape: MusicgenShape
    transformer: CodeTransformer
    coder: Encodec
    words: Words
    plan: ComputePlan

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Inside, both networks are where the plan computes."""
        plan = self.plan
        guests = [self.coder] if plan.streams else [self.transformer, self.coder]
        are_home = not plan.traits.swaps_parts
        with nullcontext() if are_home else visiting(nn.ModuleList(guests), plan.device):
            yield


def load_musicgen(folder: Path, plan: ComputePlan) -> MusicgenParts:
    """Raises CheckpointError naming what is missing, damaged or of another kind."""
    quiet_libraries()
    shape = read_shape(folder)
    # What visits the device later, or is stored in few bits first, starts in ordinary memory.
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
    # Memory that ran out says nothing about the files. Whatever else safetensors raises means that
    # they are no good.
    except Exception as error:
        if is_out_of_memory(error):
            raise
        reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
        raise CheckpointError(
            f"The weights of the checkpoint in {folder} cannot be loaded: {reason[:160]}. "
            "Copy or download it again."
        ) from error
    if (folder / LOW_RANK_FOLDER).is_dir():
        merge_changes(transformer, folder / LOW_RANK_FOLDER)
    if plan.traits.stored_bits < FULL_BITS:
        share = store_weights(transformer.layers, plan.traits.stored_bits)
        log.info("%.0f %% of the layers in %d bits", 100 * share, plan.traits.stored_bits)
    if plan.streams:
        stream(transformer, plan.device)
    return MusicgenParts(shape, transformer, coder, Words(folder, shape), plan)
