"""The sounds of one request as they come: what is kept where not all of them do."""

from __future__ import annotations

from dataclasses import replace

from qvim_studio.core.result import GenerationResult, Progress, Variation, best_first


class PartialResult:
    """Listens to the progress of one request; a seed that comes again replaces itself."""

    def __init__(self) -> None:
        self._by_seed: dict[int, GenerationResult] = {}

    def take(self, progress: Progress) -> Variation | None:
        """The sound that came with this message, if one did."""
        if progress.arrived is None:
            return None
        (variation,) = progress.arrived.variations
        self._by_seed[variation.seed] = progress.arrived
        return variation

    def so_far(self) -> GenerationResult | None:
        """One result of all that came; None where nothing did."""
        if not self._by_seed:
            return None
        last = list(self._by_seed.values())[-1]
        variations = best_first(one.variations[0] for one in self._by_seed.values())
        note = f"Stopped: {len(variations)} of {last.request.variations} sounds were made."
        return replace(last, variations=variations, notes=(*last.notes, note))
