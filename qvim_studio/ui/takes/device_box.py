"""Fills combo boxes with microphones, loudspeakers and inputs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox

from qvim_studio.audio.devices.device_list import AudioDevice, device_labels, missing_label
from qvim_studio.core.program.device_key import FIRST_INPUT, MIX, SYSTEM_DEFAULT, DeviceKey


def fill_device_box(
    box: QComboBox, devices: Sequence[AudioDevice], chosen: DeviceKey, default_text: str
) -> None:
    """Offer these devices and the system's default; a chosen absent device stays, disabled."""
    box.clear()
    box.addItem(default_text, SYSTEM_DEFAULT)
    for device, label in zip(devices, device_labels(devices), strict=True):
        box.addItem(label, device.key)
    index = device_index(box, chosen)
    if index < 0:
        text = _tr("{0} (not connected)").format(missing_label(devices, chosen))
        box.addItem(text, chosen)
        index = box.count() - 1
        model = box.model()
        if isinstance(model, QStandardItemModel):
            model.item(index).setEnabled(False)
    box.setCurrentIndex(index)


def device_index(box: QComboBox, key: DeviceKey) -> int:
    """The index of a device in the box, -1 if absent; a key without a host API finds the first
    device of its name."""
    keys = [box.itemData(index) for index in range(box.count())]
    if key in keys:
        return keys.index(key)
    if key.host_api:
        return -1
    return next((index for index, each in enumerate(keys) if each.name == key.name), -1)


def fill_input_box(box: QComboBox, device: AudioDevice | None, channel: int) -> None:
    """Offer the inputs of a microphone and their mix."""
    box.clear()
    count = 1 if device is None else device.channels
    for number in range(FIRST_INPUT, count + 1):
        box.addItem(input_title(number), number)
    if count > 1:
        box.addItem(input_title(MIX), MIX)
    index = box.findData(channel)
    if index < 0:
        box.addItem(_tr("{0} (not there)").format(input_title(channel)), channel)
        index = box.count() - 1
    box.setCurrentIndex(index)
    box.setEnabled(box.count() > 1)


def input_title(channel: int) -> str:
    """The title of an input; see InputChoice."""
    return _tr("Mix of all inputs") if channel == MIX else _tr("Input {0}").format(channel)


def _tr(text: str) -> str:
    return QCoreApplication.translate("DeviceBox", text)
