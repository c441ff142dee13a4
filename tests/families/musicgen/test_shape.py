"""A configuration tells the sizes of a MusicGen, or is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from musicgen_runs import checkpoint_in, copied
from tiny_musicgen import CODES

from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.musicgen.family import FAMILY


def test_other_folders_are_not_recognized(tmp_path: Path) -> None:
    assert not FAMILY.recognizes(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "clap"}', encoding="utf-8")
    assert not FAMILY.recognizes(tmp_path)
    (tmp_path / "config.json").write_text("[", encoding="utf-8")
    assert not FAMILY.recognizes(tmp_path)


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("model_type", "clap"),
        ("text_encoder__model_type", "bert"),
        ("audio_encoder__normalize", True),
        ("decoder__activation_function", "relu"),
        ("decoder__hidden_size", "wide"),
        ("decoder__num_codebooks", 3),
        ("decoder__num_attention_heads", 5),
        ("decoder__vocab_size", CODES + 1),
        ("decoder", None),
        ("audio_encoder", []),
    ],
)
def test_configurations_of_other_kinds_are_refused(
    melody_folder: Path, tmp_path: Path, change: str, value: Any
) -> None:
    folder = copied(melody_folder, tmp_path / "other", **{change: value})
    for ask in (FAMILY.describe, FAMILY.footprint):
        with pytest.raises(CheckpointError, match="Copy or download"):
            ask(checkpoint_in(folder))
