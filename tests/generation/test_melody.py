"""Music made to a melody: it is longer than the voice, and as loud as it wants to be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tiny_musicgen import build_tiny_musicgen

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.request import GenerationRequest, VramMode
from qvim_studio.generation.engine import StudioEngine

LEVELS = np.repeat([1.0, 0.05, 1.0], 4000)


def test_music_goes_on_where_the_voice_ends_and_keeps_its_own_loudness(tmp_path: Path) -> None:
    at_s = np.arange(len(LEVELS)) / 16_000
    voice = AudioClip.from_mono(0.5 * LEVELS * np.sin(2 * np.pi * 440 * at_s), 16_000)
    request = GenerationRequest(
        imitation=voice,
        checkpoint=str(build_tiny_musicgen(tmp_path / "tiny")),
        duration_s=2.0,
        variations=1,
        follow=1.0,
        vram_mode=VramMode.CPU,
    )
    engine = StudioEngine(lambda *asked: ())
    result = engine.generate(request, lambda progress: None, lambda: False)
    engine.close()
    samples = result.variations[0].clip.mono()
    assert len(samples) == 96_000
    quarters = [float(np.std(part)) for part in np.split(samples, 8)]
    assert min(quarters) > 0.3 * max(quarters)
    assert not any("the rest is silent" in note for note in result.notes)
