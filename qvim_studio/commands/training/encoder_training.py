"""``qvim-studio train`` qvim, distill, ears and calibration: how voices and sounds are heard."""

from __future__ import annotations

import argparse

from qvim_studio.commands.training.training_folders import corpus_folder
from qvim_studio.core.errors import UsageError
from qvim_studio.core.program.resources import resource_path
from qvim_studio.training.corpus.corpus import load_corpus

QVIM_SHARES = (0.35, 0.5, 0.15)  # of the encoder's minutes: all of it, its upper half, last layer


def train_qvim(options: argparse.Namespace) -> None:
    from qvim_studio.training.encoder import qvim, qvim_finish, qvim_upper
    from qvim_studio.training.trainers.targets import STARTER_CLAP_ID, load_targets
    from qvim_studio.training.trainers.teacher import find_teacher_file

    load_targets(load_corpus(corpus_folder(options)), STARTER_CLAP_ID)  # else nothing to learn
    whole, upper, finish = (share * options.minutes for share in QVIM_SHARES)
    corpus, run_folder = corpus_folder(options), options.runs / "qvim"
    weights = options.weights or find_teacher_file()
    qvim.run(corpus, run_folder, whole, weights)
    qvim_upper.run(corpus, run_folder, upper, weights)
    qvim_finish.run(corpus, run_folder, finish)


def train_distill(options: argparse.Namespace) -> None:
    from qvim_studio.training.encoder import distillation

    if options.weights is None:
        raise UsageError(
            "The encoder learns from EfficientAT's tagger mn04_as. Give its safetensors file with "
            "--weights."
        )
    own = options.runs / "qvim" / "finish" / "qvim"
    distillation.run(
        corpus_folder(options),
        options.runs / "distillation",
        options.minutes,
        own if own.is_dir() else resource_path("starter", "qvim"),
        options.weights,
        options.audio,
    )


def train_ears(options: argparse.Namespace) -> None:
    from qvim_studio.training.encoder import ears

    runs, target = options.runs / "ears", resource_path("ears")
    ears.run(corpus_folder(options), runs, target, options.audio, options.weights)


def train_calibration(options: argparse.Namespace) -> None:
    from qvim_studio.training.encoder import ears_calibration

    corpus = corpus_folder(options)
    ears_calibration.run(corpus, options.runs / "ears", resource_path("ears"), options.audio)
