"""Every published layout is imported, checked and makes a sound from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import soundfile
from command_line import run
from published_layouts import LAYOUTS, VARIANTS
from quick_ears import quick_ears  # noqa: F401

from qvim_studio.commands import cli


@pytest.mark.usefixtures("quick_ears")
@pytest.mark.parametrize(
    "layout",
    [pytest.param(name, marks=pytest.mark.slow if name in VARIANTS else ()) for name in LAYOUTS],
)
def test_a_folder_is_imported_checked_and_makes_a_sound(
    layout: str,
    tmp_path: Path,
    take: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    LAYOUTS[layout](tmp_path / "mine")
    capsys.readouterr()
    status, printed, errors = run(capsys, "checkpoints", "import", tmp_path / "mine", "--json")
    assert status == 0, errors
    id = json.loads(printed)["checkpoint"]
    status, printed, errors = run(capsys, "checkpoints", "verify", id, "--json")
    assert (status, json.loads(printed)["ok"]) == (0, True), errors
    status, printed, errors = run(capsys, "checkpoints", "describe", id, "--json")
    declared = json.loads(printed)
    inputs, seconds = declared["inputs"], max(declared["min_s"], min(0.5, declared["at_once_s"]))
    asked = ["--checkpoint", id, "--vram-mode", "cpu", "--steps", "2", "--variations", "1"]
    asked += ["--duration", f"{seconds:g}", "--start", "noise", "--no-extension", "--json"]
    asked += [take] if {"voice", "melody", "start_sound"} & set(inputs) else []
    asked += ["--text", "a door"] if "text" in inputs else []
    status, printed, errors = run(capsys, "generate", *asked, "-o", tmp_path / "out")
    assert status == 0, errors
    (sound,) = (tmp_path / "out").rglob("*.wav")
    assert soundfile.info(sound).samplerate == 48_000 and soundfile.read(sound)[0].any()
