"""The real sounds of a request that are fitted to its imitation."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from qvim_studio.audio.following.fitting import fit_sounds
from qvim_studio.core.engine import IsCancelled, OnProgress, raise_if_cancelled
from qvim_studio.core.errors import EngineError, StudioError
from qvim_studio.core.provenance import Origin
from qvim_studio.core.result import Progress, Variation
from qvim_studio.core.text.file_names import sound_name
from qvim_studio.generation.run import Run
from qvim_studio.generation.starts import FindFittable, FittableSound

log = logging.getLogger(__name__)

MAX_TURNS = 4  # sounds of one kind that take turns in one clip
NO_FITTABLE = "There is no real sound to fit to the imitation."


def fit_found(
    run: Run,
    find_fittable: FindFittable,
    is_cancelled: IsCancelled,
    on_progress: OnProgress = lambda progress: None,
) -> tuple[Variation, ...]:
    """As many as the request asks for, the best found sound first; a note of the run says where
    there are none. Raises CancelledError between two of them."""
    request = run.request
    if request.imitation is None or request.edit is not None or not request.fits:
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
    """``first``, and after it those of its kind."""
    alike = [one for one in others if one is not first and first.kind and one.kind == first.kind]
    return [first, *alike][:MAX_TURNS]


def _fitted(run: Run, turns: Sequence[FittableSound], seed: int) -> Variation | None:
    """None for what is silent or cannot be fitted: it costs the made sounds nothing."""
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
