"""A new file never replaces another, and a sound over full scale keeps its peaks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from qvim_studio.commands.new_file import check_new_file, show_step, write_new_sound
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import OutputError


def test_a_file_that_is_there_or_a_folder_that_takes_nothing_is_refused(tmp_path: Path) -> None:
    check_new_file(tmp_path / "new.wav")
    (tmp_path / "old.wav").touch()
    with pytest.raises(OutputError, match=r"old\.wav already exists and is not overwritten"):
        check_new_file(tmp_path / "old.wav")
    with pytest.raises(OutputError, match="Nothing can be written"):
        check_new_file(tmp_path / "old.wav" / "new.wav")


@pytest.mark.parametrize(("peak", "subtype"), [(1.0, "PCM_24"), (1.5, "FLOAT")])
def test_a_sound_over_full_scale_takes_32_bits(tmp_path: Path, peak: float, subtype: str) -> None:
    samples = peak * np.sin(np.arange(4_800) * np.pi / 8)
    write_new_sound(tmp_path / "dog.wav", AudioClip.from_mono(samples, 48_000), "Made by a test.")
    assert soundfile.info(tmp_path / "dog.wav").subtype == subtype
    read, _ = soundfile.read(tmp_path / "dog.wav")
    np.testing.assert_allclose(read, np.clip(samples, -peak, peak), atol=1e-6)
    assert b"Made by a test." in (tmp_path / "dog.wav").read_bytes()


def test_what_is_done_is_shown_in_percent_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    show_step(1, 8, None)
    show_step(8, 8, None)
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "\r 12.5 %\r100.0 %")
