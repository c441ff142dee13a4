"""Describes in words whether a clip can be used unchanged."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from qvim_studio.audio.soundness import Flaw, Soundness
from qvim_studio.session.figures import filled


def soundness_text(soundness: Soundness | None) -> str:
    """ "noise floor -82 dBFS, up to 15.2 kHz, peak -1.0 dBTP"; "" if unknown."""
    if soundness is None:
        return ""
    floor = soundness.noise_floor_dbfs
    parts = [] if floor is None else [_tr("noise floor {0:.0f} dBFS").format(floor)]
    parts.append(filled(_tr("up to {0:.1f} kHz"), soundness.reach_hz / 1000))
    parts.append(filled(_tr("peak {0:.1f} dBTP"), soundness.true_peak_dbfs))
    return ", ".join(parts)


def flaws_text(soundness: Soundness | None) -> str:
    """ "noise in its pauses, 2 clicks"; "" without flaws."""
    if soundness is None:
        return ""
    words = {
        Flaw.NOISE: _tr("noise in its pauses"),
        Flaw.PEAK: _tr("peaks that are cut off"),
        Flaw.OFFSET: _tr("a constant offset"),
        Flaw.CLICKS: _tr("clicks"),
        Flaw.TAIL: _tr("a tail that is cut off"),
    }
    return ", ".join(words[flaw] for flaw in soundness.flaws)


def _tr(text: str) -> str:
    return QCoreApplication.translate("SoundnessText", text)
