"""``qvim-studio train`` film, joint and music: whole checkpoints are tuned to what voices mean."""

from __future__ import annotations

import argparse

from qvim_studio.commands.training.training_folders import corpus_folder, made, run_folder
from qvim_studio.core.errors import UsageError


def train_film(options: argparse.Namespace) -> None:
    _tune(options, is_joint=False)


def train_joint(options: argparse.Namespace) -> None:
    _tune(options, is_joint=True)


def train_music(options: argparse.Namespace) -> None:
    from qvim_studio.families.catalog import find_checkpoint
    from qvim_studio.training.trainers import music

    if options.pairs is None:
        raise UsageError(
            "Music of voices is learned from pairs of both. Give a table with the columns voice, "
            "music, words and group with --pairs."
        )
    checkpoint = find_checkpoint(options.checkpoint)
    training = music.MusicTraining(stored_bits=options.stored_bits)
    music.run(options.pairs, run_folder(options, "music"), options.minutes, checkpoint, training)


def _tune(options: argparse.Namespace, *, is_joint: bool) -> None:
    from qvim_studio.families.catalog import find_checkpoint
    from qvim_studio.training.encoder.qvim_finish import EMBEDDINGS_FILE
    from qvim_studio.training.trainers import film

    if not 0.0 <= options.words <= 1.0:
        raise UsageError(f"--words must be a share of 0 to 1, got {options.words:g}.")
    film.run(
        corpus_folder(options),
        run_folder(options, options.part),
        options.minutes,
        find_checkpoint(options.checkpoint),
        made(options, f"qvim/{EMBEDDINGS_FILE}", "qvim"),
        is_joint=is_joint,
        options=film.FilmTraining(words_share=options.words),
    )
