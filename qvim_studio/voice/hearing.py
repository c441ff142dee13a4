"""Embeds sounds and voices for the library's search: the ears with their encoder, tagger and
spectrum."""

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
from qvim_studio.networks.qvim.encoder import Branch
from qvim_studio.networks.qvim.qvim_front_end import (
    QVIM_SAMPLE_RATE,
    QVIM_WINDOW_SAMPLES,
    QvimFrontEnd,
)
from qvim_studio.voice.embedder import Embedder, encoder_samples, level_for_embedding, load_embedder
from qvim_studio.voice.likelihood import Calibration, Expectation, KindJudge
from qvim_studio.voice.recent_sounds import RecentSounds
from qvim_studio.voice.tagger import Tagged, Tagger, tagger_samples

SPECTRUM_RMS = 0.1  # -20 dBFS
MIN_SPECTRUM_SAMPLES = QVIM_SAMPLE_RATE  # shorter sounds are followed by silence
ACTIVE_SHARE = 0.25  # frames louder than this share of a sound's own range count as active


@dataclass(frozen=True, eq=False)
class PreparedSound:
    """The inputs of encoder, tagger and spectrum for one clip: mono samples at their rates and
    levels."""

    encoder: np.ndarray
    tagger: np.ndarray
    spectrum: np.ndarray

    @classmethod
    def of(cls, clip: AudioClip) -> PreparedSound:
        encoder = encoder_samples(level_for_embedding(clip))
        return cls(encoder, tagger_samples(clip), _levelled(encoder[:QVIM_WINDOW_SAMPLES]))


class FeatureExtractor:
    """Encoder, tagger and spectrum, the fixed inputs of the ears."""

    def __init__(self, embedder: Embedder, tagger: Tagger) -> None:
        self.embedder = embedder
        self.tagger = tagger
        self._front_end = QvimFrontEnd()

    @classmethod
    def of_program(cls) -> FeatureExtractor:
        """The extractor of the networks that ship. Raises CheckpointError."""
        return cls(load_embedder(resource_path("starter", "qvim")), Tagger.from_folder())

    @torch.inference_mode()
    def features(
        self, sounds: Sequence[PreparedSound], branch: Branch | None, tagged: Tagged | None = None
    ) -> Features:
        """The features for the ears, a row for each sound.

        branch: of the encoder; None leaves its part empty. tagged: the tagger's results for the
        sounds, if known.
        """
        embedding = np.zeros((len(sounds), 0), np.float32)
        if branch is not None:
            embedding = self.embedder.embed_prepared([sound.encoder for sound in sounds], branch)
        tagged = tagged or self.tag(sounds)
        spectra = [mean_spectrum(self._front_end, sound.spectrum) for sound in sounds]
        return Features(
            torch.from_numpy(embedding),
            torch.from_numpy(tagged.embeddings),
            torch.from_numpy(tagged.steady_scores),
            torch.stack(spectra),
        )

    def tag(self, sounds: Sequence[PreparedSound]) -> Tagged:
        """The tagger's results for the sounds."""
        return self.tagger.listen([sound.tagger for sound in sounds])


class Hearing:
    """Embeds imitations and sounds in one space, named by ``encoder_id``."""

    def __init__(self, extractor: FeatureExtractor, ears: Ears, kinds: KindJudge) -> None:
        self.extractor = extractor
        self.ears = ears
        self.kinds = kinds
        self._recent: RecentSounds[tuple[np.ndarray, Expectation]] = RecentSounds()
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
        """``embed``, with the kinds of sound that the clip stands for."""
        embedding, expected = self._recent.of(clip, branch, lambda: self._hear(clip, branch))
        return embedding.copy(), expected

    def _hear(self, clip: AudioClip, branch: Branch) -> tuple[np.ndarray, Expectation]:
        features = self.extractor.features([PreparedSound.of(clip)], branch)
        embedding = self._place(features, branch)
        (expected,) = self.kinds.expect(features, embedding, branch)
        return embedding[0], expected

    def listen(self, sounds: Sequence[PreparedSound]) -> tuple[np.ndarray, np.ndarray]:
        """The embeddings of many sounds as ``embed_clips`` gives them for "reference", and the
        tagger's scores float32 (n, classes)."""
        tagged = self.extractor.tag(sounds)
        features = self.extractor.features(sounds, "reference", tagged)
        return self.ears.hear_sounds(features).numpy(), tagged.scores

    def _place(self, features: Features, branch: Branch) -> np.ndarray:
        hear = self.ears.hear_voices if branch == "imitation" else self.ears.hear_sounds
        return hear(features).numpy()

    @torch.inference_mode()
    def imagined(self, embedding: np.ndarray) -> np.ndarray:
        """A query (EARS_DIM,) from an embedding of the encoder alone (960,); its dot product with a
        sound is their cosine."""
        refined = self.ears.refined(torch.from_numpy(embedding)[None])[0].numpy()
        return np.pad(2.0 * refined, (0, EARS_DIM - len(refined)))


@cache
def program_hearing() -> Hearing:
    """The hearing that ships, loaded once in a process, whatever checkpoints are loaded.

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
