"""The card of a checkpoint's folder (studio.json): what it says, its types checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qvim_studio.core.errors import CheckpointError, reason_of
from qvim_studio.core.request import MAX_GUIDANCE, MAX_STEPS, MIN_STRENGTH, Start
from qvim_studio.core.text.json_text import as_object, number_of, read_json, text_of, texts_of

CARD_FILE = "studio.json"
MAX_STEERING = 100.0  # a weight of a gradient; the trained listeners take about 1


@dataclass(frozen=True)
class Defaults:
    """What a request gets where it leaves a value open.

    guided_share: of the steps, from the noisiest on, that pay for guidance. Kynkäänniemi et al.,
    "Applying guidance in a limited interval" (2024): where little noise is left, it changes little.
    steering: weight of a listener's gradient, for checkpoints that bring one
    (families.audioldm.listener).
    """

    steps: int = 25
    guidance: float = 2.5
    start: Start = Start.NOISE
    strength: float = 0.7
    guided_share: float = 0.7
    steering: float = 0.0


@dataclass(frozen=True)
class CheckpointCard:
    """What the card says; an empty text or list where it says nothing.

    files: SHA-256 by the relative path of each file that was published.
    """

    id: str = ""
    title: str = ""
    licence: str = ""
    commercial: str = ""
    revision: str = ""
    clap_id: str = ""
    controls: tuple[str, ...] = ()
    defaults: Defaults = field(default_factory=Defaults)
    files: Mapping[str, str] = field(default_factory=dict)


_TEXTS = ("id", "title", "licence", "commercial", "revision", "clap_id")


def read_card(folder: Path) -> CheckpointCard:
    """The card of a folder; an empty one where there is none. Null counts as absent.

    Raises CheckpointError if it cannot be read or a value has another type than expected.
    """
    path = folder / CARD_FILE
    if not path.is_file():
        return CheckpointCard()
    try:
        said = as_object(read_json(path))
        texts = {name: text_of(said, name, "") for name in _TEXTS}
        files = as_object(said.get("files") or {})
        return CheckpointCard(
            **texts,
            controls=texts_of(said, "controls"),
            defaults=_defaults(as_object(said.get("defaults") or {})),
            files={name: text_of(files, name, "") for name in files},
        )
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"{path} cannot be understood ({reason_of(error)}). "
            "Correct it or copy the checkpoint again."
        ) from error


def _defaults(said: dict[str, Any]) -> Defaults:
    usual = Defaults()
    return Defaults(
        steps=int(number_of(said, "steps", usual.steps, 1, MAX_STEPS)),
        guidance=number_of(said, "guidance", usual.guidance, 0.0, MAX_GUIDANCE),
        start=Start(text_of(said, "start", usual.start.value)),
        strength=number_of(said, "strength", usual.strength, MIN_STRENGTH, 1.0),
        guided_share=number_of(said, "guided_share", usual.guided_share, 0.0, 1.0),
        steering=number_of(said, "steering", usual.steering, 0.0, MAX_STEERING),
    )


def write_card(folder: Path, card: dict[str, Any]) -> None:
    """Write ``studio.json``: the card and the SHA-256 of every other file of the folder."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != CARD_FILE)
    hashes = {path.relative_to(folder).as_posix(): file_sha256(path) for path in files}
    content = json.dumps({**card, "files": hashes}, indent=2) + "\n"
    (folder / CARD_FILE).write_text(content, encoding="utf-8")


def file_sha256(path: Path) -> str:
    """SHA-256 of a file in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
