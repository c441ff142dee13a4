"""Names the usual finishings of sound designers, as lists of edits."""

from __future__ import annotations

from collections.abc import Mapping

from qvim_studio.core.errors import UsageError
from qvim_studio.export.files.edits import (
    Edit,
    EditList,
    Fade,
    NormalizeLoudness,
    NormalizeTruePeak,
    RemoveDc,
    Resample,
    SeamlessLoop,
    SetChannels,
    TrimSilence,
)

_CLEAN = (TrimSilence(), RemoveDc())
# Before the sample rate and the channels are changed, and after it.
_PRESETS: Mapping[str, tuple[tuple[Edit, ...], tuple[Edit, ...]]] = {
    "as_is": ((), ()),
    "clean": (_CLEAN, (Fade(),)),
    "peak_1": (_CLEAN, (Fade(), NormalizeTruePeak(-1.0))),
    "peak_3": (_CLEAN, (Fade(), NormalizeTruePeak(-3.0))),
    "peak_6": (_CLEAN, (Fade(), NormalizeTruePeak(-6.0))),
    "loudness_23": (_CLEAN, (Fade(), NormalizeLoudness(-23.0))),
    "loop": (_CLEAN, (SeamlessLoop(), NormalizeTruePeak(-1.0))),
}
PRESETS = tuple(_PRESETS)


def finishing(preset: str, sample_rate: int | None = None, channels: int | None = None) -> EditList:
    """The edits of a preset; None keeps a sound's own rate or channels. Raises UsageError."""
    if preset not in _PRESETS:
        raise UsageError(
            f"There is no finishing {preset!r}, expected one of {', '.join(PRESETS)}. Choose one."
        )
    before, after = _PRESETS[preset]
    middle: tuple[Edit, ...] = ()
    if channels is not None:
        middle += (SetChannels(channels),)
    if sample_rate is not None:
        middle += (Resample(sample_rate),)
    return EditList((*before, *middle, *after))
