"""Names a microphone or loudspeaker, and the chosen input, as the settings remember them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qvim_studio.core.errors import UsageError

MIX = 0  # the mean of all inputs; other values are the number of an input
FIRST_INPUT = 1


@dataclass(frozen=True)
class DeviceKey:
    """A device as the sound systems name it.

    name: "" stands for the system's default. host_api: "" stands for the first device of that
    name. number: which of several devices of one name in one host API, from 1.
    """

    name: str = ""
    host_api: str = ""
    number: int = 1

    def __post_init__(self) -> None:
        _check_text("name", self.name)
        _check_text("host_api", self.host_api)
        _check_count("number", self.number, 1)


@dataclass(frozen=True)
class InputChoice:
    """The input that a device records. channel: its number from 1, or MIX."""

    device: DeviceKey
    channel: int

    def __post_init__(self) -> None:
        _check_count("channel", self.channel, MIX)


InputChoices = tuple[InputChoice, ...]


def channel_of(choices: InputChoices, device: DeviceKey) -> int:
    """The input that this device records; the first input if none was chosen."""
    return next((each.channel for each in choices if each.device == device), FIRST_INPUT)


def with_channel(choices: InputChoices, device: DeviceKey, channel: int) -> InputChoices:
    """The choices with a new choice for this device."""
    others = tuple(each for each in choices if each.device != device)
    if channel == FIRST_INPUT:
        return others
    return (*others, InputChoice(device, channel))


def device_key(stored: DeviceKey | Mapping[str, Any]) -> DeviceKey:
    """A device key from itself or its JSON. Raises UsageError for other values."""
    if isinstance(stored, DeviceKey):
        return stored
    try:
        return DeviceKey(**stored)
    except TypeError as error:
        raise _unusable(stored) from error


def input_choices(stored: Sequence[InputChoice | Mapping[str, Any]]) -> InputChoices:
    """The input choices from themselves or their JSON. Raises UsageError for other values."""
    choices = []
    for each in stored:
        if not isinstance(each, InputChoice):
            try:
                each = InputChoice(device_key(each["device"]), each["channel"])
            except (TypeError, KeyError) as error:
                raise _unusable(each) from error
        choices.append(each)
    return tuple(choices)


def _unusable(stored: object) -> UsageError:
    return UsageError(
        f"The settings name a device as {stored!r}, expected its name, host API and number. "
        "Choose the device again in the settings."
    )


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise UsageError(
            f"The {name} of a device must be a text, got {value!r}. Choose the device again in the "
            "settings."
        )


def _check_count(name: str, value: object, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise UsageError(
            f"The {name} of a device must be a whole number from {least} on, got {value!r}. "
            "Choose the device again in the settings."
        )


SYSTEM_DEFAULT = DeviceKey()
