"""Measures whether a right word is among those offered for a real mouth or voice.

The right words were written by hand from the labels; takes whose label leaves the word open
(mumbling, "animal") are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qvim_studio.audio.files.reading import read_audio
from qvim_studio.audio.trim import trim_take
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import UsageError
from qvim_studio.core.sound_words import SoundWord
from qvim_studio.training.corpus.sets.sound_sets import MANIFEST
from qvim_studio.training.corpus.sets.tables import read_rows

Hear = Callable[[AudioClip], Sequence[SoundWord]]

SPLITS = ("voice_dev", "imitations")
_AIRY = (
    "hiss", "steam", "spray", "wind", "whoosh", "radio static", "sea", "air brake", "snake",
    "waterfall",
)  # fmt: skip
_PAIN = ("grunt", "groan", "scream", "gasp", "moan", "sigh")
_BREATH = ("breath", "gasp", "sigh")
_DEAD = ("groan", "growl", "moan", "grunt", "burp")
_FART = ("fart", "squish")
_POP = ("pop", "plop")
_SUNG = ("song", "hum")
EXPECTED_WORDS: dict[str, tuple[str, ...]] = {
    "deal damage hurt m hurt m": _PAIN,
    "deal damage hurt f hurt f": _PAIN,
    "mon death zombie gibbed zombie gibbed": (
        "squish", "splash", "growl", "groan", "burp", "crunch"
    ),
    "mon death zombie death zombie death": _DEAD,
    "speech zombie speech zombie groan": (*_DEAD, "snore"),
    "speech ferals creepy laugh": ("laugh",),
    "speech ferals die scream": ("scream", "groan", "moan", "gasp"),
    "speech ferals female anguish heavy breathing": _BREATH,
    "speech ferals male heavy breathing": _BREATH,
    "speech ferals male scared heavy breathing": _BREATH,
    "speech ferals female mad whisper": ("whisper",),
    "speech ferals female scream": ("scream",),
    "speech ferals male scream": ("scream",),
    "berd berd": ("bird",),
    "berd beg": ("bird",),
    "cheep ch": ("bird", "squeak", "mouse", "chirp"),
    "aww pity moan audience": ("crowd", "moan", "cheering"),
    "scream girl afraid frightened": ("scream",),
    "scream pain man": ("scream", "groan", "moan"),
    "sexy whistle wow": ("whistle",),
    "cough": ("cough",),
    "evil laughter": ("laugh",),
    "laughter cute": ("laugh",),
    "fart long": _FART,
    "fart powerful": _FART,
    "fart short": _FART,
    "fart wet": _FART,
    "moan eeeyye guy": ("moan", "groan"),
    "shock gasp": ("gasp", "breath", "scream"),
    "snore loop": ("snore", "snort"),
    "clop (mouth)": ("hooves", "footstep", "plop", "wood block", "tap", "knock"),
    "trot (mouth)": ("hooves", "footstep", "horse"),
    "motorcycle (mouth)": ("motorcycle", "engine", "car", "truck"),
    "horse (mouth)": ("horse", "snort"),
    "pop (mouth)": _POP,
    "reverse pop (mouth)": _POP,
    "low fart (mouth)": _FART,
    "high fart (mouth)": _FART,
    "tss (mouth)": ("hi-hat", "hiss", "spray", "steam", "cymbal", "shaker"),
    "puh (mouth)": ("kick drum", "thud", "pop", "bang"),
    "tsk (mouth)": ("click", "tap", "clock"),
    "loogie (mouth)": ("snort", "gargle", "cough"),
    "mouth smack (mouth)": ("plop", "pop", "slap"),
    "smooch (mouth)": ("plop", "pop", "squish", "squeak"),
    "hiss (mouth)": _AIRY,
    "shh (mouth)": _AIRY,
    "fff (mouth)": _AIRY,
    "thh (mouth)": _AIRY,
    "quiet shush shh": _AIRY,
    "laugh evil": ("laugh",),
    "mouse": ("mouse", "squeak"),
    "undead moan": ("moan", "groan", "growl"),
    "vulture": ("bird", "crow"),
    "yak": ("cow",),
    "cheek flaps": ("fart", "squish", "slap"),
    "lip bubbling": ("fart", "bubbles", "engine", "motorcycle"),
    "mouth bubbles": ("bubbles", "plop", "water", "splash"),
    "mouth pop": _POP,
    "pig": ("pig", "snort"),
    "vocal buzz": ("buzz", "fly", "bee", "insect", "hum"),
    "vocal hum": _SUNG,
    "cat meow": ("cat",),
    "sung note": _SUNG,
    "sung pitch bend": _SUNG,
    **{f"sung vowel {vowel}": _SUNG for vowel in ("a", "e", "i", "o", "ou", "u")},
}  # fmt: skip


def word_hit_figures(data_folder: Path, hear: Hear) -> dict[str, Any]:
    """Shares of takes, and of labels (each with its mean), with a right word among those offered.

    Raises UsageError if the folder holds no take that is expected.
    """
    rows = read_rows(data_folder / MANIFEST, ("path", "label", "split"))
    hits: dict[str, list[bool]] = defaultdict(list)
    for row in rows:
        expected = EXPECTED_WORDS.get(row["label"])
        if expected is None or row["split"] not in SPLITS:
            continue
        found = hear(trim_take(read_audio(data_folder / row["path"])))
        hits[row["label"]].append(any(one.word in expected for one in found))
    if not hits:
        raise UsageError(f"{data_folder} holds no real voice whose words are known.")
    return {
        "takes": sum(map(len, hits.values())),
        "labels": len(hits),
        "right_share": float(np.mean([hit for some in hits.values() for hit in some])),
        "right_share_by_label": float(np.mean([float(np.mean(some)) for some in hits.values()])),
        "missed": sorted(label for label, some in hits.items() if not any(some)),
    }
