"""Synthetic imitations of the whole corpus, rendered once and cached."""

from __future__ import annotations

import argparse
import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qvim_studio.training.corpus import Corpus, load_corpus
from qvim_studio.training.voice_renderer import render_imitation

log = logging.getLogger(__name__)

SAMPLE_RATE = 32_000
MAX_SECONDS = 4.0  # people imitate the beginning of a long sound
CACHE_FILE = "imitations.npz"


@dataclass(frozen=True, eq=False)
class ImitationSet:
    """Renders of every corpus item, mono at 32 kHz. starts: (items, renders + 1) offsets."""

    audio: np.ndarray
    starts: np.ndarray

    @property
    def renders(self) -> int:
        return self.starts.shape[1] - 1

    def samples(self, item: int, render: int) -> np.ndarray:
        """float32 (frames,) of one render."""
        begin, end = self.starts[item, render : render + 2]
        return self.audio[begin:end].astype(np.float32)


def load_or_render(corpus: Corpus, renders: int = 3, seed: int = 0) -> ImitationSet:
    """Read the corpus folder's cache, or render every item ``renders`` times."""
    path = corpus.folder / CACHE_FILE
    if not path.is_file():
        _render(corpus, renders, seed, path)
    stored = np.load(path)
    return ImitationSet(stored["audio"], stored["starts"])


def _render(corpus: Corpus, renders: int, seed: int, path: Path) -> None:
    parts: list[np.ndarray] = []
    starts = np.zeros((len(corpus.items), renders + 1), np.int64)
    offset = 0
    for index, item in enumerate(corpus.items):
        sound = corpus.samples(item, SAMPLE_RATE)[: int(MAX_SECONDS * SAMPLE_RATE)]
        starts[index, 0] = offset
        for render in range(renders):
            rng = np.random.default_rng((seed, index, render))
            parts.append(render_imitation(sound, SAMPLE_RATE, rng).astype(np.float16))
            offset += len(parts[-1])
            starts[index, render + 1] = offset
        if index % 200 == 0:
            log.info("rendered imitations of %d of %d sounds", index, len(corpus.items))
    np.savez(path, audio=np.concatenate(parts), starts=starts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--renders", type=int, default=3)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    load_or_render(load_corpus(arguments.corpus), arguments.renders)


if __name__ == "__main__":
    main()
