"""What ``qvim-studio encoders list|import|remove`` do."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from qvim_studio.checkpoints.encoders import (
    StoredEncoder,
    import_encoder,
    list_encoders,
    remove_encoder,
)


def list_stored(options: argparse.Namespace) -> dict[str, Any]:
    """Every imported encoder with its card."""
    stored = list_encoders()
    if not options.json:
        for encoder in stored:
            print(
                f"{encoder.id:23} {encoder.encoder_id:16}  {encoder.title}, {encoder.networks}; "
                f"licence {encoder.licence}; from {encoder.source}"
            )
        if not stored:
            print("No encoder was imported; voices are heard by the one that ships.")
    return {"encoders": [_row(encoder) for encoder in stored]}


def import_own_encoder(options: argparse.Namespace) -> dict[str, Any]:
    """Store an encoder as safetensors; pickles are read with consent only."""
    encoder, recognized = import_encoder(
        options.source,
        allow_pickle=options.allow_pickle,
        name=options.name,
        licence=options.licence,
    )
    if not options.json:
        print(f"{encoder.id}: {recognized}")
        print(f"Adapters that were trained with {encoder.encoder_id} find it by themselves.")
    return {**_row(encoder), "recognized": recognized}


def remove_own_encoder(options: argparse.Namespace) -> dict[str, Any]:
    """Delete what an import stored; the file that it came from stays."""
    freed = remove_encoder(options.encoder)
    if not options.json:
        print(f"{options.encoder}: removed, {freed / 2**20:,.0f} MiB free again")
    return {"encoder": options.encoder, "freed_bytes": freed}


def _row(encoder: StoredEncoder) -> dict[str, Any]:
    return {**asdict(encoder), "folder": str(encoder.folder)}


COMMANDS = {"list": list_stored, "import": import_own_encoder, "remove": remove_own_encoder}
