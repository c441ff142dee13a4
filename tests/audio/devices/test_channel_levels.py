from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.devices.channel_levels import ChannelLevels, TakeLevels, pick_channel
from qvim_studio.audio.levels import SILENCE_DBFS
from qvim_studio.core.program.device_key import MIX, DeviceKey

BLOCK = np.array([[0.1, 0.4], [0.3, -0.6]], np.float32)


def make_levels(channel: int, peak_db: float, *channels_db: float) -> TakeLevels:
    return TakeLevels(DeviceKey("Interface"), "Interface", channel, peak_db, channels_db)


@pytest.mark.parametrize(
    ("channel", "expected"),
    [(1, [0.1, 0.3]), (2, [0.4, -0.6]), (MIX, [0.25, -0.15]), (7, [0.4, -0.6])],
)
def test_one_channel_or_the_mean_of_all_is_picked(channel: int, expected: list[float]) -> None:
    np.testing.assert_allclose(pick_channel(BLOCK, channel)[:, 0], expected, atol=1e-7)


def test_peaks_are_of_every_channel_with_the_gain() -> None:
    levels = ChannelLevels()
    assert levels.newest_db == ()
    levels.add(np.array([[0.01, 0.0], [-0.1, 0.0]], np.float32))
    levels.add(np.array([[0.05, np.nan]], np.float32))
    levels.look(gain_db=20.0)
    assert levels.newest_db == (pytest.approx(0.0, abs=1e-4), SILENCE_DBFS)


def test_a_take_has_the_loudest_of_its_time_and_of_half_a_second_before() -> None:
    levels = ChannelLevels()
    for peaks in ([0.5, 0.0], [0.0, 0.0]):
        levels.add(np.array([peaks], np.float32))
        levels.look(0.0)
    levels.begin_take()
    levels.add(np.array([[0.1, 0.1]], np.float32))
    levels.look(0.0)
    assert levels.take_peaks_db == pytest.approx((-6.02, -20.0), abs=0.01)
    for _ in range(40):
        levels.add(np.zeros((1, 2), np.float32))
        levels.look(0.0)
    levels.begin_take()
    assert levels.take_peaks_db == (SILENCE_DBFS, SILENCE_DBFS)


def test_a_silent_take_knows_which_inputs_had_a_signal() -> None:
    levels = make_levels(1, -90.0, -90.0, -30.0, -70.0, -12.0)
    assert levels.is_silent
    assert levels.sounding_channels == (4, 2)
    assert not make_levels(2, -30.0, -90.0, -30.0).is_silent


def test_a_mix_that_cancels_itself_offers_all_inputs() -> None:
    assert make_levels(MIX, -110.0, -12.0, -12.0).sounding_channels == (1, 2)


def test_the_recorded_input_is_not_among_the_others() -> None:
    assert make_levels(2, -30.0, -20.0, -10.0).sounding_channels == (1,)
    assert make_levels(1, -30.0, -20.0).sounding_channels == ()
