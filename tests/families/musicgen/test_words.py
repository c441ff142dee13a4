"""Words become states, one for each piece."""

from __future__ import annotations

from pathlib import Path

import pytest
from musicgen_runs import CPU, Load, checkpoint_in, copied

from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.musicgen.family import FAMILY
from qvim_studio.families.protocol import Asked


def test_a_damaged_text_encoder_is_refused_once_words_come(
    melody_folder: Path, tmp_path: Path
) -> None:
    folder = copied(melody_folder, tmp_path / "damaged")
    (folder / "tokenizer.json").write_text("{", encoding="utf-8")
    generator = FAMILY.load(checkpoint_in(folder), CPU)
    with pytest.raises(CheckpointError, match=r"text encoder .* cannot be loaded"):
        generator.condition(Asked(1.0, "rain"))


def test_words_are_read_to_their_end(load: Load) -> None:
    long = "rain " * 200
    words = load().condition(Asked(1.0, long)).words
    assert words is not None and len(words) > 700
