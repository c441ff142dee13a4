from __future__ import annotations

import pytest

from qvim_studio.core.errors import UsageError
from qvim_studio.core.program.device_key import (
    FIRST_INPUT,
    MIX,
    DeviceKey,
    InputChoice,
    channel_of,
    device_key,
    input_choices,
    with_channel,
)

INTERFACE, HEADSET = DeviceKey("Interface", "Core Audio"), DeviceKey("Headset", "Core Audio")


def test_every_device_keeps_its_own_input() -> None:
    choices = with_channel((), INTERFACE, 3)
    choices = with_channel(choices, HEADSET, MIX)
    choices = with_channel(choices, INTERFACE, 2)
    assert channel_of(choices, INTERFACE) == 2
    assert channel_of(choices, HEADSET) == MIX
    assert channel_of(choices, DeviceKey("Other")) == FIRST_INPUT


def test_the_first_input_needs_no_memory() -> None:
    assert with_channel(with_channel((), INTERFACE, 3), INTERFACE, FIRST_INPUT) == ()


def test_keys_and_choices_come_back_from_json() -> None:
    stored = {"name": "Interface", "host_api": "Core Audio", "number": 1}
    assert device_key(stored) == INTERFACE
    assert input_choices([{"device": stored, "channel": 4}]) == (InputChoice(INTERFACE, 4),)


@pytest.mark.parametrize(
    "stored",
    [
        "a name",
        {"nam": "x"},
        {"name": 5},
        {"name": "x", "number": 0},
        {"name": "x", "number": True},
    ],
)
def test_what_is_no_device_is_refused_with_a_sentence(stored: object) -> None:
    with pytest.raises(UsageError, match=r"device.*Choose the device again"):
        device_key(stored)


@pytest.mark.parametrize(
    "stored", [5, "x", {}, {"device": {"name": "x"}}, {"device": {"name": "x"}, "channel": -1}]
)
def test_what_is_no_input_is_refused_with_a_sentence(stored: object) -> None:
    with pytest.raises(UsageError, match=r"device.*Choose the device again"):
        input_choices([stored])


@pytest.mark.parametrize("wrong", [{"host_api": 5}, {"host_api": None}, {"number": 1.0}])
def test_a_key_of_other_types_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=r"of a device must be a .*Choose the device again"):
        device_key({"name": "x", **wrong})


def test_a_key_of_the_second_device_of_one_name_is_kept() -> None:
    assert device_key({"name": "x", "number": 2}) == DeviceKey("x", number=2)


def test_the_mix_of_all_channels_is_an_input() -> None:
    assert InputChoice(INTERFACE, MIX).channel == MIX
