"""Checks recipes and migrates those of older versions to the current form.

Version 1 has no version number. Each later version adds fields; a recipe without a field gets the
value in brackets.
2: the version; steps and guidance may be absent, because not every family has them.
2.1: how many real sounds were fitted to the voice besides, and whether a clip is one of them.
2.2: the values of a family's own options.
2.3: the sound that was given to start from, by hash and name, and the name of the sound to sound
like (none).
2.4: whether the voice's pauses are kept silent (no).
2.5: how well the clip matches what it is compared with: kind, movement, likelihood, compared, see
core.match (null). "origin", "made" or "fitted", is what 2.1 to 2.4 call "kind".
2.6: the parts of an edit as "parts_s" (one part, from its begin to its end).
2.7: "start_strength", how far the sound that a clip starts from was noised, which the request's
variety spreads (as asked); the way of finishing (the first); "soundness", whether the clip can be
used as it is; whether it is a loop, which sound it is morphed with and where between the two it
lies, and above which frequency an edit was made (none of these).
2.8: "upscaler", which made the highs ("", the quick extension or nothing), and "upscale", the sound
that was only upscaled.
2.9: "in_windows", whether a long sound is made window by window (in one piece).
2.10: "loras" of the provenance, the LoRAs that changed the checkpoint, with weight, licence and
revision (none).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from qvim_studio.core.errors import AudioFileError
from qvim_studio.core.match import Compared, Match
from qvim_studio.core.provenance import Origin
from qvim_studio.core.text.json_text import as_object, number_of, shown, text_of

RECIPE_VERSION = (2, 10)  # a newer second number is read all the same, a newer first one is not
VERSION_NAME = "recipe_version"
MAX_SEED = 2**63 - 1
MATCH_NAMES = ("kind", "movement", "likelihood", "compared")
_TEXTS = ("program", "created", "audio_sha256")
_NUMBERS = (
    *("similarity", "bandwidth_hz", "extended_to_hz", "true_peak_dbfs", "loudness_lufs"),
    "start_strength",
)
_NEVER_NULL = ("bandwidth_hz", "true_peak_dbfs")
_REQUEST_TEXTS = (
    *("text", "negative_text", "imitation_sha256"),
    *("timbre_sha256", "timbre_name", "start_sound_sha256", "start_sound_name"),
    *("morph_sound_sha256", "morph_sound_name", "upscaler"),
)
_PROVENANCE_TEXTS = (
    *("checkpoint", "checkpoint_title", "revision", "licence", "commercial"),
    "loras",
)
_LARGEST = 1e12  # of any number but the seed

Migration = Callable[[dict[str, Any]], dict[str, Any]]


class NewerRecipeError(AudioFileError):
    """A newer QVIM Studio wrote the recipe, in a form that this version cannot read."""


def current_recipe(stored: Any) -> dict[str, Any]:
    """A recipe of any version in today's form; unknown values stay as they are.

    Raises ValueError if QVIM Studio did not write the value or a type in it is wrong, and
    NewerRecipeError.
    """
    try:
        json.dumps(stored, allow_nan=False)
    except RecursionError as error:
        raise ValueError("its values are nested too deeply") from error
    recipe = as_object(stored)
    for part in ("request", "provenance"):
        as_object(recipe.get(part))
    major = _major(recipe)
    if major > RECIPE_VERSION[0]:
        stated = ".".join(map(str, recipe[VERSION_NAME]))
        raise NewerRecipeError(
            f"The recipe is of version {stated}, written by a newer QVIM Studio; versions up to "
            f"{RECIPE_VERSION[0]} are read here. Update QVIM Studio and try again."
        )
    for number in range(major, RECIPE_VERSION[0]):
        recipe = MIGRATIONS[number](recipe)
    recipe = _from_before_2_10(_from_before_2_6(_from_before_2_5(recipe)))
    _check(recipe)
    return recipe


def match_of(recipe: Mapping[str, Any]) -> Match | None:
    """How well the clip matches its imitation; None if the recipe does not say. Raises ValueError
    for impossible values."""
    values: list[Any] = [recipe.get(name) for name in MATCH_NAMES]
    kind, movement, likelihood, compared = values
    if movement is None:
        return None
    try:
        return Match(kind, movement, likelihood, Compared(compared))
    except TypeError as error:
        raise ValueError(f"its match is {shown([kind, movement, likelihood])}") from error


def says_version(recipe: Mapping[str, Any]) -> bool:
    """Whether a recipe states its version; JSON of other programs does not."""
    return VERSION_NAME in recipe


def _major(recipe: Mapping[str, Any]) -> int:
    if not says_version(recipe):
        return 1
    version = recipe[VERSION_NAME]
    is_pair = isinstance(version, list) and len(version) == 2
    if not is_pair or not all(type(part) is int and part >= 0 for part in version):
        raise ValueError(f"{VERSION_NAME} is {shown(version)}, expected two whole numbers")
    return max(1, version[0])


def _from_version_1(recipe: dict[str, Any]) -> dict[str, Any]:
    """A recipe without a value for bandwidth is older than the extension."""
    request = {"extend_bandwidth": False, **recipe["request"]}
    return {**recipe, "request": request, VERSION_NAME: list(RECIPE_VERSION)}


def _from_before_2_5(recipe: dict[str, Any]) -> dict[str, Any]:
    """Second numbers only add values; missing values are filled in, whatever the number is."""
    origin = recipe.get("kind")
    if isinstance(origin, str):
        recipe = {**recipe, "origin": origin, "kind": None}
    unsaid = dict.fromkeys((*MATCH_NAMES, "start_strength", "soundness"))
    return {"origin": Origin.MADE.value, **unsaid, **recipe}


def _from_before_2_6(recipe: dict[str, Any]) -> dict[str, Any]:
    """An edit was of one part, and of all its frequencies."""
    edit = recipe["request"].get("edit")
    if not isinstance(edit, Mapping):
        return recipe
    part = [edit.get("begin_s"), edit.get("end_s")]
    of_one_part = {"parts_s": [part], "above_hz": None, **edit}
    request = {**recipe["request"], "edit": of_one_part}
    return {**recipe, "request": request}


def _from_before_2_10(recipe: dict[str, Any]) -> dict[str, Any]:
    """No LoRA changed a checkpoint."""
    return {**recipe, "provenance": {"loras": "", **recipe["provenance"]}}


MIGRATIONS: Mapping[int, Migration] = {1: _from_version_1}


def _check(recipe: Mapping[str, Any]) -> None:
    request, provenance = recipe["request"], recipe["provenance"]
    for values, names in (
        (recipe, _TEXTS),
        (request, _REQUEST_TEXTS),
        (provenance, _PROVENANCE_TEXTS),
    ):
        for name in names:
            text_of(values, name, "")
    for values, names in ((provenance, _PROVENANCE_TEXTS), (recipe, _NEVER_NULL)):
        for name in names:
            if name in values and values[name] is None:
                raise ValueError(f"{name} is null, expected a value")
    # What names a file may hold bytes that are not valid UTF-8, as halves of characters.
    for text in (recipe.get("started_from") or "", *_list_of(recipe, "notes")):
        if not isinstance(text, str):
            raise ValueError(f"got {shown(text)} among the notes, expected texts")
    for name in _NUMBERS:
        number_of(recipe, name, 0.0, -_LARGEST, _LARGEST)
    for name in ("steps", "guidance", "fits"):
        number_of(request, name, 0.0, 0.0, _LARGEST)
    match_of(recipe)
    if type(recipe.get("seed")) is not int or not 0 <= recipe["seed"] <= MAX_SEED:
        raise ValueError(f"seed is {shown(recipe.get('seed'))}, expected 0 to {MAX_SEED}")
    for name in ("edit", "upscale"):
        if request.get(name):
            as_object(request[name])


def _list_of(values: Mapping[str, Any], name: str) -> list[Any]:
    value = values.get(name) or []
    if not isinstance(value, list):
        raise ValueError(f"{name} is {shown(value)}, expected a list")
    return value
