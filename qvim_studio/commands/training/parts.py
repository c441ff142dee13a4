"""``qvim-studio train PART``: runs one trainer in the folders that all of them share."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from qvim_studio.audio.files.reading import check_output_folder, refused_folder
from qvim_studio.commands.training import encoder_training as encoder
from qvim_studio.commands.training import pairs_training
from qvim_studio.commands.training.training_folders import (
    STARTER_ID,
    corpus_folder,
    made,
    run_folder,
)
from qvim_studio.core.errors import UNWRITABLE, UsageError
from qvim_studio.core.program.resources import resource_path
from qvim_studio.training.corpus.corpus import Corpus, load_corpus
from qvim_studio.training.loop.machine import leave_processes, prepared_process


def build_data(
    options: argparse.Namespace, say: Callable[[list[str]], None] = lambda lines: None
) -> dict[str, Any]:
    """Make the training set that every trainer reads; first say what the inputs name.

    say: lines for the terminal, before anything is built.
    """
    from qvim_studio.training.corpus.build import build_corpus
    from qvim_studio.training.corpus.sets.column_map import parse_column_map
    from qvim_studio.training.corpus.sets.layouts import read_layout
    from qvim_studio.training.corpus.sets.survey import Survey, survey_listing

    columns = None if options.map is None else parse_column_map(options.map)
    surveys: list[Survey] = []

    def note(survey: Survey) -> None:
        surveys.append(survey)
        say(survey.sentences())

    facts: dict[str, Any] = {"summary": []}
    if options.check:
        for source in options.inputs:
            note(survey_listing(read_layout(source, columns)))
        facts["summary"] = [sentence for survey in surveys for sentence in survey.notes]
    else:
        report = build_corpus(options.inputs, corpus_folder(options), columns, note)
        facts = {
            "corpus": str(corpus_folder(options)),
            "summary": report.sentences(),
            **asdict(report),
        }
    return {"inputs": [asdict(survey) for survey in surveys], **facts}


def train(
    options: argparse.Namespace,
    evaluation: Sequence[str] = (),
    category_of: Callable[[str], str] = lambda words: "",
) -> dict[str, Any]:
    """Run the trainer of ``options.part``, which resumes an earlier run.

    evaluation: lines for the starter's model card. category_of: the UCS CatID of some words, for
    the library.
    """
    options.evaluation_lines = tuple(evaluation)
    options.category_of = category_of
    if options.minutes <= 0:
        raise UsageError(f"--minutes must be positive, got {options.minutes}.")
    try:
        with prepared_process(options.threads):
            PARTS[options.part](options)
    except OSError as error:
        check_output_folder(options.runs)
        if error.errno in UNWRITABLE:
            raise refused_folder(options.runs, error) from error
        raise
    finally:
        leave_processes()
    return {"part": options.part, "runs": str(options.runs)}


def _imitations(options: argparse.Namespace) -> None:
    from qvim_studio.training.corpus.imitations import load_or_render

    load_or_render(load_corpus(corpus_folder(options)))


def _targets(options: argparse.Namespace) -> None:
    from qvim_studio.families.catalog import find_checkpoint
    from qvim_studio.training.corpus.imitations import load_or_render
    from qvim_studio.training.trainers import targets, teacher

    corpus = load_corpus(corpus_folder(options))
    imitations = load_or_render(corpus)
    if options.checkpoint == STARTER_ID:
        teacher.make_targets(corpus, imitations, options.weights or teacher.find_teacher_file())
    else:
        checkpoint = find_checkpoint(options.checkpoint)
        targets.make_clap_targets(corpus, imitations, checkpoint)


def _restore(options: argparse.Namespace) -> None:
    from qvim_studio.families.catalog import find_checkpoint
    from qvim_studio.networks.qvim.encoder import load_qvim_encoder
    from qvim_studio.training.encoder import qvim_finish
    from qvim_studio.training.starter import starter

    load_corpus(corpus_folder(options))  # before 60 MB are copied
    starter.restore(find_checkpoint(options.checkpoint).installed_folder(), options.runs)
    folder = options.runs / "qvim"
    finished = load_qvim_encoder(folder / "finish" / "qvim")
    qvim_finish.embed_corpus(corpus_folder(options), folder, finished)


def _clap(options: argparse.Namespace) -> None:
    from qvim_studio.training.trainers import clap
    from qvim_studio.training.trainers.meanings import SentenceEncoder, find_encoder

    encoder = SentenceEncoder(find_encoder())
    clap.run(corpus_folder(options), options.runs / "clap", options.minutes, encoder)


def _vae(options: argparse.Namespace) -> None:
    from qvim_studio.training.trainers import vae

    vae.run(corpus_folder(options), options.runs / "vae", options.minutes)


def _vocoder(options: argparse.Namespace) -> None:
    from qvim_studio.training.trainers import vocoder

    vocoder.run(corpus_folder(options), options.runs / "vocoder", options.minutes)


def _decoder(options: argparse.Namespace) -> None:
    from qvim_studio.training.trainers import decoder

    decoder.run(
        corpus_folder(options),
        options.runs / "decoder",
        options.minutes,
        made(options, "vae/vae", "vae"),
        made(options, "vocoder/vocoder", "vocoder"),
    )


def _bandwidth(options: argparse.Namespace) -> None:
    from qvim_studio.training.trainers import bandwidth

    bandwidth.run(
        corpus_folder(options),
        options.runs / "bandwidth",
        options.minutes,
        made(options, "decoder/vae", "decoder"),
        made(options, "decoder/vocoder", "decoder"),
    )


def _light(options: argparse.Namespace) -> None:
    from qvim_studio.families.catalog import find_checkpoint
    from qvim_studio.training.trainers import light

    light.run(
        corpus_folder(options),
        run_folder(options, "light"),
        options.minutes,
        find_checkpoint(options.checkpoint).installed_folder() / "vae",
    )


def _adapter(options: argparse.Namespace) -> None:
    from qvim_studio.families.catalog import find_checkpoint
    from qvim_studio.training.encoder.qvim_finish import EMBEDDINGS_FILE
    from qvim_studio.training.trainers import adapter
    from qvim_studio.training.trainers.targets import STARTER_CLAP_ID

    embeddings = options.encoder and _own_embeddings(options)
    ids = (STARTER_CLAP_ID, STARTER_ID)
    if options.checkpoint != STARTER_ID:
        checkpoint = find_checkpoint(options.checkpoint)
        ids = (checkpoint.clap_id, checkpoint.id)
    adapter.run(
        corpus_folder(options),
        run_folder(options, "adapter"),
        options.minutes,
        embeddings or made(options, f"qvim/{EMBEDDINGS_FILE}", "qvim"),
        adapter.AdapterTraining(*ids),
    )


def _own_embeddings(options: argparse.Namespace) -> Path:
    """What an encoder of the user's own hears in the corpus."""
    from qvim_studio.checkpoints.encoders import find_own_encoder
    from qvim_studio.networks.qvim.encoder import encoder_id, load_qvim_encoder
    from qvim_studio.training.encoder.qvim_finish import EMBEDDINGS_FILE, embed_corpus

    own = load_qvim_encoder(find_own_encoder(options.encoder))
    folder = options.runs / "encoders" / encoder_id(own)
    folder.mkdir(parents=True, exist_ok=True)
    embed_corpus(corpus_folder(options), folder, own)
    return folder / EMBEDDINGS_FILE


