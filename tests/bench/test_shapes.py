"""Random checkpoints have the shapes of the real ones."""

from __future__ import annotations

import pytest

from qvim_studio.bench.shapes import sizes_of
from qvim_studio.families.audioldm.sizes import known_sizes
from qvim_studio.families.catalog import list_checkpoints


@pytest.mark.parametrize("id", ["audioldm-s-full", "audioldm-m-full", "audioldm-l-full"])
def test_the_registry_knows_the_true_sizes(id: str) -> None:
    checkpoint = next(c for c in list_checkpoints() if c.id == id)
    assert known_sizes(checkpoint.sizes) == sizes_of(id.split("-")[1])
