"""Time-varying control as extra input channels of the UNet.

Each curve becomes one channel beside the latents, after Sketch2Sound (Garcia et al. 2024) but
concatenated instead of projected. Pitch and brightness enter relative to the clip's own median:
a voice says how a sound moves, the embedding says what it is, and so the same curve serves a
mouse and a lion.
"""

from __future__ import annotations

import numpy as np
import torch

CONTROL_NAMES = ("loudness", "centroid", "pitch", "periodicity")
LOUDNESS_RANGE_DB = 60.0  # below the clip's loudest frame counts as silence
CONTOUR_RANGE_OCTAVES = 2.0  # contours are clipped at this distance from the median
OFFSET = 0.25  # a known value never is zero: zero means "no control"


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


def _contour(frequency_hz: np.ndarray, is_known: np.ndarray) -> np.ndarray:
    """Octaves from the median over known frames, scaled to -1..1; 0 where unknown."""
    contour = np.zeros(len(frequency_hz))
    if is_known.any():
        octaves = np.log2(frequency_hz[is_known] / np.median(frequency_hz[is_known]))
        contour[is_known] = np.clip(octaves / CONTOUR_RANGE_OCTAVES, -1.0, 1.0)
    return contour
