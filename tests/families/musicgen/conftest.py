"""One tiny checkpoint of each kind for all tests of the family."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from musicgen_runs import CPU
from tiny_musicgen import OfficialMusicgen, build_tiny_musicgen, make_tiny_musicgen

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.clip import AudioClip
from qvim_studio.families.musicgen.family import FAMILY
from qvim_studio.families.musicgen.generator import MusicgenGenerator
from qvim_studio.families.musicgen.network import CodeTransformer, own_names
from qvim_studio.families.musicgen.parts import MusicgenParts
from qvim_studio.families.musicgen.shape import read_shape
from qvim_studio.families.musicgen.words import Words
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.networks.coders.encodec import Encodec, folded_norms
from qvim_studio.networks.files.weights import filled_network

KINDS = {"melody": (True, False), "words": (False, False), "stereo": (False, True)}


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a kind."""

    @cache
    def build(kind: str) -> Path:
        return build_tiny_musicgen(tmp_path_factory.mktemp(kind) / kind, *KINDS[kind])

    return build


@pytest.fixture(scope="session")
def melody_folder(folders: Callable[[str], Path]) -> Path:
    return folders("melody")


@pytest.fixture(scope="session")
def load(folders: Callable[[str], Path]) -> Callable[..., MusicgenGenerator]:
    """A generator as the family loads it; plan: its own, else one of the processor."""

    def from_folder(kind: str = "melody", plan: ComputePlan = CPU) -> MusicgenGenerator:
        return FAMILY.load(Checkpoint(kind, f"Tiny {kind}", folders(kind)), plan)

    return from_folder


@pytest.fixture(scope="session")
def twins(
    folders: Callable[[str], Path],
) -> Callable[..., tuple[OfficialMusicgen, MusicgenGenerator]]:
    """transformers' model and ours around the very same tensors."""

    @cache
    def official(kind: str) -> OfficialMusicgen:
        return make_tiny_musicgen(*KINDS[kind])

    def both(kind: str, **options: Any) -> tuple[OfficialMusicgen, MusicgenGenerator]:
        model, folder = official(kind), folders(kind)
        shape, weights = read_shape(folder), model.state_dict()
        own = own_names(
            {n: w for n, w in weights.items() if not n.startswith(("text_", "audio_encoder."))}
        )
        coder = {
            name.removeprefix("audio_encoder."): weight
            for name, weight in weights.items()
            if name.startswith("audio_encoder.")
        }
        parts = MusicgenParts(
            shape,
            filled_network(lambda: CodeTransformer(shape), own),
            filled_network(lambda: Encodec(shape.coder), folded_norms(coder)),
            Words(folder, shape),
            CPU,
        )
        checkpoint = Checkpoint(kind, f"Tiny {kind}", folder)
        return model, MusicgenGenerator(checkpoint, parts, **options)

    return both


@pytest.fixture(scope="session")
def sung() -> AudioClip:
    """Two notes and a pause, 1.6 s."""
    at_s = np.arange(16_000) / 32_000
    notes = [0.5 * np.sin(2 * np.pi * hertz * at_s) for hertz in (440.0, 523.25)]
    return AudioClip.from_mono(np.concatenate([*notes, np.zeros(19_200)]), 32_000)
