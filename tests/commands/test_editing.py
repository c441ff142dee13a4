"""The command ``edit``: which parts of a sound it replaces, and what it keeps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from command_line import run
from noise_engine import FakeEngine

from qvim_studio.core.provenance import Provenance


def test_a_part_of_a_sound_is_made_anew(
    engine: FakeEngine, take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = take.read_bytes()
    options = ("--part", 0.25, 0.75, "--imitation", take, "--follow", 0.3, "-o", tmp_path / "out")
    status, _, _ = run(capsys, "edit", take, *options)
    request = engine.requests[0]
    assert status == 0 and request.edit is not None
    assert (request.edit.begin_s, request.edit.end_s, request.follow) == (0.25, 0.75, 0.3)
    assert request.edit.sound.duration_s == 1.0 and request.edit.provenance is None
    assert request.imitation is not None and request.imitation.duration_s < 0.6
    assert (tmp_path / "out" / "dog_bark_edited_01.wav").is_file()
    assert take.read_bytes() == before


def test_several_parts_are_repaired_at_once(
    engine: FakeEngine, take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, _ = run(capsys, "edit", take, "--repair", "0.6-0.8,0.2-0.4", "-o", tmp_path / "out")
    request = engine.requests[0]
    assert status == 0 and request.edit is not None
    assert request.edit.parts_s == ((0.2, 0.4), (0.6, 0.8))


@pytest.mark.parametrize(("subtype", "depth"), [("PCM_16", 16), ("PCM_24", 24), ("FLOAT", 32)])
def test_an_edit_has_the_form_of_the_file_that_it_edits(
    engine: FakeEngine,
    take: Path,
    tmp_path: Path,
    subtype: str,
    depth: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    samples, rate = soundfile.read(take)
    sound = tmp_path / "sound.wav"
    soundfile.write(sound, samples, rate, subtype)
    status, _, _ = run(capsys, "edit", sound, "--part", 0.2, 0.4, "-o", tmp_path / "out")
    assert status == 0
    assert engine.requests[0].edit is not None
    assert engine.requests[0].edit.bit_depth == depth


@pytest.mark.parametrize(("highs", "above_hz"), [(["2000"], 2000.0), ([], 8000.0)])
def test_highs_are_made_above_a_frequency_or_what_the_sound_holds(
    engine: FakeEngine,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    highs: list[str],
    above_hz: float,
) -> None:
    narrow = tmp_path / "narrow.wav"
    soundfile.write(narrow, 0.1 * np.random.default_rng(0).standard_normal(16_000), 16_000)
    status, _, _ = run(capsys, "edit", narrow, "--highs", *highs, "-o", tmp_path / "out")
    edit = engine.requests[0].edit
    assert status == 0 and edit is not None and edit.above_hz == above_hz
    assert edit.sound.sample_rate == 48_000 and edit.parts_s == ((0.0, 1.0),)


def test_a_clip_of_ours_goes_on_under_its_licence(
    engine: FakeEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "generate", "--text", "a dog", "-o", tmp_path)
    made = tmp_path / "a_dog_01.wav"
    status, _, _ = run(capsys, "edit", made, "--continue", 2, "--text", "rain", "-o", tmp_path)
    request = engine.requests[1]
    assert status == 0 and request.edit is not None
    assert request.edit.end_s == 3.0 and (request.text, request.balance) == ("rain", 0.5)
    assert request.edit.provenance == Provenance("starter", "Starter", "1", "CC0", "yes")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--part", 2, 3), "within the sound, 0 to 1.00 s, got 2 s"),
        (("--part", 0.5, 0.2), "0.1 to 600 s long, got 0.5 to 0.2 s"),
        (("--continue", -3), "0.1 to 600 s long"),
        ((), "One of the arguments --part --repair --continue --highs is required"),
        (("--repair", "0.2"), "expected begins and ends in seconds, such as 0.5-0.8,1.2-1.4"),
        (("--repair", "0.2-0.4,0.6-0.65"), "at least 0.1 s long"),
        (("--part", 0, 1, "--continue", 1), "not allowed with argument --part"),
    ],
)
def test_an_edit_that_cannot_be_is_refused_in_a_sentence(
    engine: FakeEngine,
    take: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[object, ...],
    message: str,
) -> None:
    status, _, errors = run(capsys, "edit", take, *arguments)
    assert status == 2 and message in errors and not engine.requests
