"""QVIM embeddings for callers that do not use torch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock

import numpy as np
import torch

from qvim_studio.audio.activity import most_active
from qvim_studio.audio.resample import resample
from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.checkpoints.encoders import encoder_of
from qvim_studio.core.clip import AudioClip, without_offset
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.text.json_text import as_object, read_json, text_of
from qvim_studio.networks.files.network_file import CONFIG_FILE
from qvim_studio.networks.fused import fused
from qvim_studio.networks.qvim.encoder import Branch, QvimEncoder, encoder_id, load_qvim_encoder
from qvim_studio.networks.qvim.mobilenet import MobileNetV3
from qvim_studio.networks.qvim.qvim_front_end import QVIM_SAMPLE_RATE, QVIM_WINDOW_SAMPLES
from qvim_studio.voice.recent_sounds import RecentSounds

# The level of a take depends on the microphone, not on the imitated sound. Before embedding, every
# imitation and candidate is brought to this RMS, near the middle of the encoder's training levels.
EMBEDDING_RMS_DBFS = -26.0
WINDOW_S = 10.0  # the encoder's window
SILENCE_S = 3  # silence after a shorter sound: as far as the network sees to either side


class Embedder:
    """Wraps an encoder; ``encoder_id`` names its embedding space."""

    def __init__(self, encoder: QvimEncoder) -> None:
        self._encoder = encoder.eval()
        self.encoder_id = encoder_id(encoder)
        self._fused: dict[Branch, MobileNetV3] = {}
        self._recent: RecentSounds[np.ndarray] = RecentSounds()
        self._one_at_a_time = Lock()  # a fused network remembers the length of the window

    @classmethod
    def from_file(cls, path: str | Path) -> Embedder:
        """Load any public layout. Raises CheckpointError."""
        return cls(load_qvim_encoder(path))

    def embed(self, clip: AudioClip, branch: Branch) -> np.ndarray:
        """float32 (960,), unit norm, of the clip's most active 10 s in mono, at its own level."""
        return self._recent.of(clip, branch, lambda: self._embed(clip, branch)).copy()

    @torch.inference_mode()
    def _embed(self, clip: AudioClip, branch: Branch) -> np.ndarray:
        waveform = torch.from_numpy(encoder_samples(clip))[None]
        return self._encoder.embed(waveform, branch)[0].numpy()

    @torch.inference_mode()
    def embed_prepared(self, sounds: Sequence[np.ndarray], branch: Branch) -> np.ndarray:
        """float32 (n, 960) of many sounds, each from ``encoder_samples``. The result is nearly that
        of ``embed`` (cosine 0.995 or more over 30 bundled sounds), in much less time.

        A short sound is followed by three seconds of silence, which stand for the rest of the
        window.
        """
        with self._one_at_a_time:
            if branch not in self._fused:
                self._fused[branch] = fused(getattr(self._encoder, branch))
            found = [self._embed_short(samples, self._fused[branch]) for samples in sounds]
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


def folder_of_encoder(checkpoint: Checkpoint) -> Path:
    """The encoder that a request chose for the checkpoint, else what ``encoder_folder`` finds."""
    chosen = checkpoint.heard_by
    return chosen.folder if chosen else encoder_folder(checkpoint.installed_folder())


def encoder_folder(checkpoint_folder: Path) -> Path:
    """The checkpoint's own encoder, else the imported one that its adapter was trained with, else
    the starter's."""
    own = checkpoint_folder / "qvim"
    if own.is_dir():
        return own
    return encoder_of(_wanted_id(checkpoint_folder)) or resource_path("starter", "qvim")


def _wanted_id(checkpoint_folder: Path) -> str:
    """The id of the encoder that the adapter names; empty without an intact adapter."""
    try:
        config = as_object(read_json(checkpoint_folder / "adapter" / CONFIG_FILE))
        return text_of(config, "encoder_id", "")
    except (OSError, ValueError):
        return ""


@lru_cache(maxsize=2)
def load_embedder(folder: Path) -> Embedder:
    """The embedder of a folder, which all users of the same encoder share. Raises
    CheckpointError."""
    return Embedder.from_file(folder)


def level_for_embedding(clip: AudioClip) -> AudioClip:
    """The clip in mono at the usual RMS of the encoder's training, never clipped."""
    mono = without_offset(clip.mono())
    rms = float(np.sqrt(np.mean(np.square(mono, dtype=np.float64))))
    gain = 10 ** (EMBEDDING_RMS_DBFS / 20) / max(rms, 1e-9)
    return AudioClip.from_mono(mono * gain, clip.sample_rate)


def encoder_samples(clip: AudioClip) -> np.ndarray:
    """The encoder's input for a clip: mono at the encoder's rate, float32 (samples,), at most 11 s
    of the most active stretch.

    One second more than the window keeps the edge of the resampler outside, and sound after the
    window has no influence.
    """
    clip, rate = most_active(clip, WINDOW_S, tail_s=1.0), clip.sample_rate
    mono = clip.mono()
    window = mono[: 10 * rate]
    offset = window[:1] - without_offset(window)[:1]
    return resample(AudioClip.from_mono(mono - offset, rate), QVIM_SAMPLE_RATE).samples[:, 0].copy()
