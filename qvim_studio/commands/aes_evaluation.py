"""``qvim-studio evaluate --aes``: the command around evaluation.aes."""

from __future__ import annotations

import argparse
from typing import Any

from qvim_studio.audio.files.reading import check_output_folder


def evaluate_aes(options: argparse.Namespace) -> dict[str, Any]:
    """Write similarities.json for ``options.aes`` and score it where the answers are known."""
    from functools import partial

    from qvim_studio.evaluation import aes
    from qvim_studio.evaluation.features import embed_by_ears, qvim_embeddings
    from qvim_studio.families.catalog import find_checkpoint
    from qvim_studio.networks.qvim.encoder import load_qvim_encoder
    from qvim_studio.voice.embedder import encoder_folder
    from qvim_studio.voice.hearing import program_hearing

    check_output_folder(options.output)
    sounds = aes.find_aes_sounds(options.aes)
    if options.score == "ears":
        embed = partial(embed_by_ears, program_hearing())
    else:
        folder = encoder_folder(find_checkpoint(options.checkpoint).installed_folder())
        embed = partial(qvim_embeddings, load_qvim_encoder(folder))
    similarities = aes.similarities_of(sounds, embed)
    return {
        "file": str(aes.write_similarities(options.output, similarities)),
        "score": options.score,
        "notes": sounds.notes,
        "scores": aes.score_similarities(options.aes, similarities),
    }
