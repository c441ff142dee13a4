"""The user's own LoRAs: copies in the studio's data folder, each for one checkpoint, with a card.

A request takes several of them, each with a weight (families.added).
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from qvim_studio.checkpoints.card import CARD_FILE, file_sha256, write_card
from qvim_studio.checkpoints.imports import UNFINISHED, delete_import
from qvim_studio.core.errors import CheckpointError, OutputError, reason_of
from qvim_studio.core.text.json_text import as_object, read_json, text_of

FOLDER = "loras"
LORA_FILE = "lora.safetensors"
PEFT_CONFIG = "adapter_config.json"  # beside peft's file
PLAIN = ".safetensors"
UNKNOWN = "unknown"
REVISION_CHARACTERS = 12  # of the file's SHA-256
_NOT_IN_NAMES = re.compile(r"[^\w.-]+")  # they are typed as NAME:WEIGHT
_TEXTS = ("title", "base", "licence", "commercial", "revision", "source")


@dataclass(frozen=True)
class StoredLora:
    """One LoRA. base: id of the checkpoint that it changes. title: what was recognized. revision:
    of its file. source: the name of the file that it was imported from."""

    id: str
    folder: Path
    title: str = ""
    base: str = ""
    licence: str = UNKNOWN
    commercial: str = "no"
    revision: str = ""
    source: str = ""

    @property
    def file(self) -> Path:
        return self.folder / LORA_FILE


def loras_folder() -> Path:
    """The folder of all imported LoRAs; it may not exist yet."""
    return Path(platformdirs.user_data_dir("qvim-studio", appauthor=False)) / FOLDER


def list_loras() -> tuple[StoredLora, ...]:
    """The imported LoRAs by name; those with a damaged card have no base."""
    found = sorted(loras_folder().glob(f"*/{LORA_FILE}"))
    return tuple(_stored(p.parent) for p in found if not p.parent.name.endswith(UNFINISHED))


def loras_of(checkpoint: str) -> tuple[StoredLora, ...]:
    """Those that change the checkpoint of this id."""
    return tuple(lora for lora in list_loras() if lora.base == checkpoint)


def keep_lora(
    source: Path, base: str, title: str, *, name: str = "", licence: str = UNKNOWN
) -> StoredLora:
    """Copy a LoRA that was read before, as safetensors. base: id of the checkpoint.

    name: by default that of its file, or of its folder if peft named the file. Raises
    CheckpointError for a name that is taken or no name, OutputError.
    """
    from safetensors.torch import save_file

    from qvim_studio.checkpoints.conversion import read_original

    usual = source.parent.name if source.stem == "adapter_model" else source.stem
    id = name or _NOT_IN_NAMES.sub("-", usual).strip("-.")
    folder = loras_folder() / id
    is_name = id == Path(id).name and not id.endswith(UNFINISHED)
    if not id or _NOT_IN_NAMES.search(id) or not is_name or folder.exists():
        raise CheckpointError(
            f"A LoRA cannot be called {id!r}: the name is taken, or holds more than letters, "
            "digits, dots and dashes. Choose another one with --name."
        )
    unfinished = folder.with_name(f"{id}{UNFINISHED}")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        if source.suffix == PLAIN:
            shutil.copyfile(source, unfinished / LORA_FILE)
        else:
            values = {key: value.contiguous() for key, value in read_original(source).items()}
            save_file(values, unfinished / LORA_FILE)
        config = source.with_name(PEFT_CONFIG)
        if config.is_file():
            shutil.copyfile(config, unfinished / PEFT_CONFIG)
        card = {
            "id": id,
            "title": title,
            "base": base,
            "licence": licence,
            "commercial": "no",
            "revision": file_sha256(unfinished / LORA_FILE)[:REVISION_CHARACTERS],
            "source": source.name,
        }
        write_card(unfinished, card)
        unfinished.replace(folder)
    except OSError as error:
        raise OutputError(
            f"The LoRA could not be written to {folder} ({reason_of(error)}). Make room on that "
            "disk, or let its folder be written to."
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return _stored(folder)


def remove_lora(id: str) -> int:
    """Delete an imported LoRA; gives back the bytes that became free.

    Raises CheckpointError for an unknown name, OutputError if something cannot be deleted.
    """
    known = {lora.id: lora.folder for lora in list_loras()}
    if id not in known:
        raise CheckpointError(f"There is no LoRA {id!r}; there is {', '.join(known) or 'none'}.")
    return delete_import(known[id])


def _stored(folder: Path) -> StoredLora:
    try:
        fields = as_object(read_json(folder / CARD_FILE))
        texts = {name: text_of(fields, name, "") for name in _TEXTS}
    except (OSError, ValueError):
        return StoredLora(folder.name, folder, title="damaged")
    return StoredLora(folder.name, folder, **texts)
