"""How often a right word is offered for a real voice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import UsageError
from qvim_studio.core.sound_words import SoundWord
from qvim_studio.core.text.everyday_words import CLASSES_OF_WORD
from qvim_studio.evaluation.word_hits import EXPECTED_WORDS, word_hit_figures


def write_takes(folder: Path, *rows: tuple[str, str, float]) -> None:
    """Label, split and level of each take."""
    lines = ["path,label,split"]
    for number, (label, split, level) in enumerate(rows):
        time_s = np.arange(16_000) / 16_000
        soundfile.write(folder / f"{number}.wav", level * np.sin(3000 * time_s), 16_000)
        lines.append(f"{number}.wav,{label},{split}")
    (folder / "manifest.csv").write_text("\n".join(lines) + "\n")


def hear_by_level(clip: AudioClip) -> tuple[SoundWord, ...]:
    """Loud takes are a laugh and a dog, quiet ones a dog."""
    words = ("dog", "laugh") if np.abs(clip.samples).max() > 0.3 else ("dog",)
    return tuple(SoundWord(word, 0.5, word) for word in words)


def test_takes_and_labels_with_a_right_word_are_counted(tmp_path: Path) -> None:
    write_takes(
        tmp_path,
        ("evil laughter", "voice_dev", 0.5),
        ("evil laughter", "voice_dev", 0.1),
        ("laugh evil", "imitations", 0.5),
        ("cough", "voice_dev", 0.5),
        ("evil laughter", "train", 0.1),
        ("nobody knows", "voice_dev", 0.1),
    )
    found = word_hit_figures(tmp_path, hear_by_level)
    assert (found["takes"], found["labels"], found["missed"]) == (4, 3, ["cough"])
    assert found["right_share"] == pytest.approx(2 / 4)
    assert found["right_share_by_label"] == pytest.approx((0.5 + 1 + 0) / 3)


def test_a_folder_without_known_voices_is_refused(tmp_path: Path) -> None:
    write_takes(tmp_path, ("nobody knows", "voice_dev", 0.1))
    with pytest.raises(UsageError, match="no real voice"):
        word_hit_figures(tmp_path, hear_by_level)


def test_expected_words_are_words_that_can_be_offered() -> None:
    words = {word for expected in EXPECTED_WORDS.values() for word in expected}
    assert words <= CLASSES_OF_WORD.keys()
