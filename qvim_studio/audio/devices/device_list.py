"""Lists microphones and loudspeakers, names them as people do, and finds the chosen one.

Windows lists one device once per host API (MME cuts its name to 31 characters); ALSA lists entries
of the sound server ("doors") that claim more channels than the device has.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from qvim_studio.core.errors import DeviceError
from qvim_studio.core.program.device_key import DeviceKey

MAX_CHANNELS = 64
UNNAMED = "Unnamed device"
MME, MME_NAME_LENGTH = "MME", 31  # mmsystem.h: MAXPNAMELEN counts the final zero
ALSA = "ALSA"
# ALSA's plug-ins for sound servers claim as many channels as these can carry at all: PulseAudio's
# PA_CHANNELS_MAX is 32, PipeWire's SPA_AUDIO_MAX_CHANNELS 64 or more.
DOOR_CHANNELS = 32
DOORS = ("default", "pulse", "pipewire")
UNKNOWN_DOOR_CHANNELS = 2
# Windows' kernel streaming names Bluetooth headsets by a resource string that it never looks up.
_RESOURCE = re.compile(r"@System32\\drivers\\\w+\.sys,#\d+;%1 ([^%]*)%0\s*;\(([^)]*)\)")


class Direction(Enum):
    """Whether a device records or plays; the value is its kind as messages name it."""

    INPUT = "microphone"
    OUTPUT = "loudspeaker"


@dataclass(frozen=True)
class AudioDevice:
    """A microphone or loudspeaker.

    index: PortAudio's, valid until it looks again. number: which of several of this name in this
    host API, from 1. is_default: of its host API.
    """

    name: str
    host_api: str
    index: int
    channels: int
    sample_rate: int
    is_default: bool
    number: int = 1

    @property
    def key(self) -> DeviceKey:
        return DeviceKey(self.name, self.host_api, self.number)

    @property
    def title(self) -> str:
        """The name as people read it."""
        return shown_name(self.name)


def list_devices(
    entries: Sequence[Mapping[str, Any]],
    host_apis: Sequence[Mapping[str, Any]],
    direction: Direction,
    door_channels: Callable[[], int | None] = lambda: None,
) -> tuple[AudioDevice, ...]:
    """The devices of one direction, from PortAudio's tables.

    door_channels: returns how many channels the sound server's default microphone really has, None
    if unknown; called only if the list holds an entry of the sound server.
    """
    word = direction.name.lower()
    real_channels = cache(door_channels)
    seen: Counter[tuple[str, str]] = Counter()
    devices = []
    for entry in entries:
        channels = min(entry[f"max_{word}_channels"], MAX_CHANNELS)
        if channels <= 0:
            continue
        api = host_apis[entry["hostapi"]]
        name = entry["name"] or UNNAMED
        seen[name, api["name"]] += 1
        if direction is Direction.INPUT and _is_door(name, api["name"], channels):
            known = real_channels() if name in DOORS else None
            channels = min(known or UNKNOWN_DOOR_CHANNELS, channels)
        devices.append(
            AudioDevice(
                name=name,
                host_api=api["name"],
                index=entry["index"],
                channels=channels,
                sample_rate=round(entry["default_samplerate"]),
                is_default=entry["index"] == api[f"default_{word}_device"],
                number=seen[name, api["name"]],
            )
        )
    return tuple(devices)


def find_device(
    devices: Sequence[AudioDevice], key: DeviceKey, direction: Direction
) -> AudioDevice:
    """The chosen device. Raises DeviceError if it is not connected."""
    kind = direction.value
    if not devices:
        raise DeviceError(f"No {kind} was found. Connect one, then refresh in the settings.")
    if not key.name:
        # ALSA lists a card several times; the desktop routes "default"
        return min(devices, key=lambda d: (d.name != "default", not d.is_default))
    for device in devices:
        if device.key == key or (not key.host_api and device.name == key.name):
            return device
    raise DeviceError(
        f"The {kind} “{missing_label(devices, key)}” is not connected. Connect it or choose "
        "another in the settings."
    )


def device_labels(devices: Sequence[AudioDevice]) -> tuple[str, ...]:
    """Names that differ: with the host API if several devices share a name, and with a number if
    they share the host API as well."""
    alike = _alike(devices)
    sizes = Counter(map(alike, (device.name for device in devices)))
    labels = []
    for device in devices:
        parts = [device.title]
        if device.number > 1:
            parts[0] += f" ({device.number})"
        same = [each for each in devices if alike(each.name) == alike(device.name)]
        if sizes[alike(device.name)] > 1 and len({each.host_api for each in same}) > 1:
            parts.append(device.host_api)
        labels.append("  ·  ".join(parts))
    return tuple(labels)


def missing_label(devices: Sequence[AudioDevice], key: DeviceKey) -> str:
    """The label of a device that is not in the list."""
    alike = _alike(devices)
    is_repeated = any(alike(device.name) == alike(key.name) for device in devices)
    label = shown_name(key.name)
    if key.number > 1:
        label += f" ({key.number})"
    return f"{label}  ·  {key.host_api}" if is_repeated and key.host_api else label


def shown_name(name: str) -> str:
    """A name in one line, without what only drivers read."""
    return " ".join(_RESOURCE.sub(r"\2 \1", name).split())


def _alike(devices: Sequence[AudioDevice]) -> Callable[[str], str]:
    """A function that gives the part of a device's name that all host APIs share."""
    has_mme = any(device.host_api == MME for device in devices)
    return lambda name: name[:MME_NAME_LENGTH] if has_mme else name


def _is_door(name: str, host_api: str, channels: int) -> bool:
    return host_api == ALSA and channels >= DOOR_CHANNELS and "hw:" not in name
