"""The user's own QVIM encoders: imported as safetensors into the studio's data folder, with a card.

An encoder embeds voices, and an adapter understands only the encoder that it was trained with. The
adapter of a checkpoint names its encoder, and voice.embedder finds it here. If a checkpoint has
adapters for several encoders, a request chooses one (families.added).
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from qvim_studio.checkpoints.card import CARD_FILE, write_card
from qvim_studio.checkpoints.imports import UNFINISHED, delete_import
from qvim_studio.core.errors import CheckpointError, OutputError, PickledWeightsError, reason_of
from qvim_studio.core.options import OWN_ENCODER
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.text.file_names import pasted_path
from qvim_studio.core.text.json_text import as_object, read_json, text_of
from qvim_studio.networks.files.weight_names import CONFIG_FILE, WEIGHTS_FILE

FOLDER = "encoders"
PROGRAMS = "starter"  # the encoder that ships
PLAIN = ".safetensors"
UNKNOWN = "unknown"
_TEXTS = ("title", "licence", "source", "networks", "encoder_id")


@dataclass(frozen=True)
class StoredEncoder:
    """One encoder. encoder_id: names its space of embeddings, see networks.qvim. networks: whether
    voices and sounds have one each. source: the name of the file that it was imported from."""

    id: str
    folder: Path
    title: str = ""
    licence: str = UNKNOWN
    source: str = ""
    networks: str = ""
    encoder_id: str = ""


def encoders_folder() -> Path:
    """The folder of all imported encoders; it may not exist yet."""
    return Path(platformdirs.user_data_dir("qvim-studio", appauthor=False)) / FOLDER


def is_own_encoder(folder: Path) -> bool:
    """Whether the folder of an encoder was imported."""
    return folder.parent == encoders_folder()


def list_encoders() -> tuple[StoredEncoder, ...]:
    """The imported encoders by name; with a damaged card, encoder_id is empty."""
    folders = sorted(encoders_folder().glob(f"*/{WEIGHTS_FILE}"))
    return tuple(_stored(p.parent) for p in folders if not p.parent.name.endswith(UNFINISHED))


def find_own_encoder(name_or_file: str) -> Path:
    """The folder of an imported encoder or of the one that ships; else the path itself.

    Raises CheckpointError for a name that is neither.
    """
    if name_or_file == PROGRAMS:
        return resource_path("starter", "qvim")
    known = {encoder.id: encoder.folder for encoder in list_encoders()}
    if name_or_file in known:
        return known[name_or_file]
    path = pasted_path(name_or_file)
    if path != Path() and path.exists():
        return path
    raise CheckpointError(
        f"There is no encoder {name_or_file!r}. Expected one of {', '.join((PROGRAMS, *known))}, "
        "or a file of weights."
    )


def encoder_of(encoder_id: str) -> Path | None:
    """The folder of the imported encoder whose space has that id."""
    found = (each.folder for each in list_encoders() if each.encoder_id == encoder_id)
    return next(found, None) if encoder_id else None


def import_encoder(
    source: Path, *, allow_pickle: bool, name: str = "", licence: str = UNKNOWN
) -> tuple[StoredEncoder, str]:
    """Store an encoder of any public layout; returns it with a sentence that describes it.

    name: of the encoder, by default the stem of its file. Raises CheckpointError for a file of
    another kind or a name that is taken, PickledWeightsError, OutputError.
    """
    from qvim_studio.networks.qvim.encoder import encoder_id, load_qvim_encoder, save_qvim_encoder
    from qvim_studio.networks.qvim.qvim_weights import read_encoder_layout

    if source.is_file() and source.suffix != PLAIN and not allow_pickle:
        raise PickledWeightsError(
            f"{source} is a pickle, which can contain programs. Say --allow-pickle to import it; "
            "it is read without running any code, and stays as it is.",
            (source.name,),
        )
    id = name or source.stem
    folder = encoders_folder() / id
    is_reserved = id in (PROGRAMS, OWN_ENCODER) or id.endswith(UNFINISHED)
    if id != Path(id).name or is_reserved or folder.exists():
        raise CheckpointError(
            f"An encoder cannot be called {id!r}: the name is taken or no name of a folder. Choose "
            "another one with --name."
        )
    encoder, layout = load_qvim_encoder(source), read_encoder_layout(source)
    own_id = encoder_id(encoder)
    same = encoder_of(own_id)
    if same is not None:
        raise CheckpointError(
            f"{source} is the encoder {same.name!r}, which was imported before. Use that one."
        )
    unfinished = folder.with_name(f"{id}{UNFINISHED}")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        save_qvim_encoder(encoder, unfinished, half=False)
        card = {
            "id": id,
            "title": layout.title,
            "licence": licence,
            "source": source.name,
            "networks": layout.networks,
            "encoder_id": own_id,
        }
        write_card(unfinished, card)
        unfinished.replace(folder)
    except OSError as error:
        raise OutputError(
            f"The encoder could not be written to {folder} ({reason_of(error)}). Make room on that "
            "disk, or let its folder be written to."
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    count = sum(parameter.numel() for parameter in encoder.parameters())
    recognized = f"{layout.title}, {layout.networks}, {count / 1e6:.1f} M parameters."
    return _stored(folder), recognized


def remove_encoder(id: str) -> int:
    """Delete an imported encoder; returns the bytes that became free.

    Raises CheckpointError for an unknown name, OutputError if something cannot be deleted.
    """
    known = {encoder.id: encoder.folder for encoder in list_encoders()}
    if id not in known:
        there = ", ".join(known) or "none"
        raise CheckpointError(
            f"There is no imported encoder {id!r}; there is {there}. The encoder that ships stays."
        )
    return delete_import(known[id])


def _stored(folder: Path) -> StoredEncoder:
    try:
        as_object(read_json(folder / CONFIG_FILE))
        fields = as_object(read_json(folder / CARD_FILE))
        texts = {name: text_of(fields, name, "") for name in _TEXTS}
    except (OSError, ValueError):
        return StoredEncoder(folder.name, folder, title="damaged")
    return StoredEncoder(folder.name, folder, **texts)
