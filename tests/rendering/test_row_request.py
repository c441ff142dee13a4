"""What rows ask for, and when two rows are the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import UsageError
from qvim_studio.core.request import GenerationRequest, Start
from qvim_studio.rendering.row_request import RowRequest, request_of_row, usual_values

CLIP = AudioClip(np.ones((480, 1), np.float32), 48_000)


def test_a_row_that_says_nothing_asks_as_generate_does() -> None:
    asked = request_of_row({**usual_values(), "text": "rain"}, {})
    assert asked.recipe() == GenerationRequest(text="rain").recipe()


@pytest.mark.parametrize(
    ("text", "has_take", "balance"), [("rain", True, 0.5), ("rain", False, 0.0), (" ", True, 0.0)]
)
def test_words_and_a_voice_share_evenly(text: str, has_take: bool, balance: float) -> None:
    clips = {"imitation": CLIP} if has_take else {}
    assert request_of_row({**usual_values(), "text": text}, clips).balance == balance


def test_sounds_and_their_names_reach_the_request() -> None:
    values = {**usual_values(), "start": "nearest", "options": {"variety": 0.5}}
    clips = {"imitation": CLIP, "start_sound": CLIP, "timbre": CLIP}
    asked = request_of_row(values, clips, {"start_sound": "a bark", "timbre": "a bell"})
    assert asked.start is Start.NEAREST and asked.options["variety"] == 0.5
    assert (asked.start_sound_name, asked.timbre_name) == ("a bark", "a bell")
    assert asked.timbre is asked.start_sound is CLIP


def test_impossible_values_are_refused_before_a_sound_is_read() -> None:
    RowRequest({**usual_values(), "start": "imitation"}, {"imitation": "absent.wav"}).check()
    with pytest.raises(UsageError, match="seed"):
        RowRequest({**usual_values(), "text": "x", "seed": -1}, {}).check()


def test_a_row_is_known_by_what_it_asks_and_by_its_sounds_as_they_are(tmp_path: Path) -> None:
    take = tmp_path / "a.wav"
    take.write_bytes(b"one")
    sounds = {"imitation": str(take)}
    row = RowRequest({**usual_values(), "seed": 1}, sounds)
    first = row.fingerprint()
    assert RowRequest(dict(reversed(row.values.items())), sounds).fingerprint() == first
    assert len(first) == 16
    other = RowRequest({**row.values, "seed": 2}, sounds)
    assert len({first, row.fingerprint(1), other.fingerprint()}) == 3
    take.write_bytes(b"other")
    changed = row.fingerprint()
    take.unlink()
    assert len({first, changed, row.fingerprint()}) == 3


@pytest.mark.parametrize(
    ("changed", "sounds", "seconds"),
    [
        ({"text": "rain", "variations": 2}, {}, 3.0),
        ({"duration_s": 10.0, "variations": 1, "fits": 1}, {"imitation": "a.wav"}, 10.0),
        ({"variations": 2}, {"imitation": "a.wav"}, 0.2),
    ],
)
def test_a_row_knows_how_much_disk_its_files_take_at_least(
    changed: dict[str, object], sounds: dict[str, str], seconds: float
) -> None:
    row = RowRequest({**usual_values(), **changed}, sounds)
    assert row.least_bytes() == 2 * (round(seconds * 144_000) + 6_000)
