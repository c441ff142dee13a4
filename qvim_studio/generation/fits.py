"""Fits real sounds to the imitation of a request."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from qvim_studio.audio.following.fitting import fit_sounds
from qvim_studio.core.engine import IsCancelled, OnProgress, raise_if_cancelled
from qvim_studio.core.errors import EngineError, StudioError
from qvim_studio.core.provenance import Origin
from qvim_studio.core.request import MAX_AT_ONCE_S
from qvim_studio.core.result import Progress, Variation
from qvim_studio.core.text.file_names import sound_name
from qvim_studio.generation.preparation import PreparedRun
from qvim_studio.generation.starts import FindFittable, FittableSound

log = logging.getLogger(__name__)

MAX_TURNS = 4  # sounds of one kind that take turns in one clip
TOO_LONG_TO_FIT = (
    f"Real sounds are fitted to takes of up to {MAX_AT_ONCE_S:g} s: none was fitted to this one."
)
NO_FITTABLE = "There is no real sound to fit to the imitation."


def fit_found(
    run: PreparedRun,
    find_fittable: FindFittable,
    is_cancelled: IsCancelled,
    on_progress: OnProgress = lambda progress: None,
) -> tuple[Variation, ...]:
    """The requested number of fitted sounds, the best found sound first; if none can be fitted, a
    note of the run says so. Raises CancelledError between two sounds."""
    request = run.request
    if request.imitation is None or request.edit is not None or not request.fits:
        return ()
    if request.natural_s > MAX_AT_ONCE_S:
        run.notes.append(TOO_LONG_TO_FIT)
        return ()
    try:
        found = find_fittable(run.query, request.library_folder, run.loaded.hearing, request.fits)
    except StudioError as error:
        log.warning("no sounds were fitted: %s", error)
        found = ()
    fitted = []
    for number, first in enumerate(found):
        on_progress(Progress("fit", number, len(found)))
        raise_if_cancelled(is_cancelled)
        turns = _turns(first, [*found[number:], *found[:number]])
        variation = _fitted(run, turns, request.seed + number)
        if variation is not None:
            fitted.append(variation)
    if not fitted:
        run.notes.append(NO_FITTABLE)
    return tuple(fitted)


def _turns(first: FittableSound, others: Sequence[FittableSound]) -> list[FittableSound]:
    """``first``, followed by the other sounds of its kind."""
    alike = [one for one in others if one is not first and first.kind and one.kind == first.kind]
    return [first, *alike][:MAX_TURNS]


def _fitted(run: PreparedRun, turns: Sequence[FittableSound], seed: int) -> Variation | None:
    """The sounds of ``turns`` fitted to the imitation; None if they are silent or cannot be fitted,
    which does not affect the made sounds."""
    request, first = run.request, turns[0]
    if request.imitation is None:
        return None
    try:
        clip = fit_sounds([one.clip for one in turns], request.imitation, request.follow)
    except (ValueError, EngineError) as error:
        log.warning("%s was not fitted: %s", first.name, error)
        return None
    provenance = first.provenance
    for other in turns[1:]:
        provenance = provenance.with_parts_of(other.provenance)
    titles = dict.fromkeys(one.provenance.checkpoint_title for one in turns)
    return Variation(
        clip=clip,
        seed=seed,
        bandwidth_hz=clip.sample_rate / 2,
        start_name=", ".join(sound_name(one.name) for one in turns),
        origin=Origin.FITTED,
        provenance=replace(provenance, checkpoint_title=", ".join(titles)),
        **run.compare(clip),
    )
