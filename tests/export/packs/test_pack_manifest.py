"""``pack --verify``: a copied pack is checked against its manifest, as folder and as zip."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from qvim_studio.commands import cli
from qvim_studio.core.errors import AudioFileError
from qvim_studio.export.packs.pack_manifest import MANIFEST, verify_pack


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    rng = np.random.default_rng(0)
    soundfile.write(tmp_path / "rain.wav", 0.3 * rng.uniform(-1, 1, 9600), 48_000)
    options = ["--name", "Rain", "--creator", "me", "--source", "S", "-o", str(tmp_path)]
    assert cli.main(["pack", str(tmp_path / "rain.wav"), *options]) == 0
    return tmp_path / "Rain"


@pytest.mark.parametrize("kind", ["", ".zip"])
def test_a_whole_pack_is_as_it_was_made(
    pack: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    path = pack.with_name(pack.name + kind)
    assert cli.main(["pack", "--verify", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"pack": str(path), "ok": True}


def test_a_changed_pack_is_told_file_by_file(
    pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    next(pack.rglob("*.wav")).write_bytes(b"other")
    (pack / "new.txt").touch()
    assert cli.main(["pack", "--verify", str(pack)]) == 1
    errors = capsys.readouterr().err
    assert ".wav was changed" in errors and "new.txt is not in the manifest" in errors


def test_a_changed_zip_is_told_file_by_file(pack: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.zip"
    with zipfile.ZipFile(pack.with_name("Rain.zip")) as old, zipfile.ZipFile(copy, "w") as new:
        for name in old.namelist():
            if not name.endswith(".wav"):
                new.writestr(name, old.read(name))
        new.writestr("Rain/more.txt", "x")
    problems = verify_pack(copy)
    assert problems[-1] == "more.txt is not in the manifest"
    assert any(problem.endswith(".wav is missing") for problem in problems)


@pytest.mark.parametrize("text", ["[", "[]", '{"files": 3}', '{"files": [{}]}', "[" * 60_000])
def test_a_damaged_manifest_is_told(pack: Path, text: str) -> None:
    (pack / MANIFEST).write_text(text)
    (problem,) = verify_pack(pack)
    assert problem.startswith(MANIFEST)


def test_what_is_no_pack_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 no zip")
    for name in ("a.zip", "none"):
        with pytest.raises(AudioFileError, match="expected the folder or the zip of a pack"):
            verify_pack(tmp_path / name)


def test_a_new_pack_still_needs_its_arguments(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    assert cli.main(["pack", "a.wav", "--name", "x"]) == 2
    assert "are required: --creator, --source, --output" in capsys.readouterr().err
