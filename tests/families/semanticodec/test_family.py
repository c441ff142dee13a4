"""What SemantiCodec declares, without loading it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from live_elements import LiveElements

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.capabilities import Input
from qvim_studio.core.errors import UsageError
from qvim_studio.core.options import OptionValues
from qvim_studio.families.semanticodec.build import make_unet, make_vae, make_vocoder
from qvim_studio.families.semanticodec.config import (
    POSITION_WIDTH,
    EncoderConfig,
    unet_config,
    vae_config,
    vocoder_config,
)
from qvim_studio.families.semanticodec.encoder import TokenEncoder, nearest, stacked_patches
from qvim_studio.families.semanticodec.family import FAMILY
from qvim_studio.families.semanticodec.generator import SemantiCodecGenerator
from qvim_studio.families.semanticodec.parts import SemantiCodecParts
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.networks.files.meta_device import without_values


def test_it_takes_a_voice_and_a_second_sound_alone(folder: Path) -> None:
    capabilities = FAMILY.describe(Checkpoint("s", "S", folder))
    assert capabilities.inputs == {Input.VOICE, Input.START_SOUND}
    assert (capabilities.sample_rate_hz, capabilities.channels) == (16_000, 1)
    assert not capabilities.edits
    for preset in capabilities.presets:
        capabilities.filled(preset.values)
    with pytest.raises(UsageError, match="no option 'sampler'"):
        capabilities.filled(OptionValues({"sampler": "ddim"}))


def test_footprint_counts_every_weight(folder: Path, parts: SemantiCodecParts) -> None:
    footprint = FAMILY.footprint(Checkpoint("s", "S", folder))
    assert [stage.name for stage in footprint.stages] == ["encode", "denoise", "decode"]
    networks = (parts.encoder, parts.unet, parts.vae, parts.vocoder)
    tensors = [value for each in networks for value in each.state_dict().values()]
    assert footprint.weights >= sum(value.numel() for value in tensors)
    unet = sum(value.numel() for value in parts.unet.state_dict().values())
    assert footprint.stages[1].weights == unet >= footprint.stages[1].storable > 0.9 * unet


@pytest.mark.parametrize(
    ("rate", "stacked", "layers"), [pytest.param(100, 1, 4, marks=pytest.mark.slow), (50, 2, 3)]
)
def test_the_footprint_of_published_sizes_holds_what_is_counted(
    rate: int, stacked: int, layers: int
) -> None:
    """On meta tensors, a window of 10.24 s; the encoder without its recurrent layers, which torch
    takes apart step by step there and which hold less than the tables."""
    config = EncoderConfig(768, 12, 12, 3, 64, stacked, layers, 32_768, 8192)
    context = 2 * config.features + POSITION_WIDTH
    with without_values(), torch.inference_mode():
        encoder, unet = TokenEncoder(config), make_unet(unet_config(64, context)).eval()
        vae, vocoder = make_vae(vae_config(128, 1.0)).eval(), make_vocoder(vocoder_config(1024))
        with LiveElements() as reading:
            patches = encoder.audiomae(torch.zeros(1, 1024, 128))
            nearest(stacked_patches(patches, stacked)[0], encoder.centroids)
        with LiveElements() as denoising:
            latents, tokens = torch.zeros(2, 8, 256, 16), torch.zeros(2, 512 // stacked, context)
            unet(latents, torch.zeros((), dtype=torch.long), encoder_hidden_states=tokens)
        with LiveElements() as decoding:
            vae.decode(torch.zeros(1, 8, 256, 16))
        with LiveElements() as sounding:
            vocoder(torch.zeros(1, 1024, 64))
    known = Checkpoint(f"semanticodec-{rate}", "S", None)
    encode, denoise, decode = FAMILY.footprint(known).stages
    weights = [
        sum(tensor.numel() for tensor in each.state_dict().values())
        for each in (encoder, unet, vae, vocoder)
    ]
    assert encode.weights >= 2 * weights[0] and denoise.weights >= weights[1]
    assert decode.weights >= weights[2] + weights[3]
    assert encode.activation_bytes(10.24, 1) >= 4 * reading.peak  # in float32
    assert denoise.activation_bytes(10.24, 2) >= 2 * denoising.peak
    assert decode.activation_bytes(10.24, 1) >= 2 * max(decoding.peak, sounding.peak)


def test_loading_gives_a_generator(folder: Path, cpu: ComputePlan) -> None:
    generator = FAMILY.load(Checkpoint("s", "S", folder), cpu)
    assert isinstance(generator, SemantiCodecGenerator)
    assert generator.parts.encoder.centroids.dtype == torch.float32


def test_describing_leaves_torch_out() -> None:
    code = (
        "import sys; from qvim_studio.checkpoints.checkpoint import Checkpoint;"
        "from qvim_studio.families.semanticodec.family import FAMILY;"
        "known = Checkpoint('s', 'S', None); FAMILY.describe(known); FAMILY.footprint(known);"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
