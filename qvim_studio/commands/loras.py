"""What ``qvim-studio loras list|import|remove`` do."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from qvim_studio.checkpoints.changes.loras import StoredLora, list_loras, remove_lora
from qvim_studio.families.importing import import_lora


def list_stored_loras(options: argparse.Namespace) -> dict[str, Any]:
    """Every imported LoRA with its card."""
    stored = list_loras()
    if not options.json:
        for lora in stored:
            print(
                f"{lora.id:23} for {lora.base}: {lora.title}; licence {lora.licence}; revision "
                f"{lora.revision}"
            )
        if not stored:
            print("No LoRA was imported.")
    return {"loras": [_row(lora) for lora in stored]}


def import_own_lora(options: argparse.Namespace) -> dict[str, Any]:
    """Keep a LoRA for a checkpoint; pickles are read with consent only."""
    lora = import_lora(
        options.source,
        options.base,
        allow_pickle=options.allow_pickle,
        name=options.name,
        licence=options.licence,
    )
    if not options.json:
        print(f"{lora.id}: {lora.title}")
        print(f"Use it with: qvim-studio generate --checkpoint {lora.base} --lora {lora.id}:1")
    return _row(lora)


def remove_own_lora(options: argparse.Namespace) -> dict[str, Any]:
    """Delete what an import kept; the file that it came from stays."""
    freed = remove_lora(options.lora)
    if not options.json:
        print(f"{options.lora}: removed, {freed / 2**20:,.0f} MiB free again")
    return {"lora": options.lora, "freed_bytes": freed}


def _row(lora: StoredLora) -> dict[str, Any]:
    return {**asdict(lora), "folder": str(lora.folder)}


COMMANDS = {"list": list_stored_loras, "import": import_own_lora, "remove": remove_own_lora}
