"""The option of all families whose variations start from real sounds, near or far."""

from __future__ import annotations

from qvim_studio.core.options import Option, Role

USUAL_VARIETY = 0.5


def variety_option() -> Option:
    """0 starts all variations equally near; 1 spreads them over all of the noise schedule."""
    return Option("variety", "Variety", USUAL_VARIETY, Role.VARIETY, 0.0, 1.0, 0.05)
