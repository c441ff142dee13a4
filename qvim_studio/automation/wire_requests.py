"""Requests from outside, as JSON has them, into checked values with checked paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import NoneType
from typing import Any

from qvim_studio.automation.allowed_folders import AllowedFolders
from qvim_studio.automation.facts import checkpoint_facts, match_facts
from qvim_studio.automation.kit_making import KitForm
from qvim_studio.automation.made_sound import MadeSound
from qvim_studio.automation.plain_request import FILES, FORM_KINDS, make_form, mode_named
from qvim_studio.automation.plain_values import Kinds, check_values
from qvim_studio.automation.request_form import RequestForm
from qvim_studio.automation.searching import SoundHit
from qvim_studio.automation.sound_forms import (
    EditForm,
    MorphForm,
    RestyleForm,
    UpscaleForm,
    VaryForm,
)
from qvim_studio.core.errors import UsageError
from qvim_studio.core.request import DEFAULT_MORPH_AT, VramMode

PACKS_FOLDER, KITS_FOLDER = "packs", "kits"  # in the output folder
_TEXT = (str, NoneType)
GENERATE_KINDS = {"take": _TEXT, **{name: (*kinds, NoneType) for name, kinds in FORM_KINDS.items()}}
SEARCH_KINDS = {
    "take": _TEXT,
    "text": (str,),
    "folder": _TEXT,
    "limit": (int,),
    "balance": (float,),
}
_SOUND = {"sound": (str,)}
_MAKING = {name: kinds for name, kinds in GENERATE_KINDS.items() if name != "take"}
EDIT_KINDS = {
    **_SOUND,
    "parts": (list, NoneType),
    "continue_s": (float, NoneType),
    "highs_above_hz": (float, NoneType),
    "imitation": _TEXT,
    **_MAKING,
}
LIKE_KINDS = {**_SOUND, **_MAKING}  # of a sound that is varied or restyled
MORPH_KINDS = {**_SOUND, "other": (str,), "at": (float, NoneType), **_MAKING}
UPSCALE_KINDS = {
    **_SOUND,
    "upscaler": (str,),
    "seed": (int,),
    "known_hz": (float, NoneType),
    "vram_mode": (str,),
}
KIT_KINDS = {"take": (str,), **_MAKING}
PACK_KINDS = {
    "sounds": (list,),
    "name": (str,),
    "creator": (str,),
    "source": (str,),
    "is_commercial": (bool,),
}


def form_from(values: Mapping[str, Any], folders: AllowedFolders) -> RequestForm:
    """The form of a request for sounds; its fields are those of REQUEST_FIELDS.

    Raises UsageError, ForbiddenPathError.
    """
    check_values("a request", values, GENERATE_KINDS)
    return _form_of(values, folders)


def _form_of(values: Mapping[str, Any], folders: AllowedFolders) -> RequestForm:
    """Of values whose names and types are checked."""
    given = {name: value for name, value in values.items() if value is not None}
    take = given.pop("take", None)
    for name in FILES & given.keys():
        given[name] = folders.check(given[name])
    known = [row["id"] for row in checkpoint_facts()]
    for name in ("checkpoint", "upscaler"):
        if given.get(name):
            given[name] = folders.check_checkpoint(given[name], known)
    return make_form(None if take is None else folders.check(take), given)


def edit_from(values: Mapping[str, Any], folders: AllowedFolders) -> EditForm:
    """Raises UsageError, ForbiddenPathError."""
    own, form = _split("an edit", values, EDIT_KINDS, folders)
    form = replace(form, take=own.get("imitation"))
    parts = [_part(part) for part in own.get("parts") or ()]
    highs = own.get("highs_above_hz")
    return EditForm(_required(own, "sound"), form, parts, own.get("continue_s"), highs)


def vary_from(values: Mapping[str, Any], folders: AllowedFolders) -> VaryForm:
    """Raises UsageError, ForbiddenPathError."""
    own, form = _split("a variation", values, LIKE_KINDS, folders)
    return VaryForm(_required(own, "sound"), form)


def restyle_from(values: Mapping[str, Any], folders: AllowedFolders) -> RestyleForm:
    """Raises UsageError, ForbiddenPathError."""
    own, form = _split("a restyled sound", values, LIKE_KINDS, folders)
    return RestyleForm(_required(own, "sound"), form)


def morph_from(values: Mapping[str, Any], folders: AllowedFolders) -> MorphForm:
    """``at`` is null for a sound that goes from the first to the second over time.

    Raises UsageError, ForbiddenPathError.
    """
    own, form = _split("a morph", values, MORPH_KINDS, folders)
    at = own.get("at", DEFAULT_MORPH_AT)
    return MorphForm(_required(own, "sound"), _required(own, "other"), form, at)


def upscale_from(values: Mapping[str, Any], folders: AllowedFolders) -> UpscaleForm:
    """Raises UsageError, ForbiddenPathError."""
    check_values("an upscaled sound", values, UPSCALE_KINDS)
    sound = folders.check(str(_required(values, "sound")))
    known = [row["id"] for row in checkpoint_facts()]
    upscaler = folders.check_checkpoint(str(_required(values, "upscaler")), known)
    mode = mode_named(values.get("vram_mode", VramMode.AUTO.value))
    return UpscaleForm(sound, upscaler, values.get("seed", 0), values.get("known_hz"), mode)


def kit_from(values: Mapping[str, Any], folders: AllowedFolders) -> KitForm:
    """Raises UsageError, ForbiddenPathError."""
    own, form = _split("a kit", values, KIT_KINDS, folders)
    return KitForm(_required(own, "take"), form)


def search_from(values: Mapping[str, Any], folders: AllowedFolders) -> dict[str, Any]:
    """The arguments of ``Studio.search``. Raises UsageError, ForbiddenPathError."""
    check_values("a search", values, SEARCH_KINDS)
    checked = dict(values)
    for name in ("take", "folder"):
        if checked.get(name) is not None:
            checked[name] = folders.check(checked[name])
    return checked


def pack_from(values: Mapping[str, Any], folders: AllowedFolders) -> dict[str, Any]:
    """The arguments of ``Studio.pack`` but its folder. Raises UsageError, ForbiddenPathError."""
    check_values("a pack", values, PACK_KINDS)
    missing = [name for name in ("sounds", "name", "creator", "source") if not values.get(name)]
    if missing:
        raise UsageError(f"A pack needs {', '.join(missing)}, got none. Give every one of them.")
    return {**values, "sounds": [_file(sound, folders) for sound in values["sounds"]]}


def made_facts(sounds: list[MadeSound]) -> dict[str, Any]:
    """The answer about sounds that were made."""
    return {
        "clips": [{**sound.facts, "recipe": sound.recipe} for sound in sounds],
        "notes": list(sounds[0].notes) if sounds else [],
    }


def found_facts(hits: list[SoundHit]) -> dict[str, Any]:
    """The answer about sounds that were found."""
    return {"results": [{"path": str(hit.path), **match_facts(hit.match)} for hit in hits]}


_PLACES = ("sound", "other", "take", "imitation")  # which are files


def _split(
    what: str, values: Mapping[str, Any], kinds: Kinds, folders: AllowedFolders
) -> tuple[dict[str, Any], RequestForm]:
    """What a request has of its own, its files checked, and the form of the rest."""
    check_values(what, values, kinds)
    rest = {name: value for name, value in values.items() if name in _MAKING}
    own = {name: value for name, value in values.items() if name not in _MAKING}
    own |= {name: folders.check(own[name]) for name in _PLACES if own.get(name) is not None}
    return own, _form_of(rest, folders)


def _required(values: Mapping[str, Any], name: str) -> Any:
    if not values.get(name):
        raise UsageError(f"The request needs {name}, got none. Give it.")
    return values[name]


def _part(part: Any) -> tuple[float, float]:
    if isinstance(part, list) and len(part) == 2 and {type(each) for each in part} <= {int, float}:
        return part[0], part[1]
    raise UsageError(
        f"parts takes a begin and an end in seconds of each, such as [[0.5, 0.8]], got {part!r}. "
        "Give both as numbers."
    )


def _file(sound: Any, folders: AllowedFolders) -> Path:
    if not isinstance(sound, str):
        raise UsageError(f"sounds takes a list of paths, got {sound!r}. Give the paths as texts.")
    return folders.check(sound)
