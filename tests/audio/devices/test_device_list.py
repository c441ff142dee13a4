"""Lists as PortAudio gives them on machines of many kinds (names and counts from bug reports)."""

from __future__ import annotations

import pytest

from qvim_studio.audio.devices.device_list import (
    AudioDevice,
    Direction,
    device_labels,
    find_device,
    list_devices,
    missing_label,
)
from qvim_studio.core.errors import DeviceError
from qvim_studio.core.program.device_key import SYSTEM_DEFAULT, DeviceKey

Row = tuple[str, str, int, int, float]  # name, host API, inputs, outputs, sample rate

WINDOWS: tuple[Row, ...] = (
    ("Microsoft Sound Mapper - Input", "MME", 2, 0, 44100.0),
    ("Microphone (Focusrite USB Audio", "MME", 2, 0, 44100.0),
    ("Microphone (Realtek(R) Audio)", "MME", 2, 0, 44100.0),
    ("Speakers (Realtek(R) Audio)", "MME", 0, 2, 44100.0),
    ("Primary Sound Capture Driver", "Windows DirectSound", 2, 0, 44100.0),
    ("Microphone (Focusrite USB Audio Interface)", "Windows DirectSound", 2, 0, 44100.0),
    ("Microphone (Realtek(R) Audio)", "Windows DirectSound", 2, 0, 44100.0),
    ("Focusrite USB ASIO", "ASIO", 18, 20, 48000.0),
    ("Microphone (Focusrite USB Audio Interface)", "Windows WASAPI", 8, 0, 48000.0),
    ("Microphone (Realtek(R) Audio)", "Windows WASAPI", 2, 0, 48000.0),
    ("Microphone (Realtek HD Audio Mic input)", "Windows WDM-KS", 2, 0, 44100.0),
    (
        "Headset (@System32\\drivers\\bthhfenum.sys,#2;%1 Hands-Free%0\r\n;(WH-1000XM3))",
        "Windows WDM-KS",
        1,
        0,
        8000.0,
    ),
    ("", "Windows WDM-KS", 2, 0, 44100.0),
)
MACOS: tuple[Row, ...] = (
    ("MacBook Pro Microphone", "Core Audio", 1, 0, 48000.0),
    ("MacBook Pro Speakers", "Core Audio", 0, 2, 48000.0),
    ("Scarlett 18i20 USB", "Core Audio", 20, 20, 48000.0),
    ("USB Audio Device", "Core Audio", 1, 2, 44100.0),
    ("USB Audio Device", "Core Audio", 1, 2, 44100.0),
    ("BlackHole 16ch", "Core Audio", 16, 16, 48000.0),
)
LINUX: tuple[Row, ...] = (
    ("HDA Intel PCH: ALC295 Analog (hw:0,0)", "ALSA", 2, 2, 44100.0),
    ("Scarlett 2i2 USB: Audio (hw:1,0)", "ALSA", 2, 2, 44100.0),
    ("Hammerfall MADI: RME (hw:2,0)", "ALSA", 64, 64, 48000.0),
    ("sysdefault", "ALSA", 128, 128, 48000.0),
    ("pulse", "ALSA", 32, 32, 44100.0),
    ("default", "ALSA", 32, 32, 44100.0),
    ("system", "JACK Audio Connection Kit", 18, 20, 48000.0),
    ("Scarlett 2i2 USB: Audio (hw:1,0)", "OSS", 2, 2, 44100.0),
    ("Built-in Audio Analog Stereo", "PulseAudio", 2, 0, 44100.0),
)


def tables(rows: tuple[Row, ...], default: str = "") -> tuple[list[dict], list[dict]]:
    """As sounddevice.query_devices() and query_hostapis() have them."""
    apis = list(dict.fromkeys(row[1] for row in rows))
    names = [row[0] for row in rows]
    default_index = names.index(default) if default else -1
    host_apis = [
        {"name": api, "default_input_device": default_index, "default_output_device": -1}
        for api in apis
    ]
    entries = [
        {
            "name": name,
            "index": index,
            "hostapi": apis.index(api),
            "max_input_channels": inputs,
            "max_output_channels": outputs,
            "default_samplerate": rate,
        }
        for index, (name, api, inputs, outputs, rate) in enumerate(rows)
    ]
    return entries, host_apis


def microphones(rows: tuple[Row, ...], default: str = "") -> tuple[AudioDevice, ...]:
    return list_devices(*tables(rows, default), Direction.INPUT, lambda: 4)


def labels(rows: tuple[Row, ...]) -> tuple[str, ...]:
    return device_labels(microphones(rows))


