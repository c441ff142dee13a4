"""QVIM embeddings for callers that know nothing of torch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock

import numpy as np
import torch

from qvim_studio.audio.activity import most_active
from qvim_studio.audio.resample import resample
from qvim_studio.core.clip import AudioClip, without_offset
from qvim_studio.core.program.resources import resource_path
from qvim_studio.networks.fused import fused
from qvim_studio.networks.mobilenet import MobileNetV3
from qvim_studio.networks.qvim import Branch, QvimEncoder, encoder_id, load_qvim_encoder
from qvim_studio.networks.qvim_front_end import QVIM_SAMPLE_RATE, QVIM_WINDOW_SAMPLES
from qvim_studio.voice.recent import RecentlyHeard

# A take's level says how far the microphone was, not what is meant: before embedding every
# imitation and candidate is brought to this RMS, near the middle of the encoder's training levels.
EMBEDDING_RMS_DBFS = -26.0
HEARD_S = 10.0  # the encoder's window
SILENCE_S = 3  # that follows a shorter sound: as far as the network sees to either side


class Embedder:
    """Wraps an encoder; ``encoder_id`` names its embedding space."""

    def __init__(self, encoder: QvimEncoder) -> None:
        self._encoder = encoder.eval()
        self.encoder_id = encoder_id(encoder)
        self._fused: dict[Branch, MobileNetV3] = {}
        self._recent: RecentlyHeard[np.ndarray] = RecentlyHeard()
        self._one_at_a_time = Lock()  # a fused network keeps how long the window really is

    @classmethod
    def from_file(cls, path: str | Path) -> Embedder:
        """Load any public layout. Raises CheckpointError."""
        return cls(load_qvim_encoder(path))

    def embed(self, clip: AudioClip, branch: Branch) -> np.ndarray:
        """float32 (960,), unit norm, of the clip's most active 10 s in mono; its level is kept."""
        return self._recent.of(clip, branch, lambda: self._embed(clip, branch)).copy()

    @torch.inference_mode()
    def _embed(self, clip: AudioClip, branch: Branch) -> np.ndarray:
        waveform = torch.from_numpy(heard_samples(clip))[None]
        return self._encoder.embed(waveform, branch)[0].numpy()

    @torch.inference_mode()
    def embed_heard(self, heard: Sequence[np.ndarray], branch: Branch) -> np.ndarray:
        """float32 (n, 960) of many sounds, each as ``heard_samples`` gives it: nearly as ``embed``
        (cosine 0.995 or more over 30 bundled sounds), but fit for indexing thousands.

        Of the silence after a short sound the network hears three seconds, which stand for the
        rest of its window.
        """
        with self._one_at_a_time:
            if branch not in self._fused:
                self._fused[branch] = fused(getattr(self._encoder, branch))
            found = [self._embed_short(samples, self._fused[branch]) for samples in heard]
        return torch.nn.functional.normalize(torch.cat(found), dim=-1).numpy()

    def _embed_short(self, samples: np.ndarray, network: MobileNetV3) -> torch.Tensor:
        """(1, 960) before normalization."""
        seconds = -(-len(samples) // QVIM_SAMPLE_RATE) + SILENCE_S
        window = min(seconds * QVIM_SAMPLE_RATE, QVIM_WINDOW_SAMPLES)
        waveform = torch.nn.functional.pad(
            torch.from_numpy(samples)[None], (0, window - len(samples))
        )  # negative padding cuts
        spectrogram = self._encoder.front_end(waveform)
        stretch = QVIM_WINDOW_SAMPLES / window
        return network(spectrogram.contiguous(memory_format=torch.channels_last), stretch)


def encoder_folder(checkpoint_folder: Path) -> Path:
    """The checkpoint's own encoder; a foreign checkpoint is ranked by the starter's."""
    own = checkpoint_folder / "qvim"
    return own if own.is_dir() else resource_path("starter", "qvim")


@lru_cache(maxsize=2)
def load_embedder(folder: Path) -> Embedder:
    """One for all who listen by the same encoder. Raises CheckpointError."""
    return Embedder.from_file(folder)


def level_for_embedding(clip: AudioClip) -> AudioClip:
    """The clip as mono at the RMS that the encoder was trained around, never clipped."""
    mono = without_offset(clip.mono())
    rms = float(np.sqrt(np.mean(np.square(mono, dtype=np.float64))))
    gain = 10 ** (EMBEDDING_RMS_DBFS / 20) / max(rms, 1e-9)
    return AudioClip.from_mono(mono * gain, clip.sample_rate)


def heard_samples(clip: AudioClip) -> np.ndarray:
    """What the encoder hears of a clip: mono at its rate, float32 (samples,), 11 s at most, from
    where it is most active.

    One second more than its window: the resampler's edge stays outside it, and what lies behind the
    window moves nothing.
    """
    clip, rate = most_active(clip, HEARD_S, tail_s=1.0), clip.sample_rate
    mono = clip.mono()
    window = mono[: 10 * rate]
    offset = window[:1] - without_offset(window)[:1]
    return resample(AudioClip.from_mono(mono - offset, rate), QVIM_SAMPLE_RATE).samples[:, 0].copy()
