"""Takes of real mouths come from the evaluation's part alone, each noise by itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from training_data import tone, write_table

from qvim_studio.core.errors import StudioError
from qvim_studio.training.corpus.labels import MOUTH_CLASSES, VOICE_CLASSES
from qvim_studio.training.corpus.real_takes import judged_takes, real_takes
from qvim_studio.training.corpus.sets.sound_sets import MANIFEST

POP, SCREAM, UNKNOWN = "pop (mouth)", "scream pain man", "somebody's shoe"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three noises in one recording, under three labels, and a recording for training."""
    t = np.arange(8_000) / 32_000
    noise = np.sin(2 * np.pi * 500 * t) * np.exp(-30 * t)
    recording = np.tile(np.concatenate([noise, np.zeros(16_000)]), 3)
    rows = []
    for label, split in ((POP, "voice_dev"), (SCREAM, "voice_dev"), (UNKNOWN, "voice_dev"),
                         (POP, "train")):  # fmt: skip
        path = f"people/{len(rows)}.wav"
        (tmp_path / "people").mkdir(exist_ok=True)
        soundfile.write(tmp_path / path, recording, 32_000)
        rows.append({"path": path, "label": label, "split": split})
    write_table(tmp_path / MANIFEST, rows)
    return tmp_path


def test_repeated_noises_of_a_mouth_are_takes_of_their_own(folder: Path) -> None:
    takes = list(real_takes(folder, MOUTH_CLASSES))
    assert [name for name, _, _ in takes] == [f"{POP} {number}" for number in (1, 2, 3)]
    assert {classes for _, _, classes in takes} == {("click",)}
    assert all(clip.duration_s < 0.75 for _, clip, _ in takes)


def test_a_voice_is_one_take_however_often_it_begins(folder: Path) -> None:
    ((name, clip, classes),) = real_takes(folder, VOICE_CLASSES)
    assert (name, classes) == (SCREAM, ("voice",))
    assert clip.duration_s > 1.5


def test_every_take_of_a_known_class_is_judged_under_its_own_name(folder: Path) -> None:
    takes = list(judged_takes(folder))
    assert [take.label for take in takes] == [POP, POP, POP, SCREAM]
    assert len({take.name for take in takes}) == 4
    assert {take.source for take in takes} == {"people"}


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone(300), 32_000)
    with pytest.raises(StudioError, match=f"a {MANIFEST}"):
        list(judged_takes(tmp_path))
