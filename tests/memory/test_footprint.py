"""Footprints: activations of whole sounds and of sounds in pieces."""

from __future__ import annotations

from qvim_studio.memory.footprint import Footprint, Stage


def test_activations_grow_with_the_length_up_to_a_piece() -> None:
    stage = Stage("decode", 100, row_bytes=10, row_bytes_per_s=5, piece_s=4.0)
    assert stage.activation_bytes(2.0, rows=3) == 60
    assert stage.activation_bytes(60.0, rows=1) == 30


def test_weights_are_those_of_all_stages() -> None:
    assert Footprint((Stage("text", 3), Stage("denoise", 4))).weights == 7
