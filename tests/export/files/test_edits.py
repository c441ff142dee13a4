"""The values that edits take, and those that they refuse."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from qvim_studio.core.errors import UsageError
from qvim_studio.export.files.edits import (
    Edit,
    EditList,
    Fade,
    FlipChannel,
    NormalizeLoudness,
    NormalizePeak,
    NormalizeTruePeak,
    Resample,
    SeamlessLoop,
    SetChannels,
    SilencePauses,
    Trim,
    TrimSilence,
)


@pytest.mark.parametrize(
    ("make", "low", "high", "below", "above"),
    [
        (TrimSilence, -120.0, -1.0, -120.1, -0.9),
        (lambda value: Fade(in_s=value), 0.0, 60.0, -0.1, 60.1),
        (lambda value: Fade(out_s=value), 0.0, 60.0, -0.1, 60.1),
        (NormalizePeak, -60.0, 0.0, -60.1, 0.1),
        (NormalizeTruePeak, -60.0, 0.0, -60.1, 0.1),
        (NormalizeLoudness, -70.0, 0.0, -70.1, 0.1),
        (lambda value: NormalizeLoudness(ceiling_dbtp=value), -60.0, 0.0, -60.1, 0.1),
        (FlipChannel, 1, 32, 0, 1000),
        (SilencePauses, -120.0, -1.0, -120.1, -0.9),
        (SeamlessLoop, 0.001, 10.0, 0.0009, 10.1),
        (SetChannels, 1, 2, 0, 3),
        (Resample, 44_100, 96_000, 44_099, 192_000),
    ],
)
def test_a_value_lies_within_its_range_ends_included(
    make: Callable[[float], Edit], low: float, high: float, below: float, above: float
) -> None:
    assert make(low) != make(high)
    for value in (below, above, float("nan")):
        with pytest.raises(UsageError, match=f"got {value}"):
            make(value)


def test_a_trim_ends_after_its_beginning() -> None:
    assert Trim().end_s is None and Trim(0.0, 0.1).end_s == 0.1
    for begin_s, end_s in ((-0.1, None), (0.2, 0.2), (0.3, 0.2)):
        with pytest.raises(UsageError, match="0 <= begin < end"):
            Trim(begin_s, end_s)


def test_lists_of_edits_are_true_when_they_hold_some() -> None:
    assert EditList((Fade(),)) and not EditList()
    assert EditList((Fade(),)).as_json() == [{"kind": "fade", "in_s": 0.002, "out_s": 0.01}]


def test_edits_before_a_loop_and_levels_behind_it_keep_the_seam() -> None:
    edits = (Trim(), Fade(), SeamlessLoop(), NormalizePeak())
    assert EditList(edits).edits == edits
    with pytest.raises(UsageError, match="'loop' after 'loop' would break the seam"):
        EditList((SeamlessLoop(), SeamlessLoop()))


def test_a_whole_number_passes_for_a_fraction_and_not_the_other_way() -> None:
    [fade] = EditList.from_json([{"kind": "fade", "in_s": 1}]).edits
    assert fade == Fade(in_s=1)
    [trim] = EditList.from_json([{"kind": "trim", "end_s": None}]).edits
    assert trim == Trim()
    with pytest.raises(UsageError, match="count of the edit 'channels' must be a whole number"):
        EditList.from_json([{"kind": "channels", "count": 1.0}])
    with pytest.raises(UsageError, match="in_s of the edit 'fade' must be a number, got True"):
        EditList.from_json([{"kind": "fade", "in_s": True}])
