"""Collects the sounds of one request as they arrive, so that stopping keeps finished sounds."""

from __future__ import annotations

from dataclasses import replace

from qvim_studio.core.result import GenerationResult, Progress, Variation, best_first


class PartialResult:
    """Collects the sounds of one request; a later sound of the same seed replaces the earlier."""

    def __init__(self) -> None:
        self._by_seed: dict[int, GenerationResult] = {}

    def take(self, progress: Progress) -> Variation | None:
        """Keep and return the sound that arrived with this message; None if there was none."""
        if progress.arrived is None:
            return None
        (variation,) = progress.arrived.variations
        self._by_seed[variation.seed] = progress.arrived
        return variation

    def so_far(self) -> GenerationResult | None:
        """One result with all sounds that have arrived; None before the first arrives."""
        if not self._by_seed:
            return None
        last = list(self._by_seed.values())[-1]
        variations = best_first(one.variations[0] for one in self._by_seed.values())
        whole = sum(one.planned_s is None for one in variations)
        note = f"Stopped: {whole} of {last.request.variations} sounds were made"
        for one in variations:
            if one.planned_s is not None:
                made_s, planned_s = round(one.clip.duration_s, 1), round(one.planned_s, 1)
                note += f", and {made_s:g} of {planned_s:g} s of another"
        note += "."
        return replace(last, variations=variations, notes=(*last.notes, note))
