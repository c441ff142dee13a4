"""Loads a checkpoint: its generator and the other networks that the run of a request needs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.capabilities import Capabilities
from qvim_studio.families.known import family_of
from qvim_studio.families.protocol import Generator
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.footprint import Footprint
from qvim_studio.networks.bandwidth import INPUT_RATE_HZ, BandwidthExtender, load_extender
from qvim_studio.voice.embedder import Embedder, folder_of_encoder, load_embedder
from qvim_studio.voice.hearing import Hearing, program_hearing


@dataclass(eq=False)
class Loaded:
    """A checkpoint in memory. embedder: the encoder that hears voices for the checkpoint."""

    checkpoint: Checkpoint
    plan: ComputePlan
    capabilities: Capabilities
    footprint: Footprint
    generator: Generator
    embedder: Embedder

    @property
    def hearing(self) -> Hearing:
        """The hearing that finds and ranks sounds: the program's own, whichever encoder conditions
        the checkpoint."""
        return program_hearing()

    @cached_property
    def extender(self) -> BandwidthExtender | None:
        """The extender that adds highs to sounds of the checkpoint's rate, on the processor, in a
        few milliseconds per clip; None for a checkpoint whose sounds reach further by themselves.
        """
        if self.capabilities.sample_rate_hz != INPUT_RATE_HZ:
            return None
        return load_extender(self.checkpoint.installed_folder())

    def imagine(self, words: str) -> np.ndarray | None:
        """See Generator.imagine; None without words."""
        return self.generator.imagine(words) if words.strip() else None


def load(checkpoint: Checkpoint, plan: ComputePlan) -> Loaded:
    """Load all networks of a checkpoint. Raises CheckpointError naming the fault."""
    family = family_of(checkpoint)
    return Loaded(
        checkpoint=checkpoint,
        plan=plan,
        capabilities=family.describe(checkpoint),
        footprint=family.footprint(checkpoint),
        generator=family.load(checkpoint, plan),
        embedder=load_embedder(folder_of_encoder(checkpoint)),
    )
