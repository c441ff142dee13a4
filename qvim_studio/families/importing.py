"""Imports checkpoints of the user: folders as they are, files by a conversion, and changes of
another checkpoint as a derived checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from qvim_studio.checkpoints.changes.loras import UNKNOWN, StoredLora, keep_lora
from qvim_studio.checkpoints.checkpoint import CONTROL_FOLDER, Checkpoint
from qvim_studio.checkpoints.imports import delete_import, original_name, place_of_import
from qvim_studio.checkpoints.parts import own_clap
from qvim_studio.checkpoints.registry import Entry, add_entry, read_registry
from qvim_studio.core.checkpoint_store import ImportedCheckpoint
from qvim_studio.core.errors import (
    CheckpointError,
    OutputError,
    PickledWeightsError,
    UsageError,
    reason_of,
)
from qvim_studio.families.catalog import find_checkpoint, list_checkpoints, register_folder

if TYPE_CHECKING:
    from qvim_studio.families.derived import Change

PLAIN = ".safetensors"  # a format without programs
PEFT_FILES = ("adapter_model.safetensors", "adapter_model.bin")
CONTROL_WEIGHTS = f"{CONTROL_FOLDER}.safetensors"
MAX_STRENGTH = 4.0


@dataclass(frozen=True)
class ImportOptions:
    """The options of an import. averaged: see families.conversion. fits: ids of checkpoints that a
    part is for. base: id of the checkpoint that a LoRA, FiLM weights or control curves change;
    strength: of that change, None for its full strength. used: id of the checkpoint that is changed
    if neither ``base`` nor the file names one. keeps_lora: whether a LoRA also becomes an option of
    its base."""

    averaged: bool | None = None
    fits: tuple[str, ...] = ()
    base: str = ""
    strength: float | None = None
    used: str = ""
    keeps_lora: bool = False

    def __post_init__(self) -> None:
        if self.strength is not None and not -MAX_STRENGTH <= self.strength <= MAX_STRENGTH:
            raise UsageError(
                f"The strength of a change must lie between {-MAX_STRENGTH:g} and "
                f"{MAX_STRENGTH:g}, got {self.strength:g}. 1 is as it was trained."
            )


OPTIONS = {"averaged": "--ema", "fits": "--for", "base": "--base", "strength": "--strength"}
NOTHING = ImportOptions()


def import_source(
    source: Path, asked: ImportOptions = NOTHING, *, allow_pickle: bool
) -> ImportedCheckpoint:
    """Add a folder, or convert a file and add the result; pickles are read only with consent.

    Raises CheckpointError, PickledWeightsError, OutputError.
    """
    if source.is_file():
        return _import_file(source, asked, allow_pickle=allow_pickle)
    if (source / CONTROL_WEIGHTS).is_file():
        _refuse_unfit(source, "control curves", asked, "base")
        from qvim_studio.families.derived import control_change

        base = _base(source, asked)
        name = f"{base.id} {original_name(source)}"
        return _derived(base, control_change(source, base), name)
    from qvim_studio.families.derived import is_adapter

    if is_adapter(source):
        return _with_adapter(source, asked)
    adapter = next((source / name for name in PEFT_FILES if (source / name).is_file()), None)
    if adapter is not None:
        return _import_file(adapter, asked, allow_pickle=allow_pickle)
    _refuse_unfit(source, "a folder that is used as it is", asked)
    from qvim_studio.checkpoints.pickled import convert_pickled_weights, find_pickled

    pickled = find_pickled(source)
    if pickled and not allow_pickle:
        raise PickledWeightsError(
            f"{source} holds pickled weights ({pickled[0].name}), which can contain programs. Say "
            "--allow-pickle to convert them; they are read without running any code.",
            tuple(path.relative_to(source).as_posix() for path in pickled),
        )
    convert_pickled_weights(pickled)
    known = register_folder(source)
    recognized = f"A folder of the family {known.family}, used where it lies."
    return ImportedCheckpoint(known.id, recognized)


def _with_option(
    made: ImportedCheckpoint, source: Path, base: Checkpoint, change: Change
) -> ImportedCheckpoint:
    """The import, after the LoRA was also kept for requests of its base, if its name is free."""
    try:
        keep_lora(source, base.id, change.recognized)
    except CheckpointError:
        return made
    return replace(made, recognized=f"{made.recognized} {base.title} offers it under More, too.")


def import_lora(
    source: Path, base: str = "", *, allow_pickle: bool, name: str = "", licence: str = UNKNOWN
) -> StoredLora:
    """Keep a LoRA, a file or the folder of peft, for the requests of a checkpoint.

    base: its id; empty for the one that peft names. Raises CheckpointError for a file that is no
    LoRA of that checkpoint or a name that is taken, PickledWeightsError, OutputError.
    """
    source = next((source / each for each in PEFT_FILES if (source / each).is_file()), source)
    _check_consent(source, allow_pickle=allow_pickle)
    from qvim_studio.checkpoints.changes.lora import base_of_lora, is_lora
    from qvim_studio.checkpoints.conversion import read_original
    from qvim_studio.families.derived import lora_change

    if not is_lora(read_original(source)):
        raise CheckpointError(
            f"{source} holds no LoRA, LoHa or LoKr. Bring other files with: qvim-studio "
            "checkpoints import FILE"
        )
    checkpoint = _base(source, ImportOptions(base=base), base_of_lora(source))
    recognized = lora_change(source, checkpoint, 1.0).recognized
    return keep_lora(source, checkpoint.id, recognized, name=name, licence=licence)


def _with_adapter(source: Path, asked: ImportOptions) -> ImportedCheckpoint:
    _refuse_unfit(source, "an adapter", asked, "base")
    from qvim_studio.families.derived import adapter_change

    base = _base(source, asked)
    return _derived(base, adapter_change(source, base), f"{base.id} {original_name(source)}")


def _import_file(source: Path, asked: ImportOptions, *, allow_pickle: bool) -> ImportedCheckpoint:
    _check_consent(source, allow_pickle=allow_pickle)
    _check_fits(asked)
    from qvim_studio.checkpoints.changes.lora import base_of_lora, is_lora
    from qvim_studio.checkpoints.conversion import read_original
    from qvim_studio.checkpoints.encoders import import_encoder
    from qvim_studio.families.derived import film_change, is_film, lora_change
    from qvim_studio.networks.qvim.qvim_weights import holds_encoder

    names = read_original(source).keys()
    strength = 1.0 if asked.strength is None else asked.strength
    if holds_encoder(names):
        _refuse_unfit(source, "an encoder, which adapters find by themselves", asked)
        encoder, recognized = import_encoder(source, allow_pickle=allow_pickle)
        return ImportedCheckpoint(encoder.id, recognized, is_encoder=True)
    if is_lora(names):
        _refuse_unfit(source, "a LoRA", asked, "base", "strength")
        base = _base(source, asked, base_of_lora(source))
        name = source.parent.name if source.name in PEFT_FILES else original_name(source)
        change = lora_change(source, base, strength)
        made = _derived(base, change, name)
        return _with_option(made, source, base, change) if asked.keeps_lora else made
    if is_film(source):
        _refuse_unfit(source, "FiLM weights", asked, "base", "strength")
        base = _base(source, asked)
        name = f"{base.id} {original_name(source)}"
        return _derived(base, film_change(source, base, strength), name)
    return _converted(source, asked)


def _check_consent(source: Path, *, allow_pickle: bool) -> None:
    if source.suffix != PLAIN and not allow_pickle:
        raise PickledWeightsError(
            f"{source} is a pickle, which can contain programs. Say --allow-pickle to convert it; "
            "it is read without running any code, and stays as it is.",
            (source.name,),
        )


def _converted(source: Path, asked: ImportOptions) -> ImportedCheckpoint:
    from qvim_studio.checkpoints.conversion import write_converted
    from qvim_studio.families.conversion import convert

    converted = convert(source, averaged=asked.averaged)
    is_part = bool(converted.part_kind)
    what = "a CLAP" if is_part else "a whole checkpoint"
    _refuse_unfit(source, what, asked, "averaged", *(("fits",) if is_part else ()))
    recognized = converted.recognized
    if is_part:
        fits, use = _use_of_clap(source, str(converted.card["clap_id"]), asked.fits)
        asked, recognized = replace(asked, fits=fits), f"{recognized} {use}"
    place = _free_place(original_name(source))
    write_converted(converted, place)
    try:
        if is_part:
            title = str(converted.card["title"])
            add_entry(place.name, _part_entry(converted.part_kind, title, place, asked))
        else:
            register_folder(place)
    except BaseException:
        delete_import(place)
        raise
    return ImportedCheckpoint(place.name, recognized)


def _use_of_clap(source: Path, clap_id: str, named: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """The checkpoints that a CLAP hears for, and a sentence about them: those that the user names,
    else the installed ones that read words in its space and have no CLAP inside.

    Raises CheckpointError if nothing would use it.
    """
    from qvim_studio.checkpoints.laion_clap import space_of_checkpoint

    known = list_checkpoints()
    spaces = {
        each.id: space_of_checkpoint(each.folder) for each in known if each.folder is not None
    }
    deaf = [each.id for each in known if each.folder is not None and own_clap(each.folder) is None]
    fits = named or tuple(id for id in deaf if spaces[id] == clap_id)
    if not fits:
        raise CheckpointError(
            f"{source} is a CLAP, which hears voices for the checkpoints that were trained with "
            "it, and no installed one was. Install its checkpoint first, or name it with --for, "
            "such as: qvim-studio checkpoints import FILE --for audioldm-s-full-v2"
        )
    use = f"It hears voices for {', '.join(_title_of(id, known) for id in fits)}."
    others = [id for id in fits if spaces.get(id) not in (None, "", clap_id)]
    if others:
        titles = ", ".join(_title_of(id, known) for id in others)
        use += f" Doubtful: {titles} reads words with another CLAP."
    return fits, use


def _title_of(id: str, known: Sequence[Checkpoint]) -> str:
    return next(each.title for each in known if each.id == id)


def _derived(base: Checkpoint, change: Change, name: str) -> ImportedCheckpoint:
    """Write and register a checkpoint that names its base; the licence of the change is unknown."""
    from qvim_studio.families.derived import write_derived

    place = _free_place(name)
    card = {
        "title": f"{base.title} + {name.removeprefix(base.id).strip()}",
        "licence": f"{base.licence} + unknown",
        "commercial": "no",
        "clap_id": base.clap_id,
        "base": base.id,
        "change": change.summary,
    }
    write_derived(base, change, place, card)
    try:
        register_folder(place)
    except BaseException:
        delete_import(place)
        raise
    return ImportedCheckpoint(place.name, change.summary)


def _base(source: Path, asked: ImportOptions, named: str = "") -> Checkpoint:
    """The checkpoint that a file changes. named: the repository that the file names. Raises
    CheckpointError if nothing names a base, or the base is not installed."""
    known = {checkpoint.repo: checkpoint.id for checkpoint in list_checkpoints() if checkpoint.repo}
    name = asked.base or known.get(named, "") or asked.used
    if not name:
        says = f"names {named!r}, which is not known here" if named else "does not say which"
        raise CheckpointError(
            f"{source} changes another checkpoint and {says}. Name the one that it was trained on "
            "with --base, such as: qvim-studio checkpoints import FILE --base audioldm-s-full-v2"
        )
    return find_checkpoint(name)


def _free_place(name: str) -> Path:
    place = place_of_import(name, read_registry())
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{place.parent} cannot be made ({reason_of(error)}). Let its folder be written to."
        ) from error
    return place


def _part_entry(kind: str, title: str, place: Path, asked: ImportOptions) -> Entry:
    """The entry of a part in the user's list (see checkpoints.registry)."""
    return {
        "kind": kind,
        "title": title,
        "folder": str(place),
        "licence": "unknown",
        "commercial": "no",
        "fits": list(asked.fits),
    }


def _refuse_unfit(source: Path, what: str, asked: ImportOptions, *known: str) -> None:
    """Raise CheckpointError for an option that has no meaning for the recognized source."""
    given = [each.name for each in fields(asked) if getattr(asked, each.name) != each.default]
    unfit = [OPTIONS[name] for name in given if name in OPTIONS.keys() - set(known)]
    if unfit:
        raise CheckpointError(
            f"{source} is {what}, of which {' and '.join(unfit)} says nothing. Import it without."
        )


def _check_fits(asked: ImportOptions) -> None:
    known = [checkpoint.id for checkpoint in list_checkpoints()]
    if unknown := [id for id in asked.fits if id not in known]:
        raise CheckpointError(
            f"There is no checkpoint {unknown[0]!r} that it could be for. Expected one of "
            f"{', '.join(known)}."
        )
