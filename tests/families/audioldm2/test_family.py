"""What AudioLDM 2 declares from its files alone, and which folders it takes."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from audioldm2_runs import change
from live_elements import LiveElements

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.capabilities import EditKind, Input, VoiceRoute
from qvim_studio.core.control_kind import ControlKind
from qvim_studio.core.errors import UsageError
from qvim_studio.core.options import OptionValues
from qvim_studio.families.audioldm.control import add_control
from qvim_studio.families.audioldm.sizes import CONTROLNET_ELEMENTS, LATENT_BINS, UNET_ELEMENTS
from qvim_studio.families.audioldm2.config import WIDTHS
from qvim_studio.families.audioldm2.family import FAMILY, PUBLISHED_SIZES
from qvim_studio.families.audioldm2.generator import AudioLdm2Generator
from qvim_studio.networks.files.meta_device import without_values
from qvim_studio.networks.files.weight_names import is_storable

from diffusers import AudioLDM2UNet2DConditionModel  # isort: skip

REAL = {
    "in_channels": 8,
    "out_channels": 8,
    "block_out_channels": WIDTHS,
    "down_block_types": ("DownBlock2D", *3 * ("CrossAttnDownBlock2D",)),
    "up_block_types": (*3 * ("CrossAttnUpBlock2D",), "UpBlock2D"),
    "attention_head_dim": (4, 8, 12, 20),
}
LEVELS = {"base": [None, 768, 1024], "large": [None, 768, 1024, None]}
DEPTHS = {"base": 1, "large": 2}


def test_a_folder_tells_what_it_takes_and_gives(checkpoint: Checkpoint) -> None:
    declared = FAMILY.describe(checkpoint)
    assert declared.inputs == {Input.VOICE, Input.TEXT, Input.NEGATIVE_TEXT, Input.START_SOUND}
    assert declared.edits == {EditKind.INPAINT, EditKind.CONTINUE, EditKind.HIGHS}
    assert declared.voice_route is VoiceRoute.TOWER
    assert (declared.sample_rate_hz, declared.channels, declared.max_s) == (
        16_000,
        1,
        30.0,
    )
    assert declared.has_previews and declared.is_deterministic and declared.curve_step_s is None


def test_an_adapter_beside_the_parts_is_the_way_of_the_voice(folder: Path) -> None:
    (folder / "adapter").mkdir()
    declared = FAMILY.describe(Checkpoint("a", "A", folder))
    assert declared.voice_route is VoiceRoute.ADAPTER


def test_without_an_audio_tower_no_voice_is_taken(folder: Path) -> None:
    change(folder, "text_encoder", architectures=["ClapTextModelWithProjection"])
    declared = FAMILY.describe(Checkpoint("a", "A", folder))
    assert declared.voice_route is VoiceRoute.NONE and not declared.takes(Input.VOICE)


def test_every_preset_is_taken_and_unknown_options_are_refused(checkpoint: Checkpoint) -> None:
    declared = FAMILY.describe(checkpoint)
    assert [preset.name for preset in declared.presets] == ["sketch", "standard", "fine"]
    for preset in declared.presets:
        declared.filled(preset.values)
    with pytest.raises(UsageError, match="no option 'temperature'"):
        declared.filled(OptionValues({"temperature": 1.0}))


def test_what_is_only_known_is_described_by_its_family() -> None:
    declared = FAMILY.describe(
        Checkpoint("audioldm2-large", "L", None, repo="cvssp/audioldm2-large")
    )
    assert declared.takes(Input.VOICE) and declared.takes(Input.TEXT)


def test_describing_imports_no_torch(checkpoint: Checkpoint) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from qvim_studio.families.audioldm2.family import FAMILY as family\n"
        "from qvim_studio.checkpoints.checkpoint import Checkpoint\n"
        "known = Checkpoint('a', 'A', Path(sys.argv[1]))\n"
        "assert family.recognizes(known.folder)\n"
        "family.describe(known), family.footprint(known)\n"
        "print([name for name in ('torch', 'diffusers', 'transformers') if name in sys.modules])"
    )
    given = [sys.executable, "-c", program, str(checkpoint.installed_folder())]
    ran = subprocess.run(given, capture_output=True, text=True, check=False)
    assert ran.stdout.strip() == "[]", ran.stderr


def test_the_footprint_counts_what_is_loaded(
    checkpoint: Checkpoint, generator: AudioLdm2Generator
) -> None:
    stages = {stage.name: stage for stage in FAMILY.footprint(checkpoint).stages}
    parts = generator.parts
    assert stages["denoise"].weights == sum(p.numel() for p in parts.unet.parameters())
    decoders = (parts.coder.vae, parts.coder.vocoder)
    held = sum(t.numel() for part in decoders for t in part.state_dict().values())
    assert stages["decode"].weights == held
    networks = parts.prompt.networks
    text = (networks.clap, networks.t5, networks.projection, networks.language_model)
    assert stages["text"].weights >= sum(p.numel() for part in text for p in part.parameters())
    assert stages["text"].on_processor


@pytest.mark.parametrize("has_copy", [False, True])
@pytest.mark.parametrize("size", ["base", pytest.param("large", marks=pytest.mark.slow)])
def test_the_footprint_holds_what_the_published_unet_takes(size: str, has_copy: bool) -> None:
    """Counted on meta tensors in the two levels that take the most: one row of 5.12 s. has_copy:
    with a ControlNet beside it."""
    frames = 128
    shape = {
        **REAL,
        "block_out_channels": WIDTHS[:2],
        "down_block_types": REAL["down_block_types"][:2],
        "up_block_types": REAL["up_block_types"][2:],
        "attention_head_dim": (4, 8),
    }
    with without_values(), torch.inference_mode():
        unet = AudioLDM2UNet2DConditionModel(
            **shape,
            cross_attention_dim=[LEVELS[size]] * 2,
            transformer_layers_per_block=DEPTHS[size],
        ).eval()
        curves = 4 if has_copy else 0
        if has_copy:
            add_control(unet, curves, ControlKind.CONTROLNET)
        with LiveElements() as live:
            unet(
                torch.zeros(1, 8 + curves, frames, LATENT_BINS),
                torch.zeros((), dtype=torch.long),
                encoder_hidden_states=torch.zeros(1, 8, 768),
                encoder_hidden_states_1=torch.zeros(1, 20, 1024),
                encoder_attention_mask_1=torch.ones(1, 20),
            )
    known = Checkpoint(size, "A", None, repo=f"cvssp/audioldm2-{size}")
    stage = next(s for s in FAMILY.footprint(known).stages if s.name == "denoise")
    needed, share = 2 * live.peak, CONTROLNET_ELEMENTS / UNET_ELEMENTS if has_copy else 1.0
    assert needed <= share * stage.activation_bytes(frames * 0.04, 1) <= 1.3 * needed


@pytest.mark.slow
@pytest.mark.parametrize("size", ["base", "large"])
def test_sizes_of_what_is_only_known_are_those_of_the_published_unet(size: str) -> None:
    with without_values():
        unet = AudioLDM2UNet2DConditionModel(
            **REAL,
            cross_attention_dim=[LEVELS[size]] * 4,
            transformer_layers_per_block=DEPTHS[size],
        )
    weights = {name: tuple(p.shape) for name, p in unet.named_parameters()}
    counts = {name: math.prod(shape) for name, shape in weights.items()}
    storable = [counts[name] for name, shape in weights.items() if is_storable(name, shape)]
    sizes = PUBLISHED_SIZES[size]
    assert (sizes.unet, sizes.storable) == pytest.approx(
        (sum(counts.values()), sum(storable)), rel=1e-3
    )
    assert sizes.largest_layer == max(storable)