def _unet(options: argparse.Namespace) -> None:
    from qvim_studio.training.trainers import unet
    from qvim_studio.training.trainers.adapter import PREDICTED_FILE

    predicted = options.runs / "adapter" / PREDICTED_FILE
    unet.run(
        corpus_folder(options),
        options.runs / "unet",
        options.minutes,
        made(options, "vae/vae", "vae"),
        predicted_file=predicted if predicted.is_file() else None,
    )


def _listener(options: argparse.Namespace) -> None:
    from qvim_studio.training.trainers import listener

    listener.run(
        corpus_folder(options),
        options.runs / "listener",
        options.minutes,
        made(options, "vae/vae", "vae"),
        options.runs / "unet" / "latents.pt",
    )


def _control(options: argparse.Namespace) -> None:
    from qvim_studio.core.control_kind import ControlKind
    from qvim_studio.families.catalog import find_checkpoint
    from qvim_studio.training.trainers import control
    from qvim_studio.training.trainers.adapter import PREDICTED_FILE

    predicted = run_folder(options, "adapter") / PREDICTED_FILE
    control.run(
        corpus_folder(options),
        run_folder(options, "control"),
        options.minutes,
        find_checkpoint(options.checkpoint),
        predicted if predicted.is_file() else None,
        kind=ControlKind(options.kind),
    )


