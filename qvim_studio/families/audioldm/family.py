"""The AudioLDM family: AudioLDM, MusicLDM and the starter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qvim_studio.checkpoints.checkpoint import INDEX_FILE, TOWER_FOLDER, Checkpoint, Layout
from qvim_studio.checkpoints.parts import find_clap
from qvim_studio.core.capabilities import Capabilities, EditKind, Input, VoiceRoute
from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.options import Option, OptionValues, Preset, Role
from qvim_studio.core.request import (
    MAX_DURATION_S,
    MAX_GUIDANCE,
    MAX_STEPS,
    MIN_DURATION_S,
    SamplerName,
    sketch_steps,
)
from qvim_studio.families.audioldm.sizes import LATENT_STEP_S, footprint_of, known_sizes, part_sizes
from qvim_studio.families.diffusers_folder import class_name_of
from qvim_studio.families.variety import variety_option
from qvim_studio.memory.footprint import Footprint

if TYPE_CHECKING:
    from qvim_studio.families.protocol import Generator
    from qvim_studio.memory.compute_plan import ComputePlan

PIPELINES = ("AudioLDMPipeline", "MusicLDMPipeline")
SAMPLE_RATE_HZ = 16_000
FINE_STEPS_FACTOR = 2
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
            max_s=MAX_DURATION_S,
            curve_step_s=LATENT_STEP_S if checkpoint.controls else None,
            has_previews=True,
            options=(steps, guidance, variety, sampler, light, graphs),
            presets=(
                _preset("sketch", "Sketch", sketch_steps(defaults.steps), light=True),
                _preset("standard", "Standard", defaults.steps),
                _preset("fine", "Fine", min(FINE_STEPS_FACTOR * defaults.steps, MAX_STEPS)),
            ),
        )

    def footprint(self, checkpoint: Checkpoint) -> Footprint:
        """From its files, else from the registry."""
        if checkpoint.folder is not None:
            try:
                return footprint_of(part_sizes(checkpoint.folder))
            except CheckpointError:
                if not checkpoint.sizes:
                    raise
        return footprint_of(known_sizes(checkpoint.sizes))

    def load(self, checkpoint: Checkpoint, plan: ComputePlan) -> Generator:
        from qvim_studio.families.audioldm.generator import AudioLdmGenerator
        from qvim_studio.families.audioldm.loaded import load_checkpoint

        return AudioLdmGenerator(load_checkpoint(checkpoint, plan))


def _hears(checkpoint: Checkpoint) -> bool:
    """Whether an imitation can condition it; of one that is only known, what the registry says."""
    if checkpoint.folder is None:
        return "voice" in checkpoint.capabilities
    return _route(checkpoint) is not VoiceRoute.NONE


def _reads(checkpoint: Checkpoint) -> bool:
    if checkpoint.folder is None:
        return "text" in checkpoint.capabilities
    return (checkpoint.folder / "text_encoder").is_dir()


def _route(checkpoint: Checkpoint) -> VoiceRoute:
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
