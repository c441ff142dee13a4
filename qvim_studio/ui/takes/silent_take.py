"""The message about a silent take."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from qvim_studio.audio.devices.channel_levels import TakeLevels
from qvim_studio.core.program.device_key import MIX


def silent_text(levels: TakeLevels) -> str:
    """The message, which names the microphone, the recorded input and the inputs with a signal."""
    sounding = levels.sounding_channels
    name, number = levels.title, levels.channel
    if levels.channel == MIX:
        silent = _tr("The take is silent: the inputs of “{0}” cancel each other in their mix.")
        if not sounding:
            silent = _tr("The take is silent: none of the inputs of “{0}” had a signal.")
    elif len(levels.channel_peaks_db) > 1:
        silent = _tr("The take is silent: input {1} of “{0}” had no signal.")
    else:
        silent = _tr("The take is silent: “{0}” had no signal.")
    advice = _tr("Check the microphone's cable, its switch and its gain, or choose another.")
    if len(sounding) == 1:
        advice = _tr("Input {0} had a signal: switch to it, then record again.").format(sounding[0])
    elif sounding:
        numbers = ", ".join(str(each) for each in sorted(sounding))
        advice = _tr("Inputs {0} had a signal, {1} the loudest: switch to it, then record again.")
        advice = advice.format(numbers, sounding[0])
    elif len(levels.channel_peaks_db) > 1 and number != MIX:
        advice = _tr("Nor had any other of its inputs. {0}").format(advice)
    return f"{silent.format(name, number)} {advice}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("SilentTake", text)
