"""What Stable Audio Open declares, and which folders it takes."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from live_elements import LiveElements
from stable_audio_runs import Loaded, checkpoint_in
from tiny_stable_audio_open import CANVAS, RATIO

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.capabilities import Input, VoiceRoute
from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.stable_audio_open.family import ELEMENT_BYTES, StableAudioOpenFamily
from qvim_studio.families.stable_audio_open.parts import coder_reach
from qvim_studio.networks.files.meta_device import without_values
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before diffusers)

from diffusers import AutoencoderOobleck, StableAudioDiTModel  # isort: skip

FAMILY = StableAudioOpenFamily()
KNOWN = Checkpoint("open", "Open", None, repo="stabilityai/stable-audio-open-1.0")


def test_it_takes_words_a_start_and_the_voice_as_one(tiny_open: Path) -> None:
    declared = FAMILY.describe(checkpoint_in(tiny_open))
    assert declared.voice_route is VoiceRoute.START
    assert declared.inputs == {Input.VOICE, Input.TEXT, Input.NEGATIVE_TEXT, Input.START_SOUND}
    assert declared.max_s == pytest.approx(CANVAS * RATIO / 44_100, abs=0.1)
    assert FAMILY.describe(KNOWN).max_s == 47.5
    defaults = {option.name: option.default for option in declared.options}
    assert (defaults["steps"], defaults["guidance"]) == (100, 7.0)
    for preset in declared.presets:
        declared.filled(preset.values)


def test_describing_imports_no_torch(tiny_open: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from qvim_studio.families.stable_audio_open.family import StableAudioOpenFamily\n"
        "from qvim_studio.checkpoints.checkpoint import Checkpoint\n"
        "family = StableAudioOpenFamily(); known = Checkpoint('a', 'A', Path(sys.argv[1]))\n"
        "assert family.recognizes(known.folder)\n"
        "family.describe(known), family.footprint(known)\n"
        "print([name for name in ('torch', 'diffusers', 'transformers') if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, str(tiny_open)], capture_output=True, text=True
    )
    assert ran.stdout.strip() == "[]", ran.stderr


def test_only_folders_of_this_family_are_recognized(folder: Path, tmp_path: Path) -> None:
    assert FAMILY.recognizes(folder) and not FAMILY.recognizes(tmp_path)
    (folder / "model_index.json").write_text(json.dumps({"_class_name": "AudioLDMPipeline"}))
    assert not FAMILY.recognizes(folder)


@pytest.mark.parametrize(
    ("path", "changes", "message"),
    [
        ("scheduler/scheduler_config.json", {"sigma_max": 80}, "sigma_max is 80"),
        ("scheduler/scheduler_config.json", {"sigma_schedule": "karras"}, "karras"),
        ("scheduler/scheduler_config.json", {"prediction_type": "epsilon"}, "epsilon"),
        ("vae/config.json", {"downsampling_ratios": []}, "downsampling_ratios"),
        ("transformer/config.json", {"sample_size": "long"}, "sample_size"),
    ],
)
def test_a_configuration_that_is_not_understood_is_refused(
    path: str, changes: dict[str, Any], message: str, folder: Path
) -> None:
    values = json.loads((folder / path).read_text())
    (folder / path).write_text(json.dumps(values | changes))
    with pytest.raises(CheckpointError, match=message):
        FAMILY.describe(checkpoint_in(folder))


def test_the_footprint_counts_every_weight(loaded: Loaded, tiny_open: Path) -> None:
    text, denoise, decode = FAMILY.footprint(checkpoint_in(tiny_open)).stages
    parts = loaded.generator._parts
    for stage, networks in (
        (text, [parts.text_encoder, parts.projection]),
        (denoise, [parts.denoiser]),
        (decode, [parts.coder]),
    ):
        counted = {id(p): p.numel() for each in networks for p in each.parameters()}
        assert stage.weights == sum(counted.values())


def test_the_footprint_of_the_published_size_holds_what_is_counted() -> None:
    _, denoise, decode = FAMILY.footprint(KNOWN).stages
    with without_values(), torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        denoiser, coder = StableAudioDiTModel(), AutoencoderOobleck()
        assert denoise.weights >= sum(each.numel() for each in denoiser.parameters())
        assert decode.weights >= sum(each.numel() for each in coder.parameters())
        denoiser = StableAudioDiTModel(num_layers=1)  # what is alive at once is alive in a layer
        with LiveElements() as counted:
            denoiser(
                torch.zeros(1, 64, 1024),
                torch.zeros(1),
                torch.zeros(1, 130, 768),
                torch.zeros(1, 1, 1536),
                (torch.zeros(1025, 32), torch.zeros(1025, 32)),
            )
        assert denoise.activation_bytes(10.0, 1) >= counted.peak * ELEMENT_BYTES
        for seconds in (2.0, 40.0):
            needed = int(seconds * 44_100 / 2048) + coder_reach([2, 4, 4, 8, 8])
            piece = min(128 + 2 * coder_reach([2, 4, 4, 8, 8]), needed)
            with LiveElements() as counted:
                coder.decode(torch.zeros(1, 64, piece))
            assert decode.activation_bytes(seconds, 1) >= counted.peak * ELEMENT_BYTES
