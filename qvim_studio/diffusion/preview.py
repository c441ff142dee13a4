"""Pictures of a forming sound: the sound that the sampler expects, decoded by the VAE.

They take a little time and do not change the result, because no random number is drawn for them.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import torch

from qvim_studio.audio.resample import mono_at
from qvim_studio.core.clip import AudioClip
from qvim_studio.networks.mel import HOP, LOG_FLOOR, SAMPLE_RATE, MelSpectrogram

TIME_SHARE = 0.05  # of the denoising time that all pictures together may take
FIRST_SHARE = 0.3  # of the steps of a batch; earlier pictures show nothing but noise
RANGE = 9.0  # of the picture, in natural-log units (78 dB), as the studio's own spectrograms

Clock = Callable[[], float]


class Previewer:
    """Decides when a picture is worth its time. One object serves all batches of a request.

    decode: latents (1, channels, frames, bins) → log-mel (1, 1, 4 frames, mels), in the same parts
    as the result, because other parts would show seams. steps: of all batches together. columns: of
    a picture; later columns are padding.
    """

    def __init__(
        self,
        decode: Callable[[torch.Tensor], torch.Tensor],
        steps: int,
        columns: int,
        clock: Clock = time.perf_counter,
    ) -> None:
        self._decode = decode
        self._steps = steps
        self._columns = columns
        self._clock = clock
        self._done = 0
        self._working_s = 0.0
        self._looking_s = 0.0
        self._pictures = 0
        self._last_s = clock()

    def begin_batch(self) -> None:
        """Begin a batch; the time since the last step does not count as denoising."""
        self._last_s = self._clock()

    def after_step(self, share: float, estimate: Callable[[], torch.Tensor]) -> np.ndarray | None:
        """The picture of the first sound of the batch; None if it is not due.

        share: of this batch's steps that are done. estimate: returns the expected clean latents
        (batch, channels, frames, bins); called only if needed. See ``picture_of_mel``.
        """
        self._done += 1
        self._working_s += self._clock() - self._last_s
        picture = None
        if share >= FIRST_SHARE and share < 1.0 and self._is_due():
            began_s = self._clock()
            with torch.inference_mode():
                picture = picture_of_mel(self._decode(estimate()[:1]), self._columns)
            self._looking_s += self._clock() - began_s
            self._pictures += 1
        self._last_s = self._clock()
        return picture

    def _is_due(self) -> bool:
        """Whether the time spent on denoising allows the next picture; for the first one, the
        expected time counts."""
        step_s = self._working_s / self._done
        if not self._pictures:
            return step_s <= TIME_SHARE * step_s * self._steps  # a decode is about a step
        cost_s = self._looking_s / self._pictures
        return self._looking_s + cost_s <= TIME_SHARE * self._working_s + cost_s * FIRST_SHARE


def picture_of_mel(log_mel: torch.Tensor, columns: int) -> np.ndarray:
    """Log-mel (1, 1, frames, mels) → uint8 (mels, columns), 255 loudest, the lowest band first."""
    values = log_mel[0, 0, :columns].float().cpu().numpy().T
    loudest = max(float(values.max()), LOG_FLOOR + RANGE)
    share = np.clip(1.0 + (values - loudest) / RANGE, 0.0, 1.0)
    return (255 * share).astype(np.uint8)


def picture_of_sound(clip: AudioClip) -> np.ndarray:
    """The picture of any sound, for generators without previews."""
    mono = torch.from_numpy(mono_at(clip, SAMPLE_RATE))
    return picture_of_mel(MelSpectrogram()(mono[None]), -(-len(mono) // HOP))
