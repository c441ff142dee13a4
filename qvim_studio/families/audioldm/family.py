"""The AudioLDM family: AudioLDM, MusicLDM and the starter."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from qvim_studio.checkpoints.checkpoint import INDEX_FILE, TOWER_FOLDER, Checkpoint, Layout
from qvim_studio.checkpoints.parts import find_clap
from qvim_studio.core.capabilities import Capabilities, EditKind, Input, VoiceRoute, Windows
from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.options import Option, OptionValues, Preset, Role
from qvim_studio.core.request import (
    MAX_AT_ONCE_S,
    MAX_GUIDANCE,
    MAX_STEPS,
    MIN_DURATION_S,
    SamplerName,
    sketch_steps,
)
from qvim_studio.families.added import added_options, encoder_choices, with_loras
from qvim_studio.families.audioldm.sizes import (
    LATENT_STEP_S,
    folder_footprint,
    footprint_of,
    known_sizes,
)
from qvim_studio.families.diffusers_folder import class_name_of
from qvim_studio.families.variety import variety_option
from qvim_studio.memory.footprint import Footprint

if TYPE_CHECKING:
    from qvim_studio.families.audioldm.curve_learner import LabelCurveLearner
    from qvim_studio.families.protocol import Generator
    from qvim_studio.memory.compute_plan import ComputePlan

PIPELINES = ("AudioLDMPipeline", "MusicLDMPipeline")
SAMPLE_RATE_HZ = 16_000
FINE_STEPS_FACTOR = 2
WINDOWS = Windows(15.36, 2.56)  # 384 and 64 latent frames; trained on 10.24 s
LAYOUT = Layout(
    INDEX_FILE,
    ("unet", "vae", "vocoder"),
    ("scheduler",),
    ("text_encoder", "tokenizer", "qvim", "adapter", TOWER_FOLDER, "feature_extractor"),
)


class AudioLdmFamily:
    """See families.protocol.Family."""

    id = "audioldm"
    layout = LAYOUT

    def recognizes(self, folder: Path) -> bool:
        return class_name_of(folder) in PIPELINES

    def describe(self, checkpoint: Checkpoint) -> Capabilities:
        defaults = checkpoint.defaults
        steps = Option("steps", "Steps", defaults.steps, Role.QUALITY, 1, MAX_STEPS)
        guidance = Option(
            "guidance", "Guidance", defaults.guidance, Role.ADHERENCE, 0.0, MAX_GUIDANCE, 0.1
        )
        sampler = Option(
            "sampler",
            "Sampler",
            SamplerName.DPM_SOLVER.value,
            Role.EXPERT,
            choices=tuple(name.value for name in SamplerName),
        )
        variety = variety_option()
        light = Option("light", "Light decoder", False, Role.SPEED)
        graphs = Option("cuda_graphs", "CUDA graphs", False, Role.SPEED)
        inputs = {Input.TIMBRE, Input.START_SOUND} if _hears(checkpoint) else {Input.START_SOUND}
        if _hears(checkpoint):
            inputs.add(Input.VOICE)
        if _reads(checkpoint):
            inputs |= {Input.TEXT, Input.NEGATIVE_TEXT}
        if checkpoint.controls:
            inputs.add(Input.CURVES)
        return Capabilities(
            inputs=frozenset(inputs),
            edits=frozenset(EditKind),
            voice_route=_route(checkpoint),
            sample_rate_hz=SAMPLE_RATE_HZ,
            channels=1,
            min_s=MIN_DURATION_S,
            max_s=MAX_AT_ONCE_S,
            windows=WINDOWS,
            curve_step_s=LATENT_STEP_S if checkpoint.controls else None,
            has_previews=True,
            options=(
                *(steps, guidance, variety, sampler, light, graphs),
                *added_options(checkpoint, hears=_hears_itself(checkpoint)),
            ),
            presets=(
                _preset("sketch", "Sketch", sketch_steps(defaults.steps), light=True),
                _preset("standard", "Standard", defaults.steps),
                _preset("fine", "Fine", min(FINE_STEPS_FACTOR * defaults.steps, MAX_STEPS)),
            ),
        )

    def footprint(self, checkpoint: Checkpoint) -> Footprint:
        """The footprint from the checkpoint's files, or from the registry."""
        if checkpoint.folder is not None:
            try:
                return with_loras(folder_footprint(checkpoint.folder), checkpoint)
            except CheckpointError:
                if not checkpoint.sizes:
                    raise
        return footprint_of(known_sizes(checkpoint.sizes))

    def load(self, checkpoint: Checkpoint, plan: ComputePlan) -> Generator:
        from qvim_studio.families.audioldm.generator import AudioLdmGenerator
        from qvim_studio.families.audioldm.loaded import load_checkpoint

        return AudioLdmGenerator(load_checkpoint(checkpoint, plan))

    def curve_learner(self, checkpoint: Checkpoint, plan: ComputePlan) -> LabelCurveLearner:
        """See families.curve_learning.LearnsCurves."""
        from qvim_studio.families.audioldm.curve_learner import LabelCurveLearner
        from qvim_studio.families.audioldm.parts import load_audioldm

        return LabelCurveLearner(load_audioldm(replace(checkpoint, controls=()), plan))


def _hears(checkpoint: Checkpoint) -> bool:
    """Whether an imitation can condition the checkpoint; from the registry if it is not
    installed."""
    if checkpoint.folder is None:
        return "voice" in checkpoint.capabilities
    return _route(checkpoint) is not VoiceRoute.NONE


def _hears_itself(checkpoint: Checkpoint) -> bool:
    return checkpoint.folder is not None and _own_route(checkpoint) is not VoiceRoute.NONE


def _reads(checkpoint: Checkpoint) -> bool:
    if checkpoint.folder is None:
        return "text" in checkpoint.capabilities
    return all((checkpoint.folder / part).is_dir() for part in ("text_encoder", "tokenizer"))


def _route(checkpoint: Checkpoint) -> VoiceRoute:
    """The route of its own, or through the adapter of an encoder that the user has for it."""
    own = _own_route(checkpoint)
    is_added = checkpoint.heard_by or (own is VoiceRoute.NONE and encoder_choices(checkpoint))
    return VoiceRoute.ADAPTER if is_added else own


def _own_route(checkpoint: Checkpoint) -> VoiceRoute:
    folder = checkpoint.folder
    if folder is None:
        return VoiceRoute.ADAPTER if "voice" in checkpoint.capabilities else VoiceRoute.NONE
    if (folder / "adapter").is_dir():
        return VoiceRoute.ADAPTER
    has_tower = (folder / TOWER_FOLDER).is_dir() or find_clap(checkpoint) is not None
    return VoiceRoute.TOWER if has_tower else VoiceRoute.NONE


def _preset(name: str, title: str, steps: int, *, light: bool = False) -> Preset:
    return Preset(name, title, OptionValues({"steps": steps, "light": light}))


FAMILY = AudioLdmFamily()
