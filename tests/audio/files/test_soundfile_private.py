"""What the program uses of soundfile's inside is there, in the release that is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from qvim_studio.audio.files.soundfile_private import keep_header_current


def test_this_soundfile_keeps_headers_current(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with soundfile.SoundFile(path, "w", 16_000, 1, "PCM_24") as file:
        assert keep_header_current(file), (
            f"soundfile {soundfile.__version__} is built otherwise than 0.14: takes would be lost "
            "in a crash. Look for another way to rewrite the header."
        )
        file.write(np.zeros(800))
        file.flush()
        assert soundfile.info(path).frames == 800


def test_a_soundfile_that_is_built_otherwise_costs_no_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with soundfile.SoundFile(tmp_path / "a.wav", "w", 16_000, 1) as file:
        monkeypatch.delattr(soundfile, "_ffi")
        assert not keep_header_current(file)
        monkeypatch.undo()
