from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from qvim_studio.audio.files.take_file import TakeFile
from qvim_studio.core.errors import OutputError

SAMPLES = np.linspace(-0.5, 0.5, 4800, dtype=np.float32)


def test_the_file_is_valid_while_it_is_written(tmp_path: Path) -> None:
    take = TakeFile(tmp_path / "takes" / "take.wav", 48_000)
    take.write(SAMPLES)
    samples, rate = soundfile.read(take.path, dtype="float32")
    assert rate == 48_000
    np.testing.assert_allclose(samples, SAMPLES, atol=2e-7)
    take.write(SAMPLES)
    take.close()
    info = soundfile.info(str(take.path))
    assert info.frames == 9600
    assert info.subtype == "PCM_24"


def test_a_take_is_synced_where_only_writers_may_sync(
    tmp_path: Path, sync_as_windows: None
) -> None:
    take = TakeFile(tmp_path / "take.wav", 48_000)
    take.write(SAMPLES)
    take.close()
    assert soundfile.info(take.path).frames == 4800


def test_a_take_never_overwrites_a_file(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    path.write_bytes(b"precious")
    with pytest.raises(OutputError, match="cannot be written"):
        TakeFile(path, 48_000)
    assert path.read_bytes() == b"precious"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        TakeFile(tmp_path / "file" / "take.wav", 48_000)
