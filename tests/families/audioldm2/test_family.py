"""What AudioLDM 2 declares from its files alone, and which folders it takes."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from audioldm2_runs import plan_of
from live_elements import LiveElements

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.capabilities import EditKind, Input, VoiceRoute
from qvim_studio.core.errors import CheckpointError, UsageError
from qvim_studio.core.options import OptionValues
from qvim_studio.core.request import VramMode
from qvim_studio.families.audioldm.sizes import LATENT_BINS
from qvim_studio.families.audioldm2.config import WIDTHS, original_heads, read_config
from qvim_studio.families.audioldm2.family import FAMILY, PUBLISHED_SIZES
from qvim_studio.families.audioldm2.generator import AudioLdm2Generator
from qvim_studio.networks.meta_device import without_values
from qvim_studio.networks.weight_names import is_storable

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


def change(folder: Path, part: str, **changes: Any) -> None:
    path = folder / part / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_a_folder_tells_what_it_takes_and_gives(checkpoint: Checkpoint) -> None:
    told = FAMILY.describe(checkpoint)
    assert told.inputs == {Input.VOICE, Input.TEXT, Input.NEGATIVE_TEXT, Input.START_SOUND}
    assert told.edits == {EditKind.INPAINT, EditKind.CONTINUE, EditKind.HIGHS}
    assert told.voice_route is VoiceRoute.TOWER
    assert (told.sample_rate_hz, told.channels, told.max_s) == (16_000, 1, 30.0)
    assert told.has_previews and told.is_deterministic and told.curve_step_s is None


def test_an_adapter_beside_the_parts_is_the_way_of_the_voice(folder: Path) -> None:
    (folder / "adapter").mkdir()
    told = FAMILY.describe(Checkpoint("a", "A", folder))
    assert told.voice_route is VoiceRoute.ADAPTER


def test_without_an_audio_tower_no_voice_is_taken(folder: Path) -> None:
    change(folder, "text_encoder", architectures=["ClapTextModelWithProjection"])
    told = FAMILY.describe(Checkpoint("a", "A", folder))
    assert told.voice_route is VoiceRoute.NONE and not told.takes(Input.VOICE)


def test_every_preset_is_taken_and_unknown_options_are_refused(checkpoint: Checkpoint) -> None:
    told = FAMILY.describe(checkpoint)
    assert [preset.name for preset in told.presets] == ["sketch", "standard", "fine"]
    for preset in told.presets:
        told.filled(preset.values)
    with pytest.raises(UsageError, match="no option 'temperature'"):
        told.filled(OptionValues({"temperature": 1.0}))


def test_what_is_only_known_is_described_by_its_family() -> None:
    told = FAMILY.describe(Checkpoint("audioldm2-large", "L", None, repo="cvssp/audioldm2-large"))
    assert told.takes(Input.VOICE) and told.takes(Input.TEXT)


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


def test_folders_of_other_kinds_are_not_recognized(checkpoint: Checkpoint, tmp_path: Path) -> None:
    assert FAMILY.recognizes(checkpoint.installed_folder())
    assert not FAMILY.recognizes(tmp_path)
    for text in ('{"_class_name": "AudioLDMPipeline"}', "[]", "{"):
        (tmp_path / "model_index.json").write_text(text)
        assert not FAMILY.recognizes(tmp_path)


@pytest.mark.parametrize(
    ("part", "changes", "told"),
    [
        ("text_encoder_2", {"model_type": "vits"}, "speak a text"),
        ("unet", {"cross_attention_dim": [[None, 768]] * 2}, "listens to"),
        ("unet", {"in_channels": 12}, "12 channels into the UNet, expected 8"),
        ("vae", {"block_out_channels": [8, 8]}, "2 mel frames"),
        ("vae", {"latent_channels": "many"}, "latent_channels is"),
        ("vocoder", {"sampling_rate": 48_000}, "48000 Hz as its sample rate, expected 16000"),
        ("vocoder", {"upsample_rates": [5, 4]}, "20 samples for each mel frame"),
    ],
)
def test_foreign_folders_are_refused_in_a_sentence(
    folder: Path, part: str, changes: dict[str, Any], told: str
) -> None:
    change(folder, part, **changes)
    with pytest.raises(CheckpointError, match=told):
        FAMILY.describe(Checkpoint("a", "A", folder))


@pytest.mark.parametrize("text", ["{", "[1]"])
def test_damaged_configurations_are_refused(folder: Path, text: str) -> None:
    (folder / "unet" / "config.json").write_text(text)
    with pytest.raises(CheckpointError, match=r"unet/ .* no readable config\.json"):
        FAMILY.describe(Checkpoint("a", "A", folder))


def test_damaged_weights_are_refused(folder: Path) -> None:
    path = folder / "unet" / "diffusion_pytorch_model.safetensors"
    path.unlink()
    path.write_bytes(b"nothing")
    with pytest.raises(CheckpointError, match="cannot be read"):
        FAMILY.footprint(Checkpoint("a", "A", folder))
    with pytest.raises(CheckpointError, match="unet/"):
        FAMILY.load(Checkpoint("a", "A", folder), plan_of(VramMode.CPU))


def test_a_part_that_is_missing_is_named(folder: Path) -> None:
    (folder / "tokenizer_2").rename(folder / "elsewhere")
    with pytest.raises(CheckpointError, match="no part tokenizer_2/"):
        FAMILY.load(Checkpoint("a", "A", folder), plan_of(VramMode.CPU))


def test_converted_files_get_the_heads_of_the_original() -> None:
    converted = {"attention_head_dim": 8, "block_out_channels": list(WIDTHS)}
    assert original_heads(converted) == (4, 8, 12, 20)
    assert original_heads({**converted, "attention_head_dim": [4, 8, 12, 20]}) is None
    assert original_heads({**converted, "block_out_channels": [8, 16]}) is None


@pytest.mark.parametrize(("named", "eps"), [({}, 1e-5), ({"layer_norm_eps": 1e-12}, 1e-5)])
def test_the_text_tower_gets_the_norms_that_it_was_trained_with(
    folder: Path, named: dict[str, float], eps: float
) -> None:
    path = folder / "text_encoder" / "config.json"
    config = json.loads(path.read_text())
    del config["text_config"]["layer_norm_eps"]
    config["text_config"] |= named
    path.write_text(json.dumps(config))
    assert read_config(folder).text_options == {"layer_norm_eps": eps}


def test_norms_that_a_file_names_are_kept(checkpoint: Checkpoint) -> None:
    assert read_config(checkpoint.installed_folder()).text_options == {}


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


@pytest.mark.parametrize("size", ["base", "large"])
def test_the_footprint_holds_what_the_published_unet_takes(size: str) -> None:
    """Counted on meta tensors in the two levels that take the most: one row of 5.12 s."""
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
        with LiveElements() as live:
            unet(
                torch.zeros(1, 8, frames, LATENT_BINS),
                torch.zeros((), dtype=torch.long),
                encoder_hidden_states=torch.zeros(1, 8, 768),
                encoder_hidden_states_1=torch.zeros(1, 20, 1024),
                encoder_attention_mask_1=torch.ones(1, 20),
            )
    known = Checkpoint(size, "A", None, repo=f"cvssp/audioldm2-{size}")
    stage = next(s for s in FAMILY.footprint(known).stages if s.name == "denoise")
    needed = 2 * live.peak
    assert needed <= stage.activation_bytes(frames * 0.04, 1) <= 1.3 * needed


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
