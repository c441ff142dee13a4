"""Sounds become files of tokens and back, and nothing is overwritten."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from command_line import run
from tiny_semanticodec import build_tiny_semanticodec

from qvim_studio.commands import tokens
from qvim_studio.core.clip import AudioClip
from qvim_studio.families.protocol import Asked, Report
from qvim_studio.families.sound_tokens import SoundTokens


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny_semanticodec(tmp_path_factory.mktemp("tokens") / "folder")


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    samples = 0.3 * np.sin(np.arange(8000) * 0.3)
    soundfile.write(tmp_path / "voice.wav", samples, 16_000)
    return tmp_path / "voice.wav"


class ScriptedCoder:
    """Encodes every sound to the same tokens, and decodes them to noise of the seed."""

    tokens = SoundTokens(50, 40, 60, np.array([3, 1, 2]), np.array([9, 9, 0]))

    def encode_tokens(self, clip: AudioClip, duration_s: float | None = None) -> SoundTokens:
        return self.tokens

    def decode_tokens(
        self, tokens: SoundTokens, asked: Asked, seed: int, report: Report
    ) -> np.ndarray:
        assert np.array_equal(tokens.semantic, self.tokens.semantic)
        assert np.array_equal(tokens.acoustic, self.tokens.acoustic)
        assert (tokens.model, asked.options["steps"]) == (self.tokens.model, 2)
        noise = np.random.default_rng(seed).uniform(
            -0.3, 0.3, (round(asked.duration_s * 16_000), 1)
        )
        return noise.astype(np.float32)


def test_the_commands_write_tokens_and_the_sound_of_tokens(
    folder: Path,
    sound: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With a scripted model; the slow test below has a real one."""
    monkeypatch.setattr(tokens, "_load_coder", lambda checkpoint, options: ScriptedCoder())
    kept = tmp_path / "voice.json"
    chosen = ("--checkpoint", folder, "--json")
    status, printed, errors = run(capsys, "tokens", "encode", sound, "-o", kept, *chosen)
    assert status == 0, errors
    assert json.loads(printed)["pairs"] == 3
    made = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        output = tmp_path / f"{name}.wav"
        command = ("tokens", "decode", kept, "--steps", "2", "--seed", seed, "-o", output)
        status, printed, errors = run(capsys, *command, *chosen)
        assert status == 0, errors
        assert json.loads(printed)["seed"] == seed
        samples, rate = soundfile.read(output)
        assert (len(samples), rate) == (round(0.12 * 16_000), 16_000)
        made.append(samples)
    assert np.array_equal(made[0], made[1]) and not np.array_equal(made[0], made[2])


@pytest.mark.slow  # a model is loaded four times: 2.5 s
def test_a_sound_becomes_tokens_and_tokens_a_sound_that_the_seed_decides(
    folder: Path, sound: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "voice.json"
    chosen = ("--checkpoint", folder, "--vram-mode", "cpu", "--json")
    status, printed, errors = run(capsys, "tokens", "encode", sound, "-o", kept, *chosen)
    assert status == 0, errors
    answer, stored = json.loads(printed), json.loads(kept.read_text(encoding="utf-8"))
    assert answer["pairs"] == len(stored["semantic"]) == len(stored["acoustic"])
    made = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        output = tmp_path / f"{name}.wav"
        command = ("tokens", "decode", kept, "--steps", "2", "--seed", seed, "-o", output)
        status, printed, errors = run(capsys, *command, *chosen)
        assert status == 0, errors
        samples, rate = soundfile.read(output)
        assert rate == json.loads(printed)["sample_rate"] == 16_000
        assert len(samples) == round(2 * answer["pairs"] / stored["token_rate"] * rate)
        made.append(samples)
    assert np.array_equal(made[0], made[1]) and not np.array_equal(made[0], made[2])


def test_no_file_is_overwritten(
    folder: Path, sound: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sound.read_bytes()
    command = ("tokens", "encode", sound, "-o", sound, "--checkpoint", folder)
    status, _, errors = run(capsys, *command)
    assert status == 1 and "already exists" in errors and sound.read_bytes() == before


def test_tokens_of_another_model_are_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = {"format": "qvim-tokens", "version": 1, "token_rate": 100}
    content |= {"semantic_vocabulary": 7, "acoustic_vocabulary": 7}
    kept = tmp_path / "other.json"
    kept.write_text(json.dumps({**content, "semantic": [1], "acoustic": [2]}))
    command = ("tokens", "decode", kept, "-o", tmp_path / "a.wav", "--checkpoint", folder)
    status, _, errors = run(capsys, *command, "--vram-mode", "cpu")
    assert status == 2 and "of another model" in errors
    assert not (tmp_path / "a.wav").exists()


def test_a_checkpoint_without_tokens_is_refused(
    sound: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ("tokens", "encode", sound, "-o", tmp_path / "a.json", "--checkpoint", "starter")
    status, _, errors = run(capsys, *command, "--vram-mode", "cpu")
    assert status == 2 and "does not speak in tokens" in errors
