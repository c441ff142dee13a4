"""An order carries the whole files of its sounds, so that its worker needs no disk of ours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from qvim_studio.core.errors import AudioFileError
from qvim_studio.rendering.order import SoundBytes, order_of
from qvim_studio.rendering.row_request import RowRequest, usual_values


def order_for(path: Path) -> SoundBytes:
    asked = RowRequest({**usual_values(), "seed": 7}, {"imitation": str(path)})
    order = order_of("k", asked)
    assert (order.key, order.title, order.values["seed"]) == ("k", asked.title, 7)
    return order.sounds["imitation"]


def test_a_sound_is_carried_with_its_name_bytes_and_length(tmp_path: Path) -> None:
    path = tmp_path / "dog bark.wav"
    soundfile.write(path, np.zeros((4000, 2)), 8000)
    assert order_for(path) == SoundBytes("dog bark.wav", path.read_bytes(), 0.5)


def test_what_is_no_sound_is_carried_too_for_its_worker_says_why(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_bytes(b"no sound")
    assert order_for(tmp_path / "text.wav") == SoundBytes("text.wav", b"no sound", None)


@pytest.mark.parametrize("name", ["absent.wav", ".", "a\0b.wav"])
def test_a_sound_that_cannot_be_opened_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(AudioFileError, match="cannot be opened"):
        order_for(tmp_path / name)
