"""What SemantiCodec declares, without loading it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.capabilities import Input
from qvim_studio.core.errors import CheckpointError, UsageError
from qvim_studio.core.options import OptionValues
from qvim_studio.families.semanticodec.family import FAMILY
from qvim_studio.families.semanticodec.generator import SemantiCodecGenerator
from qvim_studio.families.semanticodec.parts import SemantiCodecParts
from qvim_studio.memory.compute_plan import ComputePlan


def test_it_takes_a_voice_and_a_second_sound_alone(folder: Path) -> None:
    capabilities = FAMILY.describe(Checkpoint("s", "S", folder))
    assert capabilities.inputs == {Input.VOICE, Input.START_SOUND}
    assert (capabilities.sample_rate_hz, capabilities.channels) == (16_000, 1)
    assert not capabilities.edits
    for preset in capabilities.presets:
        capabilities.filled(preset.values)
    with pytest.raises(UsageError, match="no option 'sampler'"):
        capabilities.filled(OptionValues({"sampler": "ddim"}))


def test_folders_are_known_by_their_index(folder: Path, tmp_path: Path) -> None:
    assert FAMILY.recognizes(folder) and not FAMILY.recognizes(tmp_path)


def test_footprint_counts_every_weight(folder: Path, parts: SemantiCodecParts) -> None:
    footprint = FAMILY.footprint(Checkpoint("s", "S", folder))
    assert [stage.name for stage in footprint.stages] == ["encode", "denoise", "decode"]
    networks = (parts.encoder, parts.unet, parts.vae, parts.vocoder)
    tensors = [value for each in networks for value in each.state_dict().values()]
    assert footprint.weights >= sum(value.numel() for value in tensors)
    unet = sum(value.numel() for value in parts.unet.state_dict().values())
    assert footprint.stages[1].weights == unet >= footprint.stages[1].storable > 0.9 * unet


def test_a_damaged_folder_is_told(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    (tmp_path / "copy/unet/model.safetensors").write_bytes(b"12345678{broken")
    with pytest.raises(CheckpointError, match="sizes"):
        FAMILY.footprint(Checkpoint("s", "S", tmp_path / "copy"))


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
