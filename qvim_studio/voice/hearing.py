"""What a sound is like, as the library's search compares it: the ears with what they listen by."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.program.resources import bundled_embeddings, resource_path
from qvim_studio.networks.ears import EARS_DIM, Ears, Features
from qvim_studio.networks.qvim import Branch
from qvim_studio.networks.qvim_front_end import QVIM_SAMPLE_RATE, QVIM_WINDOW_SAMPLES, QvimFrontEnd
from qvim_studio.voice.embedder import Embedder, heard_samples, level_for_embedding, load_embedder
from qvim_studio.voice.likelihood import Calibration, Expectation, KindJudge
from qvim_studio.voice.recent import RecentlyHeard
from qvim_studio.voice.tagger import Tagged, Tagger, tagger_samples

SPECTRUM_RMS = 0.1  # -20 dBFS
MIN_SPECTRUM_SAMPLES = QVIM_SAMPLE_RATE  # shorter sounds are followed by silence
ACTIVE_SHARE = 0.25  # frames louder than this share of a sound's own range count as active


@dataclass(frozen=True, eq=False)
class PreparedSound:
    """What encoder, tagger and spectrum get of one clip: mono samples at their rates and levels."""

    encoder: np.ndarray
    tagger: np.ndarray
    spectrum: np.ndarray

    @classmethod
    def of(cls, clip: AudioClip) -> PreparedSound:
        encoder = heard_samples(level_for_embedding(clip))
        return cls(encoder, tagger_samples(clip), _levelled(encoder[:QVIM_WINDOW_SAMPLES]))


class FeatureExtractor:
    """Encoder, tagger and spectrum, from which the ears hear; they stay as they are."""

    def __init__(self, embedder: Embedder, tagger: Tagger) -> None:
        self.embedder = embedder
        self.tagger = tagger
        self._front_end = QvimFrontEnd()

    @classmethod
    def of_program(cls) -> FeatureExtractor:
        """Those that ship. Raises CheckpointError."""
        return cls(load_embedder(resource_path("starter", "qvim")), Tagger.from_folder())

    @torch.inference_mode()
    def features(
        self, heard: Sequence[PreparedSound], branch: Branch | None, tagged: Tagged | None = None
    ) -> Features:
        """What the ears weigh, a row for each sound.

        branch: of the encoder; without one its part is empty. tagged: what the tagger heard of
        them, if that is known.
        """
        embedding = np.zeros((len(heard), 0), np.float32)
        if branch is not None:
            embedding = self.embedder.embed_heard([sound.encoder for sound in heard], branch)
        tagged = tagged or self.tag(heard)
        spectra = [mean_spectrum(self._front_end, sound.spectrum) for sound in heard]
        return Features(
            torch.from_numpy(embedding),
            torch.from_numpy(tagged.embeddings),
            torch.from_numpy(tagged.steady_scores),
            torch.stack(spectra),
        )

    def tag(self, heard: Sequence[PreparedSound]) -> Tagged:
        """What the tagger hears of them."""
        return self.tagger.listen([sound.tagger for sound in heard])


class Hearing:
    """Hears imitations and sounds in one space; ``encoder_id`` names it."""

    def __init__(self, extractor: FeatureExtractor, ears: Ears, kinds: KindJudge) -> None:
        self.extractor = extractor
        self.ears = ears
        self.kinds = kinds
        self._recent: RecentlyHeard[tuple[np.ndarray, Expectation]] = RecentlyHeard()
        names = f"{extractor.embedder.encoder_id} {ears.id}"
        self.encoder_id = hashlib.sha256(names.encode()).hexdigest()[:16]

    @property
    def tagger(self) -> Tagger:
        return self.extractor.tagger

    def embed(self, clip: AudioClip, branch: Branch) -> np.ndarray:
        """float32 (EARS_DIM,) of the most active 10 s, whatever the level; see networks.ears."""
        return self.embed_clips([clip], branch)[0]

    def embed_clips(self, clips: Sequence[AudioClip], branch: Branch) -> np.ndarray:
        """float32 (n, EARS_DIM) of many clips at once: "imitation" for voices, "reference" for
        sounds."""
        features = self.extractor.features([PreparedSound.of(clip) for clip in clips], branch)
        return self._place(features, branch)

    def hear(self, clip: AudioClip, branch: Branch) -> tuple[np.ndarray, Expectation]:
        """``embed``, and what kind of sound is expected by that clip."""
        heard, expected = self._recent.of(clip, branch, lambda: self._hear(clip, branch))
        return heard.copy(), expected

    def _hear(self, clip: AudioClip, branch: Branch) -> tuple[np.ndarray, Expectation]:
        features = self.extractor.features([PreparedSound.of(clip)], branch)
        heard = self._place(features, branch)
        (expected,) = self.kinds.expect(features, heard, branch)
        return heard[0], expected

    def listen(self, heard: Sequence[PreparedSound]) -> tuple[np.ndarray, np.ndarray]:
        """Of many sounds at once: ``embed_clips`` with "reference", and the tagger's scores
        float32 (n, classes)."""
        tagged = self.extractor.tag(heard)
        features = self.extractor.features(heard, "reference", tagged)
        return self.ears.hear_sounds(features).numpy(), tagged.scores

    def _place(self, features: Features, branch: Branch) -> np.ndarray:
        hear = self.ears.hear_voices if branch == "imitation" else self.ears.hear_sounds
        return hear(features).numpy()

    @staticmethod
    def imagined(embedding: np.ndarray) -> np.ndarray:
        """A query (EARS_DIM,) by an embedding of the encoder's (960,) alone: its dot product with a
        sound is their cosine."""
        return np.pad(2.0 * embedding, (0, EARS_DIM - len(embedding)))


@cache
def program_hearing() -> Hearing:
    """The hearing that ships, read once in a process: checkpoints come and go, its weights stay.

    Raises CheckpointError.
    """
    folder = resource_path("ears")
    ears = Ears.load(folder)
    kinds = KindJudge(ears, Calibration.load(folder), bundled_embeddings)
    return Hearing(FeatureExtractor.of_program(), ears, kinds)


def mean_spectrum(front_end: QvimFrontEnd, samples: np.ndarray) -> torch.Tensor:
    """(128,) of mono samples at 32 kHz: the mean log-mel of the frames that are active."""
    log_mel = front_end(torch.from_numpy(samples)[None])[0, 0]
    level = log_mel.mean(dim=0)
    is_active = level >= level.min() + ACTIVE_SHARE * (level.max() - level.min())
    return log_mel[:, is_active].mean(dim=1)


def _levelled(samples: np.ndarray) -> np.ndarray:
    rms = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0
    padding = max(0, MIN_SPECTRUM_SAMPLES - len(samples))
    return np.pad(samples * np.float32(SPECTRUM_RMS / max(rms, 1e-9)), (0, padding))
