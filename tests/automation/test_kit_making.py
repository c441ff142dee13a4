"""A take becomes a kit, and what is finished of it is kept when it is stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scripted_engine import ScriptedEngine

from qvim_studio.automation.kit_making import KitForm, PartOfKit, ReadKit, make_kit_files
from qvim_studio.automation.request_form import RequestForm
from qvim_studio.automation.studio import Studio
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CancelledError, CheckpointError
from qvim_studio.core.result import Progress


def test_a_take_becomes_a_kit_with_presets(studio: Studio, hiss: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []

    def hear(number: int, count: int, progress: Progress) -> None:
        told.append((number, count, progress.phase))

    facts = studio.kit(hiss, tmp_path / "kits", "dog", variations=2, on_progress=hear)
    assert Path(facts["folder"]) == tmp_path / "kits" / "hiss" and facts["presets"]
    assert [len(paths) for paths in facts["sounds"]] == [2] and told[-1] == (0, 1, "decode")
    with pytest.raises(PartOfKit) as stopped:
        studio.kit(
            *(hiss, tmp_path / "kits", "2 then wait"),
            variations=3,
            is_cancelled=lambda: told[-1][2] == "denoise",
            on_progress=hear,
        )
    assert isinstance(stopped.value.__cause__, CancelledError)
    assert len(stopped.value.kept["sounds"][0]) == 2


def three_taps() -> AudioClip:
    taps = np.zeros(48_000, np.float32)
    for begin in (0, 16_000, 32_000):
        taps[begin : begin + 4_000] = np.sin(np.arange(4_000) / 5) * np.linspace(0.8, 0, 4_000)
    return AudioClip.from_mono(taps, 48_000)


def read_kit(**values: Any) -> ReadKit:
    return KitForm(three_taps(), RequestForm(None, values)).read()


def test_each_sound_of_a_take_is_asked_for_three_times_unless_told_otherwise() -> None:
    usual = read_kit(text="drum", seed=5)
    assert [request.variations for request in usual.requests] == [3, 3, 3]
    assert [request.seed for request in usual.requests] == [5, 8, 11]
    assert [one.variations for one in read_kit(variations=2).requests] == [2, 2, 2]
    assert usual.stem == "kit" and usual.requests[0].text == "drum"


def make(kit: ReadKit, folder: Path) -> dict[str, Any]:
    return make_kit_files(ScriptedEngine(), kit, folder, lambda *_: None, lambda: False)


def test_a_kit_of_which_nothing_was_finished_fails_as_its_engine_did(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="The checkpoint is gone"):
        make(read_kit(text="fail"), tmp_path)


def test_a_note_is_said_once_for_all_sounds_of_a_kit(tmp_path: Path) -> None:
    kit = read_kit(text="tap", variations=1)
    facts = make(kit._replace(notes=("Twice.", "Once.", "Twice.")), tmp_path)
    assert facts["notes"][:2] == ["Twice.", "Once."] and facts["notes"].count("Twice.") == 1
    assert [len(sounds) for sounds in facts["sounds"]] == [1, 1, 1]
    assert all(Path(path).is_file() for sounds in facts["sounds"] for path in sounds)
