"""The command that makes highs: a new file at 48 kHz, and nothing overwritten."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from command_line import run
from tiny_audiosr import write_published_file

from qvim_studio.checkpoints.conversion import write_converted
from qvim_studio.families.audiosr.conversion import convert_source
from qvim_studio.families.audiosr.sizes import footprint_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("audiosr")
    write_published_file(root / "pytorch_model.bin")
    write_converted(convert_source(root / "pytorch_model.bin"), root / "folder")
    config = root / "folder" / "unet" / "config.json"  # trained on 0.64 s instead of 5.12 s
    config.write_text(json.dumps(json.loads(config.read_text()) | {"sample_size": 8}))
    return root / "folder"


def test_a_sound_becomes_a_new_file_at_48_khz(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    noise = 0.1 * np.random.default_rng(0).standard_normal((4800, 1)).repeat(2, axis=1)
    soundfile.write(tmp_path / "low.wav", noise, 16_000)
    made = tmp_path / "high.wav"
    command = ("upscale", tmp_path / "low.wav", "--checkpoint", folder, "--steps", "5")
    command = (*command, "--vram-mode", "cpu", "-o", made, "--json")
    status, printed, errors = run(capsys, *command)
    assert status == 0, errors
    answer = json.loads(printed)
    assert answer["sample_rate"] == 48_000 and "A GPU is advised" in " ".join(answer["notes"])
    samples, rate = soundfile.read(made)
    assert rate == 48_000 and samples.shape == (14_400, 2)
    before = made.read_bytes()
    status, _, errors = run(capsys, *command)
    assert status == 1 and "already exists" in errors and made.read_bytes() == before


def test_footprint_counts_every_weight(folder: Path) -> None:
    footprint = footprint_of(folder)
    files = sum(path.stat().st_size for path in folder.rglob("*.safetensors"))
    wide = footprint.weights * 2  # counted in 16 bits
    assert wide >= files - footprint.stages[1].weights * 2 - 200_000
    assert 0 < footprint.stages[1].storable <= footprint.stages[1].weights


def test_a_folder_of_another_kind_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    soundfile.write(tmp_path / "low.wav", 0.1 * np.ones(4800) * np.sin(np.arange(4800)), 16_000)
    status, _, errors = run(
        capsys,
        *("upscale", tmp_path / "low.wav", "--checkpoint", tmp_path, "--vram-mode", "cpu"),
        *("-o", tmp_path / "high.wav"),
    )
    assert status == 1 and "AudioSR" in errors
