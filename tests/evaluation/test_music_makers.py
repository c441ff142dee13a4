"""Music of a voice is made by models that hear voices alone, as long as the voice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_checkpoint import build_tiny_checkpoint
from tiny_musicgen import build_tiny_musicgen

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import StudioError
from qvim_studio.core.request import VramMode
from qvim_studio.evaluation.music_makers import MusicgenMaker, VoiceMaker
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.modes import ModeTraits

PLAN = ComputePlan(VramMode.CPU, "cpu", torch.float32, ModeTraits(1))
VOICE = AudioClip.from_mono(0.5 * np.sin(np.arange(9_600) / 20), 16_000)


def test_a_checkpoint_without_words_makes_the_same_of_a_seed_whatever_is_said(
    tmp_path: Path,
) -> None:
    maker = VoiceMaker(find_checkpoint(str(build_tiny_checkpoint(tmp_path / "tiny"))), PLAN)
    assert not maker.reads_words
    first, again, other = (maker.make(VOICE, "", seed) for seed in (1, 1, 2))
    maker.close()
    assert first.duration_s == VOICE.duration_s and first.sample_rate == 16_000
    assert np.array_equal(first.samples, again.samples)
    assert not np.array_equal(first.samples, other.samples)


def test_what_hears_no_voice_is_refused(tmp_path: Path) -> None:
    folder = build_tiny_musicgen(tmp_path / "words", has_melody=False)
    checkpoint = Checkpoint("words", "Words", folder, family="musicgen")
    with pytest.raises(StudioError, match="Words follows words alone"):
        MusicgenMaker(checkpoint, PLAN, tmp_path, is_changed=False)
    with pytest.raises(StudioError, match="Words hears no voice"):
        VoiceMaker(checkpoint, PLAN)
