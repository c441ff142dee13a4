"""Applies a list of edits to a clip, and warns of faults that a sound designer would hear."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qvim_studio.audio import levels, mending
from qvim_studio.audio.resample import resample
from qvim_studio.audio.soundness import (
    NOISE_FLOOR_LIMIT_DBFS,
    NOISE_WINDOW_S,
    is_tail_cut,
    noise_floor_dbfs,
)
from qvim_studio.audio.trim import trim_silence
from qvim_studio.core.clip import AudioClip, has_offset
from qvim_studio.core.errors import UsageError
from qvim_studio.export.files import edits
from qvim_studio.export.files.metadata import Loop

FITTED_PEAK_DBFS = -0.1  # of what was lowered below full scale: the loudest integer is not touched


@dataclass(frozen=True, eq=False)
class FinishedClip:
    """A clip after its edits; ``loop`` if it repeats without a seam."""

    clip: AudioClip
    loop: Loop | None = None


def apply_edits(clip: AudioClip, edit_list: edits.EditList) -> FinishedClip:
    """Apply the edits in order. Raises UsageError if an edit leaves nothing of the clip."""
    is_loop = False
    for edit in edit_list.edits:
        clip = _apply(clip, edit)
        is_loop = is_loop or isinstance(edit, edits.SeamlessLoop)
    return FinishedClip(clip, Loop(0, len(clip.samples)) if is_loop else None)


def fit_full_scale(clip: AudioClip, bit_depth: int) -> tuple[AudioClip, list[str]]:
    """The clip as loud as a file of so many bits can hold it, and a sentence where it is quieter.

    32 bits are floats, which hold everything; players cut what lies above full scale all the same.
    """
    peak = levels.peak_dbfs(clip)
    if peak <= 0.0:
        return clip, []
    if bit_depth == 32:
        note = (
            f"The samples reach {peak:+.1f} dBFS, above full scale: players and samplers cut that. "
            "Normalize the peaks."
        )
        return clip, [note]
    note = (
        f"The samples reach {peak:+.1f} dBFS, and {bit_depth}-bit files end at 0: the sound was "
        f"made {peak - FITTED_PEAK_DBFS:.1f} dB quieter. Choose 32 bits (float) to keep its level, "
        "or normalize the peaks of all sounds."
    )
    return _scale_from(clip, peak, FITTED_PEAK_DBFS), [note]


def warnings_of(clip: AudioClip, *, is_loop: bool = False) -> list[str]:
    """Warnings about noise, phase, offset and a cut-off ending; empty if all is well."""
    found = []
    floor = noise_floor_dbfs(clip)
    if not is_loop and floor is not None and floor > NOISE_FLOOR_LIMIT_DBFS:
        found.append(
            f"The quietest {1000 * NOISE_WINDOW_S:.0f} ms lie at {floor:.0f} dBFS, above "
            f"{NOISE_FLOOR_LIMIT_DBFS:.0f}: there may be noise."
        )
    if clip.channels > 1 and clip.mixing.cancels:
        found.append(
            "The channels are opposite to each other: in mono most of the sound is lost. Flip one "
            'of them: {"kind": "flip", "channel": 2}.'
        )
    mono = clip.mono()
    if has_offset(mono, float(mono.mean()) if len(mono) else 0.0):
        found.append(
            'The sound lies beside zero (a constant offset). Take it away: {"kind": "remove_dc"}.'
        )
    if not is_loop and is_tail_cut(clip):
        found.append("The sound does not end in silence: its tail is cut off. Add a fade-out.")
    return found


def _apply(clip: AudioClip, edit: edits.Edit) -> AudioClip:
    if isinstance(edit, edits.Trim):
        return _trim(clip, edit)
    if isinstance(edit, edits.TrimSilence):
        return trim_silence(clip, edit.threshold_db)
    if isinstance(edit, edits.Fade):
        return levels.fade(clip, edit.in_s, edit.out_s)
    if isinstance(edit, edits.RemoveDc):
        return levels.remove_dc(clip)
    if isinstance(edit, edits.NormalizePeak):
        return _scale_from(clip, levels.peak_dbfs(clip), edit.target_dbfs)
    if isinstance(edit, edits.NormalizeTruePeak):
        return levels.normalize_peak(clip, edit.target_dbtp)
    if isinstance(edit, edits.NormalizeLoudness):
        return _normalize_loudness(clip, edit)
    if isinstance(edit, edits.Resample):
        return resample(clip, edit.sample_rate)
    if isinstance(edit, edits.SetChannels):
        return _set_channels(clip, edit.count)
    if isinstance(edit, edits.RepairClicks):
        return mending.repair_clicks(clip)
    if isinstance(edit, edits.SilencePauses):
        return mending.silence_pauses(clip, edit.threshold_db)
    if isinstance(edit, edits.FlipChannel):
        return _flip(clip, edit.channel)
    return _loop(clip, edit.crossfade_s)


def _trim(clip: AudioClip, edit: edits.Trim) -> AudioClip:
    end_s = clip.duration_s if edit.end_s is None else min(edit.end_s, clip.duration_s)
    begin_s = min(edit.begin_s, clip.duration_s)
    begin, end = (round(seconds * clip.sample_rate) for seconds in (begin_s, end_s))
    samples = clip.samples[begin:end]
    if not len(samples):
        raise UsageError(
            f"The trim starts at {edit.begin_s} s, the clip lasts {clip.duration_s:.2f} s: "
            "nothing is left. Choose an earlier part."
        )
    return AudioClip(np.ascontiguousarray(samples), clip.sample_rate)


def _scale_from(clip: AudioClip, level_db: float, target_db: float) -> AudioClip:
    if level_db <= levels.SILENCE_DBFS:
        return clip
    gain = np.float32(10 ** ((target_db - level_db) / 20))
    return AudioClip(clip.samples * gain, clip.sample_rate)


def _normalize_loudness(clip: AudioClip, edit: edits.NormalizeLoudness) -> AudioClip:
    loudness = levels.loudness_lufs(clip)
    peak = levels.true_peak_dbfs(clip)
    headroom_db = edit.ceiling_dbtp - peak
    gain_db = headroom_db if loudness is None else min(edit.target_lufs - loudness, headroom_db)
    return _scale_from(clip, peak, peak + gain_db)


def _set_channels(clip: AudioClip, count: int) -> AudioClip:
    if clip.channels == count:
        return clip
    if count == 1:
        return AudioClip.from_mono(clip.mono(), clip.sample_rate)
    samples = clip.samples[:, :2] if clip.channels > 2 else np.repeat(clip.samples, 2, axis=1)
    return AudioClip(np.ascontiguousarray(samples), clip.sample_rate)


def _flip(clip: AudioClip, channel: int) -> AudioClip:
    if channel > clip.channels:
        raise UsageError(
            f"There is no channel {channel} to flip, the clip has {clip.channels}. Choose another."
        )
    samples = clip.samples.copy()
    samples[:, channel - 1] *= -1
    return AudioClip(samples, clip.sample_rate)


def _loop(clip: AudioClip, crossfade_s: float) -> AudioClip:
    """The last frames, faded out, are laid over the first, faded in (equal power), and cut."""
    length = round(crossfade_s * clip.sample_rate)
    if not 0 < length <= len(clip.samples) // 2:
        raise UsageError(
            f"A crossfade of {crossfade_s} s needs a clip of twice that, got "
            f"{clip.duration_s:.2f} s. Choose a shorter crossfade."
        )
    angle = 0.5 * np.pi * np.arange(length, dtype=np.float32)[:, None] / length
    samples = clip.samples[:-length].copy()
    samples[:length] = np.sin(angle) * samples[:length] + np.cos(angle) * clip.samples[-length:]
    return AudioClip(samples.astype(np.float32), clip.sample_rate)