def _student(options: argparse.Namespace) -> None:
    from qvim_studio.families.catalog import find_checkpoint
    from qvim_studio.training.starter import starter
    from qvim_studio.training.trainers import student
    from qvim_studio.training.trainers.adapter import PREDICTED_FILE
    from qvim_studio.training.trainers.targets import STARTER_CLAP_ID

    teacher = options.checkpoint
    if teacher == STARTER_ID:
        # The UNet as it has been trained here, not the one that ships.
        teacher = str(options.runs / "student" / "teacher")
        card = starter.StarterCard(STARTER_CLAP_ID)
        starter.assemble(options.runs, Path(teacher), card, with_student=False)
    predicted = run_folder(options, "adapter") / PREDICTED_FILE
    student.run(
        corpus_folder(options),
        run_folder(options, "student"),
        options.minutes,
        find_checkpoint(teacher),
        predicted if predicted.is_file() else None,
    )


def _library(options: argparse.Namespace) -> None:
    from qvim_studio.training.sound_library import bundled
    from qvim_studio.training.sound_library.library_choice import load_listen

    corpus = load_corpus(corpus_folder(options))
    folder = resource_path("library")
    bundled.make_library(corpus, options.audio, folder, load_listen(), options.category_of)
    _write_attributions(corpus)


def _examples(options: argparse.Namespace) -> None:
    from qvim_studio.training.sound_library import bundled

    corpus = load_corpus(corpus_folder(options))
    bundled.make_examples(corpus, options.audio, resource_path("examples"))
    _write_attributions(corpus)


def _write_attributions(corpus: Corpus) -> None:
    from qvim_studio.training.sound_library import bundled

    bundled.write_attributions(
        corpus,
        resource_path("library"),
        resource_path("examples"),
        resource_path("ATTRIBUTIONS.md"),
    )


def _starter(options: argparse.Namespace) -> None:
    from qvim_studio.training.starter.starter import StarterCard, assemble
    from qvim_studio.training.trainers.targets import STARTER_CLAP_ID

    assemble(
        options.runs,
        resource_path("starter"),
        StarterCard(STARTER_CLAP_ID),
        options.evaluation_lines,
    )


def _all(options: argparse.Namespace) -> None:
    from qvim_studio.training.loop.schedule import run_all

    def run_part(part: str, minutes: float) -> None:
        PARTS[part](argparse.Namespace(**{**vars(options), "part": part, "minutes": minutes}))

    run_all(options.runs, options.minutes, run_part)


PARTS: dict[str, Callable[[argparse.Namespace], None]] = {
    "imitations": _imitations,
    "targets": _targets,
    "restore": _restore,
    "clap": _clap,
    "vae": _vae,
    "vocoder": _vocoder,
    "decoder": _decoder,
    "qvim": encoder.train_qvim,
    "distill": encoder.train_distill,
    "ears": encoder.train_ears,
    "calibration": encoder.train_calibration,
    "adapter": _adapter,
    "unet": _unet,
    "listener": _listener,
    "film": pairs_training.train_film,
    "joint": pairs_training.train_joint,
    "control": _control,
    "bandwidth": _bandwidth,
    "light": _light,
    "student": _student,
    "music": pairs_training.train_music,
    "library": _library,
    "examples": _examples,
    "starter": _starter,
    "all": _all,
}
