"""How long a worker may take for a row before it counts as hanging: learned from finished rows."""

from __future__ import annotations

from qvim_studio.core.request import DEFAULT_DURATION_S, WINDOWS_FROM_S
from qvim_studio.jobs.engine.pace import FIRST_GUESS, SHORTEST_S, UPSCALE_PER_S, USUAL_STEPS
from qvim_studio.rendering.columns import CHECKPOINT
from qvim_studio.rendering.order import RenderOrder
from qvim_studio.rendering.row_request import IMITATION

# Before a row of its checkpoint is made: weights may lie on a slow disk, and the estimate is that
# of a small network on two cores.
FIRST_LEAST_S, FIRST_SHARE = 3600.0, 100.0
# Afterwards: of the slowest row so far, by what rows are estimated to take.
LEARNED_LEAST_S, LEARNED_SHARE = 120.0, 10.0


class RowLimits:
    """Limits in seconds of wall time. Rows of one checkpoint teach nothing about another."""

    def __init__(
        self, first_least_s: float = FIRST_LEAST_S, learned_least_s: float = LEARNED_LEAST_S
    ) -> None:
        """first_least_s, learned_least_s: the shortest limit before and after a row was made."""
        self._first_least_s = first_least_s
        self._learned_least_s = learned_least_s
        self._slowest: dict[str, float] = {}  # seconds for each estimated second, by checkpoint

    def limit_s(self, order: RenderOrder) -> float:
        """How long a worker may take for an order, the start of the worker included."""
        estimated_s = estimate_s(order)
        slowest = self._slowest.get(order.values[CHECKPOINT])
        if slowest is None:
            return self._first_least_s + FIRST_SHARE * estimated_s
        return self._learned_least_s + LEARNED_SHARE * slowest * estimated_s

    def learn(self, order: RenderOrder, seconds: float) -> None:
        """Count a row that a worker has made in so many seconds."""
        checkpoint = order.values[CHECKPOINT]
        taken = seconds / estimate_s(order)
        self._slowest[checkpoint] = max(taken, self._slowest.get(checkpoint, 0.0))


def estimate_s(order: RenderOrder) -> float:
    """What an order would take a small network on two cores, in seconds."""
    values, take = order.values, order.sounds.get(IMITATION)
    length_s = values["duration_s"]
    if length_s is None:
        length_s = DEFAULT_DURATION_S if take is None else take.length_s or WINDOWS_FROM_S
    length_s = max(length_s, SHORTEST_S)
    steps = values["steps"] or values["options"].get("steps") or USUAL_STEPS
    sounds = values["variations"]
    phases = FIRST_GUESS.phases(steps, sounds, length_s, values["fits"])
    upscaling_s = UPSCALE_PER_S["process"] * sounds * length_s if values["upscaler"] else 0.0
    return sum(phases.values()) + upscaling_s
