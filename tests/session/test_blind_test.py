from __future__ import annotations

import random
from pathlib import Path

from qvim_studio.session.blind_test import BlindTest

PATHS = [Path(f"{letter}.wav") for letter in "abcd"]
A, B, C, _ = PATHS


def test_every_order_comes_up() -> None:
    orders = {BlindTest.of(PATHS, random.Random(seed)).order for seed in range(200)}
    assert len(orders) == 24
    assert all(sorted(order) == PATHS for order in orders)


def test_choices_are_places_and_can_be_taken_back() -> None:
    test = BlindTest(tuple(PATHS)).choosing(B).choosing(A).choosing(C)
    assert [test.place(path) for path in PATHS] == [2, 1, 3, None]
    test = test.choosing(B)
    assert [test.place(path) for path in PATHS] == [1, None, 2, None]
    assert test.choosing(B).choices == (A, C, B)
