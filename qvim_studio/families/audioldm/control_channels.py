"""Time-varying control as extra input channels of the UNet.

Each curve becomes one channel beside the latents, after Sketch2Sound (Garcia et al. 2024) but
concatenated instead of projected. Pitch and brightness enter relative to the clip's own median:
a voice sets how a sound moves and the embedding sets what it is, so the same curve serves a mouse
and a lion.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from qvim_studio.audio.following.controls import extract_controls, fit_controls, smooth_controls
from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.audioldm.sizes import LATENT_BINS, MEL_PER_LATENT
from qvim_studio.networks.mel import HOP, SAMPLE_RATE

if TYPE_CHECKING:
    from qvim_studio.families.protocol import Asked

CONTROL_NAMES = ("loudness", "centroid", "pitch", "periodicity")
LOUDNESS_RANGE_DB = 60.0  # by the clip's loudest frame; quieter frames count as silence
CONTOUR_RANGE_OCTAVES = 2.0  # contours are clipped at this distance from the median
OFFSET = 0.25  # known values are never zero, because zero means "no control"


def control_channels(
    loudness_db: np.ndarray,
    centroid_hz: np.ndarray,
    pitch_hz: np.ndarray,
    periodicity: np.ndarray,
    latent_bins: int,
) -> torch.Tensor:
    """Curves of shape (latent_frames,), one value per 40 ms → (1, 4, latent_frames, latent_bins).

    pitch_hz is 0 where unvoiced. An all-zero channel (set by the caller) drops that control.
    """
    loudness = loudness_db - loudness_db.max()
    audible = loudness > -LOUDNESS_RANGE_DB
    channels = [
        OFFSET + np.clip(1.0 + loudness / LOUDNESS_RANGE_DB, 0.0, 1.0),
        OFFSET + 0.5 + 0.5 * _contour(centroid_hz, audible & (centroid_hz > 0)),
        OFFSET + 0.5 + 0.5 * _contour(pitch_hz, audible & (pitch_hz > 0)),
        OFFSET + periodicity * audible,
    ]
    stacked = torch.from_numpy(np.stack(channels).astype(np.float32))
    return stacked[None, :, :, None].expand(-1, -1, -1, latent_bins).contiguous()


def check_curves(names: Sequence[str], folder: Path) -> None:
    """Raises CheckpointError for a curve that nobody computes here."""
    if unknown := [name for name in names if name not in CONTROL_NAMES]:
        raise CheckpointError(
            f"The weights in {folder} follow the curve {unknown[0]!r}, expected some of "
            f"{', '.join(CONTROL_NAMES)}. Use weights that were trained for these."
        )


def asked_channels(
    asked: Asked, names: Sequence[str], frames: int, *, is_added: bool
) -> torch.Tensor | None:
    """The curves of these names that a request follows, (1, names, frames, bins).

    is_added: whether the UNet was made without curves. Without a voice or at follow 0 its added
    layers are passed by (None), and a UNet that was made with curves gets zeros, "no control".
    """
    if not names:
        return None
    if asked.followed is None or asked.follow <= 0.0:
        return None if is_added else torch.zeros(1, len(names), frames, LATENT_BINS)
    padded = np.zeros(frames * MEL_PER_LATENT * HOP, np.float32)
    count = min(len(padded), round(asked.duration_s * SAMPLE_RATE))
    usable = asked.followed.samples[:count, 0]
    padded[: len(usable)] = usable
    curves = smooth_controls(extract_controls(padded, SAMPLE_RATE), asked.follow)
    curves = fit_controls(curves, frames)
    channels = control_channels(
        curves.loudness_db,
        curves.centroid_hz,
        curves.pitch_hz,
        curves.periodicity,
        latent_bins=LATENT_BINS,
    )
    return channels[:, [CONTROL_NAMES.index(name) for name in names]]


def _contour(frequency_hz: np.ndarray, is_known: np.ndarray) -> np.ndarray:
    """Octaves from the median over known frames, scaled to -1..1; 0 where unknown."""
    contour = np.zeros(len(frequency_hz))
    if is_known.any():
        octaves = np.log2(frequency_hz[is_known] / np.median(frequency_hz[is_known]))
        contour[is_known] = np.clip(octaves / CONTOUR_RANGE_OCTAVES, -1.0, 1.0)
    return contour
