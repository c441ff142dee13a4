"""Collects the sounds of one request as they arrive, so that stopping keeps finished sounds."""

from __future__ import annotations

from dataclasses import replace

from qvim_studio.core.result import GenerationResult, Progress, Variation, best_first


class PartialResult:
    """Collects the sounds of one request; a later sound of the same seed replaces the earlier."""

    def __init__(self) -> None:
        self._by_seed: dict[int, GenerationResult] = {}

    def take(self, progress: Progress) -> Variation | None:
        """Keep and return the sound that came with this message, or None."""
        if progress.arrived is None:
            return None
        (variation,) = progress.arrived.variations
        self._by_seed[variation.seed] = progress.arrived
        return variation

    def so_far(self) -> GenerationResult | None:
        """One result with all sounds that came; None without any."""
        if not self._by_seed:
            return None
        last = list(self._by_seed.values())[-1]
        variations = best_first(one.variations[0] for one in self._by_seed.values())
        note = f"Stopped: {len(variations)} of {last.request.variations} sounds were made."
        return replace(last, variations=variations, notes=(*last.notes, note))
