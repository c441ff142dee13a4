"""Reads and writes the card of a checkpoint's folder (studio.json), and checks its types."""

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
    """The values for a request that leaves them open.

    guided_share: of the steps, from the noisiest on, that pay for guidance. Kynkäänniemi et al.,
    "Applying guidance in a limited interval" (2024): where little noise is left, it changes little.
    steering: weight of a listener's gradient, for checkpoints that bring one
    (families.audioldm.listener).
    found_share: how far the condition moves from the voice (0) to a real sound that was found for
    it and is likely of the kind (1); for checkpoints whose audio tower hears sounds.
    likely_nearer: how much nearer variations stay to such a sound at full variety, as a share of
    the strength.
    """

    steps: int = 25
    guidance: float = 2.5
    start: Start = Start.NOISE
    strength: float = 0.7
    guided_share: float = 0.7
    steering: float = 0.0
    found_share: float = 0.0
    likely_nearer: float = 0.0


@dataclass(frozen=True)
class CheckpointCard:
    """The content of a card; missing values are empty texts and lists.

    base: id of the checkpoint that it was derived from. files: SHA-256 by the relative path of each
    file that was published.
    """

    id: str = ""
    title: str = ""
    licence: str = ""
    commercial: str = ""
    revision: str = ""
    clap_id: str = ""
    base: str = ""
    controls: tuple[str, ...] = ()
    defaults: Defaults = field(default_factory=Defaults)
    files: Mapping[str, str] = field(default_factory=dict)


_TEXTS = ("id", "title", "licence", "commercial", "revision", "clap_id", "base")


def read_card(folder: Path) -> CheckpointCard:
    """The card of a folder, empty if the folder has no card. Null counts as absent.

    Raises CheckpointError if it cannot be read or a value has another type than expected.
    """
    path = folder / CARD_FILE
    if not path.is_file():
        return CheckpointCard()
    try:
        fields = as_object(read_json(path))
        texts = {name: text_of(fields, name, "") for name in _TEXTS}
        files = as_object(fields.get("files") or {})
        return CheckpointCard(
            **texts,
            controls=texts_of(fields, "controls"),
            defaults=_defaults(as_object(fields.get("defaults") or {})),
            files={name: text_of(files, name, "") for name in files},
        )
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"{path} cannot be understood ({reason_of(error)}). "
            "Correct it or copy the checkpoint again."
        ) from error


def _defaults(fields: dict[str, Any]) -> Defaults:
    usual = Defaults()
    return Defaults(
        steps=int(number_of(fields, "steps", usual.steps, 1, MAX_STEPS)),
        guidance=number_of(fields, "guidance", usual.guidance, 0.0, MAX_GUIDANCE),
        start=Start(text_of(fields, "start", usual.start.value)),
        strength=number_of(fields, "strength", usual.strength, MIN_STRENGTH, 1.0),
        guided_share=number_of(fields, "guided_share", usual.guided_share, 0.0, 1.0),
        steering=number_of(fields, "steering", usual.steering, 0.0, MAX_STEERING),
        found_share=number_of(fields, "found_share", usual.found_share, 0.0, 1.0),
        likely_nearer=number_of(fields, "likely_nearer", usual.likely_nearer, 0.0, 1.0),
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
