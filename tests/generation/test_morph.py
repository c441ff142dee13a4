from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.generation.morph import between


@pytest.mark.parametrize("at", [0.0, 0.25, 1.0])
def test_a_place_between_two_embeddings_lies_on_their_arc(at: float) -> None:
    first, second = np.eye(3, dtype=np.float32)[:2]
    angle = at * np.pi / 2
    expected = [np.cos(angle), np.sin(angle), 0.0]
    np.testing.assert_allclose(between(first, second, at), expected, atol=1e-6)
