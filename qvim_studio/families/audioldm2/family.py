"""AudioLDM 2 as one of the families of generators."""

from __future__ import annotations

import math
import struct
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from qvim_studio.checkpoints.checkpoint import INDEX_FILE, Checkpoint, Layout
from qvim_studio.checkpoints.parts import find_clap
from qvim_studio.core.capabilities import Capabilities, EditKind, Input, VoiceRoute, Windows
from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.options import Option, OptionValues, Preset, Role
from qvim_studio.core.request import (
    MAX_GUIDANCE,
    MAX_STEPS,
    MIN_DURATION_S,
    SamplerName,
)
from qvim_studio.families.added import (
    ADAPTER_FOLDER,
    added_options,
    encoder_choices,
    with_loras,
)
from qvim_studio.families.audioldm.family import SAMPLE_RATE_HZ
from qvim_studio.families.audioldm.sizes import (
    LATENT_STEP_S,
    PartSizes,
    folder_footprint,
    footprint_of,
)
from qvim_studio.families.audioldm2.config import (
    PARTS,
    is_audioldm2,
    read_config,
)
from qvim_studio.memory.footprint import Footprint, Stage
from qvim_studio.networks.files.weight_names import tensor_shapes

if TYPE_CHECKING:
    from qvim_studio.families.audioldm2.curve_learner import StreamCurveLearner
    from qvim_studio.families.audioldm2.generator import AudioLdm2Generator
    from qvim_studio.memory.compute_plan import ComputePlan

MAX_S = 30.0  # trained on 10.24 s; three times as much still holds together
TEXT_ROW_BYTES = 16 * 2**20  # of the longest text
STREAMS_BYTES = 2**20  # of what the UNet listens to, beside what one without takes
# Guidance and 200 steps of DDIM: the pipeline of diffusers and the original. DPM-Solver++ (Lu et
# al. 2022) is as near to many steps after a quarter of them.
OPTIONS = (
    Option("steps", "Steps", 50, Role.QUALITY, 1, MAX_STEPS, 1),
    Option("guidance", "Guidance", 3.5, Role.ADHERENCE, 1.0, MAX_GUIDANCE, 0.5),
    Option(
        "sampler",
        "Solver",
        SamplerName.DPM_SOLVER.value,
        Role.EXPERT,
        choices=tuple(name.value for name in SamplerName),
    ),
)
PRESETS = (
    Preset("sketch", "Sketch", OptionValues({"steps": 20})),
    Preset("standard", "Standard", OptionValues({"steps": 50})),
    Preset("fine", "Fine", OptionValues({"steps": 200, "sampler": SamplerName.DDIM.value})),
)
TEXT_PARTS = ("text_encoder", "text_encoder_2", "projection_model", "language_model")
# Numbers of weights of the published files, for what is not on this machine.
PUBLISHED_TEXT = 660_700_000
PUBLISHED_SIZES = {
    name: PartSizes(
        unet=unet,
        storable=storable,
        vae=55_376_873,
        vocoder=55_264_897,
        largest_layer=7_372_800,
        unet_width=128,
        vae_width=128,
        vocoder_width=1024,
    )
    for name, unet, storable in (
        ("base", 346_900_000, 345_900_000),
        ("large", 718_000_000, 716_500_000),
    )
}


class AudioLdm2Family:
    """See families.protocol.Family."""

    id = "audioldm2"

    @property
    def layout(self) -> Layout:
        return Layout(
            INDEX_FILE,
            PARTS,
            ("scheduler", "tokenizer", "tokenizer_2"),
            ("feature_extractor", "qvim", ADAPTER_FOLDER),
        )

    def recognizes(self, folder: Path) -> bool:
        return is_audioldm2(folder)

    def describe(self, checkpoint: Checkpoint) -> Capabilities:
        route = VoiceRoute.TOWER
        if checkpoint.folder is not None:
            read_config(checkpoint.folder)
            route = _voice_route(checkpoint)
        inputs = {Input.TEXT, Input.NEGATIVE_TEXT, Input.START_SOUND}
        if route is not VoiceRoute.NONE:
            inputs.add(Input.VOICE)
        if checkpoint.controls:
            inputs.add(Input.CURVES)
        return Capabilities(
            inputs=frozenset(inputs),
            edits=frozenset(EditKind),
            voice_route=route,
            sample_rate_hz=SAMPLE_RATE_HZ,
            channels=1,
            min_s=MIN_DURATION_S,
            max_s=MAX_S,
            curve_step_s=LATENT_STEP_S if checkpoint.controls else None,
            windows=Windows(10.24, 2.56),
            has_previews=True,
            options=(*OPTIONS, *added_options(checkpoint, hears=_hears_itself(checkpoint))),
            presets=PRESETS,
        )

    def footprint(self, checkpoint: Checkpoint) -> Footprint:
        folder = checkpoint.folder
        if folder is None:
            size = "large" if "large" in (checkpoint.repo or checkpoint.id) else "base"
            return _footprint(PUBLISHED_TEXT, footprint_of(PUBLISHED_SIZES[size]))
        own = _footprint(_text_weights(folder), folder_footprint(folder))
        return with_loras(own, checkpoint)

    def load(self, checkpoint: Checkpoint, plan: ComputePlan) -> AudioLdm2Generator:
        from qvim_studio.families.audioldm2.generator import AudioLdm2Generator
        from qvim_studio.families.audioldm2.parts import load_audioldm2
        from qvim_studio.voice.bridge import VoiceBridge

        bridge = VoiceBridge(checkpoint)
        return AudioLdm2Generator(load_audioldm2(checkpoint, plan), bridge)

    def curve_learner(self, checkpoint: Checkpoint, plan: ComputePlan) -> StreamCurveLearner:
        """See families.curve_learning.LearnsCurves."""
        from qvim_studio.families.audioldm2.curve_learner import StreamCurveLearner
        from qvim_studio.families.audioldm2.parts import load_audioldm2

        return StreamCurveLearner(load_audioldm2(replace(checkpoint, controls=()), plan))


def _hears_itself(checkpoint: Checkpoint) -> bool:
    return checkpoint.folder is not None and _own_route(checkpoint) is not VoiceRoute.NONE


def _voice_route(checkpoint: Checkpoint) -> VoiceRoute:
    """The route of its own, or through the adapter of an encoder that the user has for it."""
    own = _own_route(checkpoint)
    is_added = checkpoint.heard_by or (own is VoiceRoute.NONE and encoder_choices(checkpoint))
    return VoiceRoute.ADAPTER if is_added else own


def _own_route(checkpoint: Checkpoint) -> VoiceRoute:
    if (checkpoint.installed_folder() / ADAPTER_FOLDER).is_dir():
        return VoiceRoute.ADAPTER
    return VoiceRoute.NONE if find_clap(checkpoint) is None else VoiceRoute.TOWER


def _text_weights(folder: Path) -> int:
    try:
        shapes = [tensor_shapes(folder / part) for part in TEXT_PARTS]
    except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
        raise CheckpointError(
            f"The sizes of the checkpoint in {folder} cannot be read ({error!r}). Copy or download "
            "it again."
        ) from error
    return sum(math.prod(shape) for part in shapes for shape in part.values())


def _footprint(text: int, networks: Footprint) -> Footprint:
    reading = Stage("text", text, row_bytes=TEXT_ROW_BYTES, on_processor=True)
    denoise, decode = networks.stages
    return Footprint((reading, replace(denoise, row_bytes=STREAMS_BYTES), decode))


FAMILY = AudioLdm2Family()
