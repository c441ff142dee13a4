"""The usual finishings as lists of edits."""

from __future__ import annotations

import pytest

from qvim_studio.core.errors import UsageError
from qvim_studio.export.files.edits import Fade, RemoveDc, Resample, SetChannels, TrimSilence
from qvim_studio.export.files.finishing_presets import PRESETS, finishing


def test_rate_and_channels_change_after_the_cleaning_and_before_the_fades() -> None:
    assert finishing("clean", 44_100, 1).edits == (
        TrimSilence(), RemoveDc(), SetChannels(1), Resample(44_100), Fade()
    )  # fmt: skip
    assert finishing("clean").edits == (TrimSilence(), RemoveDc(), Fade())
    assert finishing("as_is", channels=2).edits == (SetChannels(2),)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_a_list_that_is_possible(preset: str) -> None:
    assert bool(finishing(preset)) is (preset != "as_is")


def test_an_unknown_finishing_is_refused_with_the_names_of_the_known_ones() -> None:
    with pytest.raises(UsageError, match="no finishing 'loud', expected one of as_is, clean"):
        finishing("loud")
