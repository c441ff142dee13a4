"""What Stable Audio 3 declares, and which folders it takes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
import torch
from live_elements import LiveElements
from stable_audio_runs import checkpoint_in
from tiny_stable_audio_3 import RATIO, TinyStableAudio3

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.capabilities import EditKind, Input, VoiceRoute
from qvim_studio.families.stable_audio_3.family import (
    CODER_ELEMENT_BYTES,
    ELEMENT_BYTES,
    PUBLISHED,
    StableAudio3Family,
)
from qvim_studio.families.stable_audio_3.parts import make_denoiser
from qvim_studio.networks.coders.same_coder import SameCoder
from qvim_studio.networks.coders.same_config import SameConfig
from qvim_studio.networks.files.meta_device import without_values

FAMILY = StableAudio3Family()
SAME_L = SameConfig(width=1536, layers=12, chunk=None, sine_layers=8, decoder_kernel=1)


def test_a_distilled_checkpoint_takes_a_voice_as_a_start_and_no_guidance(
    tiny_small: TinyStableAudio3,
) -> None:
    declared = FAMILY.describe(checkpoint_in(tiny_small.folder))
    assert declared.voice_route is VoiceRoute.START
    assert declared.inputs == {Input.VOICE, Input.TEXT, Input.START_SOUND}
    assert declared.edits == {EditKind.INPAINT, EditKind.CONTINUE}
    assert (declared.sample_rate_hz, declared.channels) == (44_100, 2)
    assert declared.max_s == pytest.approx(1000 * RATIO / 44_100, abs=0.1)
    assert [option.name for option in declared.options] == [
        "steps",
        "voice_change",
        "headroom_s",
    ]
    assert declared.options[0].default == 8


def test_a_base_checkpoint_takes_guidance_and_unwanted_words(tiny_base: TinyStableAudio3) -> None:
    declared = FAMILY.describe(checkpoint_in(tiny_base.folder))
    assert declared.takes(Input.NEGATIVE_TEXT)
    defaults = {option.name: option.default for option in declared.options}
    assert (defaults["steps"], defaults["guidance"]) == (50, 7.0)


@pytest.mark.parametrize(
    ("repo", "max_s", "is_distilled"),
    [
        ("stabilityai/stable-audio-3-small-sfx", 120.0, True),
        ("stabilityai/stable-audio-3-medium", 380.0, True),
        ("stabilityai/stable-audio-3-medium-base", 380.0, False),
    ],
)
def test_what_is_only_known_is_described_by_its_name(
    repo: str, max_s: float, is_distilled: bool
) -> None:
    declared = FAMILY.describe(Checkpoint("some", "Some", None, repo=repo))
    assert declared.max_s == max_s
    assert declared.takes(Input.NEGATIVE_TEXT) is not is_distilled


def test_every_preset_is_taken(tiny_base: TinyStableAudio3, tiny_small: TinyStableAudio3) -> None:
    for tiny in (tiny_base, tiny_small):
        declared = FAMILY.describe(checkpoint_in(tiny.folder))
        assert [preset.name for preset in declared.presets] == ["sketch", "standard", "fine"]
        for preset in declared.presets:
            declared.filled(preset.values)


def test_describing_imports_no_torch(tiny_small: TinyStableAudio3) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from qvim_studio.families.stable_audio_3.family import StableAudio3Family\n"
        "from qvim_studio.checkpoints.checkpoint import Checkpoint\n"
        "family = StableAudio3Family(); known = Checkpoint('a', 'A', Path(sys.argv[1]))\n"
        "assert family.recognizes(known.folder)\n"
        "family.describe(known), family.footprint(known)\n"
        "print([name for name in ('torch', 'diffusers', 'transformers') if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, str(tiny_small.folder)], capture_output=True, text=True
    )
    assert ran.stdout.strip() == "[]", ran.stderr


def test_the_footprint_counts_every_weight(tiny_large: TinyStableAudio3) -> None:
    stages = {
        stage.name: stage for stage in FAMILY.footprint(checkpoint_in(tiny_large.folder)).stages
    }
    numbers = {
        "denoise": [*tiny_large.denoiser.parameters(), *tiny_large.duration.parameters()],
        "decode": list(tiny_large.coder.parameters()),
    }
    for name, tensors in numbers.items():
        assert 0 <= stages[name].weights - sum(each.numel() for each in tensors) < 20
    assert list(stages) == ["text", "denoise", "decode"]
    assert 0 < stages["denoise"].storable < stages["denoise"].weights


@pytest.mark.parametrize(("size", "coder"), [("small", SameConfig()), ("medium", SAME_L)])
def test_the_footprint_of_published_sizes_holds_what_is_counted(
    size: str, coder: SameConfig
) -> None:
    """Everything alive at once, on meta tensors, at 2 s and at 40 s."""
    name = f"stabilityai/stable-audio-3-{size}"
    _, denoise, decode = FAMILY.footprint(Checkpoint("a", "A", None, repo=name)).stages
    config = PUBLISHED[size][1]
    with without_values(), torch.inference_mode():
        denoiser, network = make_denoiser(config, 256), SameCoder(coder)
        assert denoise.weights >= sum(each.numel() for each in denoiser.parameters())
        assert decode.weights >= sum(each.numel() for each in network.parameters())
        # What is alive at once is alive in one layer.
        denoiser = make_denoiser(replace(config, depth=1), 256)
        network = SameCoder(replace(coder, layers=2))
        for duration_s in (2.0, 40.0):
            latents = int((duration_s + 6.0) * 44_100 / 4096)
            with LiveElements() as counted:
                denoiser(
                    torch.zeros(1, 256, latents),
                    torch.zeros(1),
                    torch.zeros(1, 257, 768),
                    torch.zeros(1, 768),
                    local_add_cond=torch.zeros(1, 257, latents),
                )
            assert denoise.activation_bytes(duration_s, 1) >= counted.peak * ELEMENT_BYTES
            piece = min(128, int(duration_s * 44_100 / 4096))
            with LiveElements() as counted:
                network.decode(torch.zeros(1, 256, piece))
            assert decode.activation_bytes(duration_s, 1) >= counted.peak * CODER_ELEMENT_BYTES
