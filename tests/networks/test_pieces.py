"""Long sounds in pieces."""

from __future__ import annotations

import pytest

from qvim_studio.networks.pieces import pieces_of


@pytest.mark.parametrize("count", [1, 128, 129, 160, 161, 1292, 4089])
def test_pieces_keep_every_latent_once(count: int) -> None:
    pieces = pieces_of(count, 128, 16)
    kept = [
        latent
        for piece in pieces
        for latent in range(piece.begin + piece.kept_from, piece.begin + piece.kept_to)
    ]
    assert kept == list(range(count))
    assert all(piece.end - piece.begin <= 128 for piece in pieces)
    assert all(piece.begin % 2 == 0 for piece in pieces)
