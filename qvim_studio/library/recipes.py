"""Reads the recipe beside a generated clip, and turns it into a request again."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.provenance import Origin
from qvim_studio.core.recipe_form import NewerRecipeError, current_recipe
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.text.file_names import readable_name
from qvim_studio.core.text.json_text import read_json

log = logging.getLogger(__name__)

_NUMBER = re.compile(r"(?:_fit)?_\d+$")
_TITLE_NUMBER = re.compile(r"(?: fit)? \d+$")
PROVENANCE_NAME = "provenance"  # in the details of a sound in the library
_OWN_COLUMNS = frozenset({"request", "provenance", "seed", "similarity"})


@dataclass(frozen=True)
class Recipe:
    """How one clip was made.

    request: GenerationRequest.recipe(); provenance: Provenance.as_dict(); details: the rest of the
    file (levels, notes, program), as it was.
    seed: of this variation.
    """

    request: Mapping[str, Any]
    provenance: Mapping[str, str]
    seed: int
    similarity: float | None
    created_s: float
    details: Mapping[str, Any]
    imitation_path: str = ""

    @property
    def is_fitted(self) -> bool:
        """Whether the clip is a real sound that follows the voice."""
        return self.details.get("origin") == Origin.FITTED.value

    @property
    def is_whole(self) -> bool:
        """Whether the recipe suffices to ask again; of the sound that was edited or upscaled it
        holds only the hash."""
        return not self.request.get("edit") and not self.request.get("upscale")


def read_recipe_beside(clip_path: Path) -> Recipe | None:
    """The recipe beside a clip; None, which is logged, if the studio wrote none."""
    try:
        stored = read_json(clip_path.with_suffix(".json"))
    except FileNotFoundError:  # a sound of the library, mostly: nothing is wrong
        return None
    except (OSError, ValueError) as error:
        log.info("%s is passed over in the history: %s", clip_path, error)
        return None
    return parse_recipe(stored, clip_path)


def parse_recipe(stored: Any, clip_path: Path) -> Recipe | None:
    """A recipe from the JSON beside a clip or inside it; None if it is not the studio's."""
    try:
        recipe = current_recipe(stored)
        # halves of characters cannot be kept in the library
        json.dumps(recipe, ensure_ascii=False).encode()
        similarity = recipe["similarity"]
        return Recipe(
            request=dict(recipe["request"]),
            provenance={key: str(value) for key, value in recipe["provenance"].items()},
            seed=recipe["seed"],
            similarity=None if similarity is None else float(similarity),
            created_s=_created_s(recipe.get("created"), clip_path),
            details={key: value for key, value in recipe.items() if key not in _OWN_COLUMNS},
        )
    except (OSError, ValueError, KeyError, OverflowError, NewerRecipeError) as error:
        log.info("%s is passed over in the history: %s", clip_path, error)
        return None


def request_from(
    recipe: Recipe,
    imitation: AudioClip | None,
    timbre: AudioClip | None = None,
    start_sound: AudioClip | None = None,
) -> GenerationRequest:
    """The request that makes this very clip first, or without the other sounds that are not given;
    of a fitted sound, the one beside whose clips it was fitted. Raises UsageError if it cannot be
    asked."""
    asked = dict(recipe.request)
    if not recipe.is_fitted:
        asked["seed"] = recipe.seed
    for name, clip in (("timbre", timbre), ("start_sound", start_sound)):
        if clip is None:
            asked |= {f"{name}_sha256": None, f"{name}_name": ""}
    return GenerationRequest.from_recipe(asked, imitation, timbre, start_sound=start_sound)


def title_of(recipe: Recipe, clip_path: Path) -> str:
    """The words that were asked for; for a voice alone, an edit and an upscaled sound, the title of
    the clip, or the name of its file."""
    text = "" if not recipe.is_whole else str(recipe.request.get("text") or "").strip()
    title = recipe.details.get("title")
    named = _TITLE_NUMBER.sub("", title) if isinstance(title, str) else ""
    return text or readable_name(named or _stem(clip_path))


def key_of(recipe: Recipe, clip_path: Path, folder_id: int) -> str:
    """A key that all clips of one press of Generate share: their request and common name."""
    asked = json.dumps(recipe.request, sort_keys=True)
    return hashlib.sha256(f"{folder_id}\n{_stem(clip_path)}\n{asked}".encode()).hexdigest()


def _stem(clip_path: Path) -> str:
    return _NUMBER.sub("", clip_path.stem)


def _created_s(created: object, clip_path: Path) -> float:
    try:
        return datetime.fromisoformat(str(created)).timestamp()
    except ValueError:
        return clip_path.stat().st_mtime