def test_the_host_api_stands_beside_names_that_windows_lists_once_per_api() -> None:
    assert labels(WINDOWS) == (
        "Microsoft Sound Mapper - Input",
        "Microphone (Focusrite USB Audio  ·  MME",
        "Microphone (Realtek(R) Audio)  ·  MME",
        "Primary Sound Capture Driver",
        "Microphone (Focusrite USB Audio Interface)  ·  Windows DirectSound",
        "Microphone (Realtek(R) Audio)  ·  Windows DirectSound",
        "Focusrite USB ASIO",
        "Microphone (Focusrite USB Audio Interface)  ·  Windows WASAPI",
        "Microphone (Realtek(R) Audio)  ·  Windows WASAPI",
        "Microphone (Realtek HD Audio Mic input)",
        "Headset (WH-1000XM3 Hands-Free)",
        "Unnamed device",
    )


def test_a_mac_needs_no_host_api_and_numbers_two_of_a_kind() -> None:
    assert labels(MACOS) == (
        "MacBook Pro Microphone",
        "Scarlett 18i20 USB",
        "USB Audio Device",
        "USB Audio Device (2)",
        "BlackHole 16ch",
    )


def test_the_same_card_under_alsa_and_oss_is_told_apart() -> None:
    assert labels(LINUX)[1] == "Scarlett 2i2 USB: Audio (hw:1,0)  ·  ALSA"
    assert labels(LINUX)[7] == "Scarlett 2i2 USB: Audio (hw:1,0)  ·  OSS"
    assert labels(LINUX)[5:7] == ("default", "system")


@pytest.mark.parametrize("rows", [WINDOWS, MACOS, LINUX])
def test_every_device_is_found_again_by_what_is_remembered_of_it(rows: tuple[Row, ...]) -> None:
    devices = microphones(rows)
    assert len({device.key for device in devices}) == len(devices)
    assert len(set(device_labels(devices))) == len(devices)
    for device in devices:
        assert find_device(devices, device.key, Direction.INPUT) is device


def test_a_device_of_the_same_name_in_another_host_api_is_not_taken_instead() -> None:
    without_wasapi = tuple(row for row in WINDOWS if row[1] != "Windows WASAPI")
    key = DeviceKey("Microphone (Realtek(R) Audio)", "Windows WASAPI")
    with pytest.raises(DeviceError, match="Audio\\)  ·  Windows WASAPI” is not connected"):
        find_device(microphones(without_wasapi), key, Direction.INPUT)


def test_a_name_that_was_remembered_without_a_host_api_means_the_first() -> None:
    key = DeviceKey("Microphone (Realtek(R) Audio)")
    assert find_device(microphones(WINDOWS), key, Direction.INPUT).host_api == "MME"


@pytest.mark.parametrize(
    ("rows", "default", "expected"),
    [
        (WINDOWS, "Microphone (Realtek(R) Audio)", "Microphone (Realtek(R) Audio)"),
        (MACOS, "Scarlett 18i20 USB", "Scarlett 18i20 USB"),
        (LINUX, "HDA Intel PCH: ALC295 Analog (hw:0,0)", "default"),
        (MACOS, "", "MacBook Pro Microphone"),
    ],
)
def test_the_systems_default_is_found(rows: tuple[Row, ...], default: str, expected: str) -> None:
    devices = microphones(rows, default)
    assert find_device(devices, SYSTEM_DEFAULT, Direction.INPUT).name == expected


def test_channels_are_those_of_the_hardware_and_not_what_a_plug_in_can_carry() -> None:
    channels = {device.name: device.channels for device in microphones(LINUX)}
    assert channels["Hammerfall MADI: RME (hw:2,0)"] == 64
    assert channels["default"] == channels["pulse"] == 4  # as the sound server says
    assert channels["sysdefault"] == 2  # nobody knows
    assert channels["system"] == 18
    asked: list[int] = []
    list_devices(*tables(LINUX), Direction.INPUT, lambda: asked.append(1))
    assert asked == [1]
    nobody_knows = list_devices(*tables(LINUX), Direction.INPUT)
    assert {d.channels for d in nobody_knows if d.name == "default"} == {2}


def test_the_sound_server_is_asked_only_where_its_door_is_listed() -> None:
    def ask() -> int:
        raise AssertionError("asked")

    assert len(list_devices(*tables(MACOS), Direction.INPUT, ask)) == 5
    assert len(list_devices(*tables(LINUX), Direction.OUTPUT, ask)) == 8


@pytest.mark.parametrize("direction", Direction)
def test_a_machine_without_devices_gets_a_sentence(direction: Direction) -> None:
    with pytest.raises(DeviceError, match=f"No {direction.value} was found. Connect one"):
        find_device((), SYSTEM_DEFAULT, direction)


def test_a_missing_device_shows_its_host_api_only_where_the_name_is_still_there() -> None:
    devices = microphones(WINDOWS)
    gone = DeviceKey("Microphone (Realtek(R) Audio)", "ASIO", 2)
    assert missing_label(devices, gone) == "Microphone (Realtek(R) Audio) (2)  ·  ASIO"
    assert missing_label(devices, DeviceKey("Headset", "MME")) == "Headset"
