"""Families: found by their folders, plugins beside them, checkpoints recognized by their files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from qvim_studio.core.errors import CheckpointError
from qvim_studio.families import known
from qvim_studio.families.audioldm.family import FAMILY as AUDIOLDM
from qvim_studio.families.catalog import list_checkpoints
from qvim_studio.families.known import all_families, family_by_id, family_of, family_of_folder


@dataclass(frozen=True)
class FakePoint:
    """An entry point. loads: what it names, or the error that importing it raises."""

    name: str
    loads: Any
    value: str = "somewhere.family:FAMILY"

    def load(self) -> Any:
        if isinstance(self.loads, Exception):
            raise self.loads
        return self.loads


class FakeFamily:
    def __init__(self, id: str) -> None:
        self.id = id

    def recognizes(self, folder: Path) -> bool:
        return (folder / "fake.json").is_file()


@pytest.fixture
def plugins(monkeypatch: pytest.MonkeyPatch) -> list[FakePoint]:
    points: list[FakePoint] = []
    monkeypatch.setattr(known, "entry_points", lambda group: points)
    all_families.cache_clear()
    monkeypatch.setattr(known, "all_families", all_families.__wrapped__)
    return points


def test_every_folder_of_a_family_is_known_by_a_name_of_its_own() -> None:
    folders = [p for p in Path(known.__file__).parent.iterdir() if (p / "family.py").is_file()]
    assert len({family.id for family in all_families()}) == len(all_families()) >= len(folders)


def test_a_plugin_stands_beside_the_families_that_ship(
    plugins: list[FakePoint], tmp_path: Path
) -> None:
    mine = FakeFamily("mine")
    plugins.append(FakePoint("mine", mine))
    (tmp_path / "fake.json").touch()
    assert family_by_id("mine") is mine
    assert family_of_folder(tmp_path) is mine


def test_a_plugin_that_fails_or_takes_a_name_costs_nothing_but_a_line_in_the_log(
    plugins: list[FakePoint], caplog: pytest.LogCaptureFixture
) -> None:
    plugins += [FakePoint("broken", ImportError("no such library"))]
    plugins += [FakePoint("audioldm", FakeFamily("audioldm"))]
    assert family_by_id("audioldm") is AUDIOLDM
    assert "no such library" in caplog.text and "there is one" in caplog.text


def test_an_unknown_family_is_named_with_those_there_are() -> None:
    with pytest.raises(
        CheckpointError, match=r"no family of generators 'hum'; there are .*audioldm"
    ):
        family_by_id("hum")


@pytest.mark.parametrize("pipeline", ["AudioLDMPipeline", "MusicLDMPipeline"])
def test_pipelines_of_one_architecture_are_of_one_family(pipeline: str, tmp_path: Path) -> None:
    (tmp_path / "model_index.json").write_text(json.dumps({"_class_name": pipeline}))
    assert family_of_folder(tmp_path) is AUDIOLDM


def test_a_folder_of_another_kind_says_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "model_index.json").write_text(json.dumps({"_class_name": "FluxPipeline"}))
    with pytest.raises(CheckpointError, match=r"holds a FluxPipeline, expected .*audioldm"):
        family_of_folder(tmp_path)


def test_every_known_checkpoint_is_of_a_family_that_is_there_and_declares_itself() -> None:
    for checkpoint in list_checkpoints():
        capabilities = family_of(checkpoint).describe(checkpoint)
        assert capabilities.inputs and capabilities.presets
        assert checkpoint.makes in ("effects", "music")
    assert {c.id for c in list_checkpoints() if c.makes == "music"} >= {"musicldm"}
