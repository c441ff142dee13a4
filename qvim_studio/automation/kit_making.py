"""Makes a drum kit from several sounds in one take, and keeps what is finished when stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from qvim_studio.audio.files.given_sound import read_given_take
from qvim_studio.automation.request_form import RequestForm, stem_of
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import Engine, IsCancelled
from qvim_studio.core.errors import StoppedEarly
from qvim_studio.core.request import GenerationRequest
from qvim_studio.export.packs.kit import KitReport, OnKitProgress, kit_requests, make_kit

KIT_VARIATIONS = 3  # of each sound


class ReadKit(NamedTuple):
    """One request for each sound of a take. notes, stem: see ReadRequest."""

    requests: Sequence[GenerationRequest]
    notes: tuple[str, ...]
    stem: str


class PartOfKit(StoppedEarly):
    """A kit ended early; its cause says why. kept: the facts of the sounds that were finished."""


@dataclass(frozen=True, eq=False)
class KitForm:
    """form: of every sound; its take counts for nothing."""

    take: Path | AudioClip
    form: RequestForm

    def read(self) -> ReadKit:
        """Cut the take into its sounds. Raises AudioFileError, UsageError."""
        noted = read_given_take(self.take, trim=False)
        form = replace(self.form, take=noted.clip).with_values(trim=False)
        base = form.with_usual(variations=KIT_VARIATIONS).read()
        requests = kit_requests(noted.clip, base.request)
        return ReadKit(requests, (*noted.notes, *base.notes), stem_of(self.take, "kit"))


def make_kit_files(
    engine: Engine,
    kit: ReadKit,
    folder: Path,
    on_progress: OnKitProgress,
    is_cancelled: IsCancelled,
) -> dict[str, Any]:
    """Generate every sound into a folder of the kit's name, with presets that play them.

    Raises PartOfKit if some sounds were finished before an error, a signal or a cancel; otherwise
    that error as it is.
    """
    kept: list[KitReport] = []
    try:
        report = make_kit(
            kit.requests, engine, folder, kit.stem, on_progress, kept.append, is_cancelled
        )
    except BaseException as error:
        if not kept:
            raise
        raise PartOfKit(_kit_facts(kept[0])) from error
    facts = _kit_facts(report)
    return {**facts, "notes": list(dict.fromkeys((*kit.notes, *report.notes)))}


def _kit_facts(report: KitReport) -> dict[str, Any]:
    return {
        "folder": str(report.folder),
        "presets": [str(path) for path in report.presets],
        "sounds": [[str(path) for path in paths] for paths in report.sounds],
        "notes": list(report.notes),
    }
