"""Packs and kits on the command line: options in, a report out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pack_clips import make_clips

from qvim_studio.commands import cli


def test_the_command_prints_one_json_object(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    files = make_clips(tmp_path, "dog bark", 2)
    edits = tmp_path / "edits.json"
    edits.write_text('[{"kind": "normalize_peak", "target_dbfs": -6}]')
    names = ["--name", "P", "--creator", "MK", "--source", "S", "--commercial"]
    shape = ["--bits", "16", "--category", "CREADrgn", "--edits", edits]
    command = ["pack", *files, *names, *shape, "-o", tmp_path / "out", "--json"]
    assert cli.main([str(part) for part in command]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["clips"] == 2 and report["licences"] == ["CC0-1.0"]
    wav = Path(report["folder"]) / "CREATURES/CREADrgn_Dog Bark_MK_S_001.wav"
    assert soundfile.info(wav).subtype == "PCM_16"
    assert np.abs(soundfile.read(wav)[0]).max() == pytest.approx(10 ** (-6 / 20), abs=1e-3)


def test_edits_that_are_not_there_are_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    names = ["--name", "P", "--creator", "MK", "--source", "S", "-o", str(tmp_path)]
    assert cli.main(["pack", "a.wav", *names, "--edits", "no.json"]) == 2
    assert "no.json cannot be read (No such file or directory)." in capsys.readouterr().err
