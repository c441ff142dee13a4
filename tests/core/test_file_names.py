from __future__ import annotations

import pytest

from qvim_studio.core.file_names import readable_name


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("animal_03_dog", "animal 03 dog"),
        ("bell_01_sleigh-bells", "bell 01 sleigh bells"),
        ("take_2026-11-24", "take 2026-11-24"),
        ("_rain__soft_", "rain soft"),
        ("dog bark", "dog bark"),
        ("", ""),
    ],
)
def test_joints_of_a_file_name_become_spaces(stem: str, name: str) -> None:
    assert readable_name(stem) == name
