"""``qvim-studio evaluate music``: judges what a tuned checkpoint makes of held-out voices.

The untuned checkpoint and the music of other voices are the comparison.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from qvim_studio.audio.files.reading import read_audio
from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import StudioError
from qvim_studio.evaluation.clips import spread
from qvim_studio.evaluation.music_figures import (
    EMBEDDING,
    FRECHET_ROUNDS,
    EmbedPieces,
    MusicFeatures,
    music_scores,
    score_differences,
)
from qvim_studio.evaluation.music_makers import MusicgenMaker, MusicMaker, VoiceMaker
from qvim_studio.families.known import family_of
from qvim_studio.families.musicgen.family import FAMILY
from qvim_studio.families.musicgen.low_rank import LOW_RANK_FOLDER
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.training.corpus.music.music_pairs import MusicPair, held_out_groups

log = logging.getLogger(__name__)

MUSIC_S = 20.0  # of each pair, at most
TUNED, UNTUNED, FOREIGN = "tuned", "untuned", "music of another voice"
VOICE, WORDS_TOO = "voice", "voice and words"


@dataclass(frozen=True, eq=False)
class MusicCase:
    """One evaluated pair, whose sounds begin together and have the same length."""

    name: str
    voice: AudioClip
    music: AudioClip
    words: str


@dataclass(frozen=True, eq=False)
class MusicEvaluation:
    """figures: plain values for the report. made: by model and condition, a clip for each case."""

    figures: dict[str, Any]
    cases: tuple[MusicCase, ...]
    made: dict[tuple[str, str], tuple[AudioClip, ...]]


def choose_cases(
    pairs: Sequence[MusicPair], count: int, seconds: float = MUSIC_S
) -> tuple[list[MusicCase], bool]:
    """At most ``count`` of the pairs that training holds out, and whether they are held out:
    without such pairs, all pairs count."""
    groups = held_out_groups(pair.group for pair in pairs)
    held_out = [pair for pair in pairs if pair.group in groups]
    cases = []
    for pair in spread(held_out or pairs, count):
        voice, music = read_audio(pair.voice), read_audio(pair.music)
        length_s = min(seconds, voice.duration_s, music.duration_s)
        name = f"{pair.group}: {pair.voice.stem}"
        cases.append(MusicCase(name, _cut(voice, length_s), _cut(music, length_s), pair.words))
    return cases, bool(held_out)


def evaluate_music(
    checkpoint: Checkpoint,
    plan: ComputePlan,
    low_rank: Path | None,
    cases: Sequence[MusicCase],
    embed: EmbedPieces,
    rounds: int = FRECHET_ROUNDS,
    untuned: Checkpoint | None = None,
) -> MusicEvaluation:
    """Make music for every case, tuned and untuned, of the voice alone and with words.

    low_rank: of MusicGen, the folder of the changes; None means the folder beside the checkpoint's
    weights. untuned: the checkpoint that any other one was tuned from.
    Raises StudioError without what was tuned or the untuned, or if the checkpoint hears no voice.
    """
    makers = _makers(checkpoint, plan, low_rank, untuned)
    wanted = [MusicFeatures.of(case.music, embed) for case in cases]
    made: dict[tuple[str, str], tuple[AudioClip, ...]] = {}
    for model, make_maker in makers.items():
        maker = make_maker()
        for condition in (VOICE, WORDS_TOO):
            has_words = condition == WORDS_TOO
            if has_words and not (maker.reads_words and any(case.words for case in cases)):
                continue
            made[model, condition] = tuple(
                maker.make(case.voice, case.words if has_words else "", seed)
                for seed, case in enumerate(cases)
            )
            log.info("%s, %s: %d made", model, condition, len(cases))
        maker.close()
    features = {
        key: [MusicFeatures.of(clip, embed) for clip in clips] for key, clips in made.items()
    }
    scores = {
        condition: {
            model: music_scores(features[model, condition], wanted, rounds)
            for model in (TUNED, UNTUNED)
        }
        | {
            "difference": score_differences(
                features[TUNED, condition], features[UNTUNED, condition], wanted
            )
        }
        for condition in (VOICE, WORDS_TOO)
        if (TUNED, condition) in features
    }
    foreign = [*wanted[1:], *wanted[:1]]
    figures = {
        "pairs": len(cases),
        "seconds": sum(case.music.duration_s for case in cases),
        "embedding": EMBEDDING,
        "conditions": scores,
        FOREIGN: music_scores(foreign, wanted, rounds) if len(cases) > 1 else None,
    }
    return MusicEvaluation(figures, tuple(cases), made)


def _makers(
    checkpoint: Checkpoint, plan: ComputePlan, low_rank: Path | None, untuned: Checkpoint | None
) -> dict[str, Callable[[], MusicMaker]]:
    """What loads each model in turn, for two at once may not fit."""
    if family_of(checkpoint) is FAMILY:
        folder = low_rank or checkpoint.installed_folder() / LOW_RANK_FOLDER
        if not folder.is_dir():
            raise StudioError(
                f"There is no {folder}, which holds what was learned. Make it with qvim-studio "
                "train music, and name it with --lora."
            )
        return {
            model: partial(MusicgenMaker, checkpoint, plan, folder, is_changed=model == TUNED)
            for model in (TUNED, UNTUNED)
        }
    if low_rank is not None:
        raise StudioError(
            f"{checkpoint.title} is no MusicGen, of which alone --lora speaks. Leave it out; a "
            "tuned AudioLDM is a checkpoint of its own."
        )
    if untuned is None or untuned.id == checkpoint.id:
        raise StudioError(
            f"{checkpoint.title} is compared with the checkpoint that it was tuned from, and names "
            "none. Name that checkpoint with --untuned."
        )
    return {
        model: partial(VoiceMaker, each, plan)
        for model, each in ((TUNED, checkpoint), (UNTUNED, untuned))
    }


def _cut(clip: AudioClip, seconds: float) -> AudioClip:
    frames = round(seconds * clip.sample_rate)
    return AudioClip(np.ascontiguousarray(clip.samples[:frames]), clip.sample_rate)
