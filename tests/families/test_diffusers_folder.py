"""A folder of diffusers states the class of its pipeline; damaged indices state none."""

from __future__ import annotations

from pathlib import Path

import pytest

from qvim_studio.families.diffusers_folder import class_name_of


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"_class_name": "AudioLDMPipeline"}', "AudioLDMPipeline"),
        ('{"_class_name": ["AudioLDMPipeline"]}', ""),
        ("{}", ""),
        ("[]", ""),
        ("{", ""),
        (None, ""),
    ],
)
def test_only_a_readable_index_with_a_text_names_a_class(
    tmp_path: Path, text: str | None, name: str
) -> None:
    if text is not None:
        (tmp_path / "model_index.json").write_text(text, encoding="utf-8")
    assert class_name_of(tmp_path) == name
