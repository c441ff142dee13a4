"""``qvim-studio evaluate music``: the command around evaluation.music."""

from __future__ import annotations

import argparse
import datetime
import platform
from typing import Any

from qvim_studio.audio.files.reading import check_output_folder
from qvim_studio.core.errors import UsageError
from qvim_studio.core.request import VramMode


def evaluate_music_command(options: argparse.Namespace) -> dict[str, Any]:
    """Measure ``options.checkpoint`` on ``options.pairs`` and, where asked, write the report."""
    from qvim_studio.checkpoints.card import read_card
    from qvim_studio.evaluation.music import choose_cases, evaluate_music
    from qvim_studio.evaluation.music_figures import embed_by_tagger
    from qvim_studio.evaluation.music_report import write_music_report
    from qvim_studio.families.catalog import find_checkpoint
    from qvim_studio.families.plans import plan_for
    from qvim_studio.training.corpus.music.music_pairs import read_pairs
    from qvim_studio.voice.tagger import Tagger

    if options.pairs is None:
        raise UsageError("Music is evaluated on pairs. Give the table of train music with --pairs.")
    if options.clips < 1:
        raise UsageError(f"--clips must be positive, got {options.clips}.")
    if options.report is not None:
        check_output_folder(options.report)
    checkpoint = find_checkpoint(options.checkpoint)
    cases, are_held_out = choose_cases(read_pairs(options.pairs), options.clips)
    plan = plan_for(checkpoint, VramMode(options.vram_mode))
    embed = embed_by_tagger(Tagger.from_folder())
    base = options.untuned or read_card(checkpoint.installed_folder()).base
    untuned = find_checkpoint(base) if base else None
    evaluation = evaluate_music(checkpoint, plan, options.lora, cases, embed, untuned=untuned)
    changes = str(options.lora or "beside its weights")
    figures = {
        "checkpoint": checkpoint.id,
        "title": checkpoint.title,
        "lora": changes if untuned is None else f"upon {untuned.title}",
        "date": datetime.date.today().isoformat(),
        "machine": f"{platform.machine()}, {plan.device}",
        "held_out": are_held_out,
        "music": evaluation.figures,
    }
    if options.report is not None:
        figures["report"] = str(write_music_report(options.report, figures, evaluation))
    return figures
