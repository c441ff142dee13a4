"""The recipe of a sound as the defaults of a list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qvim_studio.core.errors import UsageError, reason_of
from qvim_studio.core.provenance import Origin
from qvim_studio.core.recipe_form import current_recipe
from qvim_studio.core.text.json_text import read_json
from qvim_studio.export.files.recipe import read_recipe

# What belongs to the machine that made the sound, and to its take.
_NOT_KEPT = ("vram_mode", "cuda_graphs", "imitation_sha256")


def recipe_values(path: Path) -> dict[str, Any]:
    """The fields of a request that a recipe sets: of a stored recipe (.json), or of a sound with
    one inside. The seed is that of this very sound.

    What followed from the take of the recipe is left out: its length, and its balance with words
    that were not there. Raises UsageError where there is no recipe, AudioFileError.
    """
    recipe = _stored(path) if path.suffix.lower() == ".json" else read_recipe(path)
    if recipe is None:
        raise UsageError(
            f"{path.name} holds no recipe. Give a sound that QVIM Studio made, or the .json beside "
            "it."
        )
    request = {name: value for name, value in recipe["request"].items() if name not in _NOT_KEPT}
    if recipe.get("origin") != Origin.FITTED.value:
        request["seed"] = recipe["seed"]
    has_voice = bool(recipe["request"].get("imitation_sha256"))
    if has_voice:
        request["duration_s"] = None
    if not has_voice or not str(request.get("text") or "").strip():
        request["balance"] = None
    return request


def _stored(path: Path) -> dict[str, Any]:
    try:
        return current_recipe(read_json(path))
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(
            f"{path.name} is no recipe that can be used ({reason_of(error)}). Give the .json "
            "beside a sound that QVIM Studio made, or the sound itself."
        ) from error
