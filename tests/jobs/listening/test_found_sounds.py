"""Found sounds become entries in their order; those that are gone are passed over."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from qvim_studio.core.match import Match
from qvim_studio.core.result import FoundSound
from qvim_studio.jobs.listening.found_sounds import read_found


def test_found_sounds_keep_their_order_and_match_without_those_that_are_gone(
    tmp_path: Path,
) -> None:
    for name in ("dog_bark-01.wav", "rain.wav"):
        soundfile.write(tmp_path / name, 0.5 * np.sin(np.arange(4_000) * 0.1), 8_000)
    (tmp_path / "broken.wav").write_bytes(b"no audio")
    match = Match(None, 0.5, 0.75)
    found = [
        FoundSound(str(tmp_path / "rain.wav"), match),
        FoundSound(str(tmp_path / "gone.wav"), match),
        FoundSound(str(tmp_path / "broken.wav")),
        FoundSound(str(tmp_path / "dog_bark-01.wav")),
    ]
    rain, dog = read_found(found)
    assert (rain.path.name, rain.match, rain.duration_s) == ("rain.wav", match, 0.5)
    assert (dog.path.name, dog.match) == ("dog_bark-01.wav", None)
    assert dog.title == "dog bark-01"
