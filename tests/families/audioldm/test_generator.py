"""What an AudioLDM keeps of a window that it goes on from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from tiny_checkpoint import build_tiny_checkpoint

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.options import OptionValues
from qvim_studio.core.request import VramMode
from qvim_studio.families.audioldm.family import FAMILY
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.plans import plan_for
from qvim_studio.families.protocol import Asked, Kept, Report, Voice


def test_the_next_window_goes_on_from_the_very_latents_of_the_one_before(tmp_path: Path) -> None:
    checkpoint = find_checkpoint(str(build_tiny_checkpoint(tmp_path)))
    generator = FAMILY.load(checkpoint, plan_for(checkpoint, VramMode.CPU))
    options = FAMILY.describe(checkpoint).filled(OptionValues({"steps": 3}))
    tone = AudioClip.from_mono(np.sin(np.arange(16_000) * 0.1), 16_000)
    asked = Asked(2.0, voice=Voice(tone, np.full(960, 960**-0.5, np.float32)), options=options)
    report = Report(lambda done, steps, picture: None, lambda: False)
    (first,) = generator.make(generator.condition(asked), asked, [3], report)
    assert first.goes_on.shape[2] == 50  # latent frames of 40 ms
    silence = AudioClip.from_mono(np.zeros(16_000), 16_000)  # the latents count, not the samples
    kept = Kept(silence, ((1.0, 2.0),))
    behind = replace(asked, kept=kept, goes_on=first.goes_on)
    (second,) = generator.make(generator.condition(behind), behind, [4], report)
    end = first.goes_on[:, :, -25:]
    encoded = replace(behind, goes_on=None)
    (other,) = generator.make(generator.condition(encoded), encoded, [4], report)
    apart, apart_encoded = (
        float((made.goes_on[:, :, :25] - end).std() / end.std()) for made in (second, other)
    )
    assert apart < 0.1 < 0.5 < apart_encoded  # the last step leaves a little noise
    assert not torch.allclose(second.goes_on[:, :, 25:], first.goes_on[:, :, 25:], atol=0.1)
