"""What is calibrated: dots that keep what they say on people that nothing was fitted on."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from qvim_studio.networks.ears import (
    EMBEDDING_DIM,
    FEATURES_DIM,
    KIND_DIM,
    MEANING_DIM,
    N_MELS,
    WIDTH,
    Ears,
    Features,
)
from qvim_studio.networks.yamnet import CLASSES
from qvim_studio.training.encoder.calibration import (
    UNSURE,
    Calibrated,
    JudgedSounds,
    KnownSounds,
    calibrate,
)

KINDS = ("dog", "rain", "bell", "gun")


def make_ears() -> Ears:
    """They place what they hear by the first numbers of the tagger's embedding."""
    ears = Ears(KINDS)
    ears.centers.data = torch.eye(len(KINDS), KIND_DIM)
    ears.to_kinds.weight.data = torch.eye(KIND_DIM, FEATURES_DIM)
    ears.meaning_basis.copy_(torch.eye(FEATURES_DIM, MEANING_DIM))
    ears.is_voice.fill_(1.0)
    return ears.eval().requires_grad_(False)


def blurred(kinds: np.ndarray, blur: np.ndarray, rng: np.random.Generator) -> Features:
    """Of each kind, and the more blurred, the less so."""
    tagged = rng.normal(0, 1, (len(kinds), WIDTH)) * blur[:, None] / np.sqrt(WIDTH)
    tagged[np.arange(len(kinds)), kinds] += 1.0
    rows = len(kinds)
    return Features(
        torch.nn.functional.normalize(torch.randn(rows, EMBEDDING_DIM), dim=1),
        torch.from_numpy(tagged).float(),
        torch.full((rows, CLASSES), 0.01),
        torch.zeros(rows, N_MELS),
    )


def known_sounds(rng: np.random.Generator) -> KnownSounds:
    sounds = np.repeat(np.arange(len(KINDS)), 25)
    features = blurred(sounds, np.full(100, 0.1), rng)
    embeddings = make_ears().hear_sounds(features).numpy()
    return KnownSounds(embeddings, tuple(KINDS[kind] for kind in sounds))


@pytest.fixture(scope="module")
def calibrated() -> Calibrated:
    """Of 120 takes of three sources half mean what they sound like, the others anything."""
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    own, clean = rng.integers(0, len(KINDS), (2, 120))
    is_clear = np.arange(120) % 2 == 0
    clean = np.where(is_clear, own, clean)
    takes = JudgedSounds(
        blurred(own, np.where(is_clear, 0.1, 12.0), rng),
        tuple(KINDS[kind] for kind in clean),
        tuple(f"source {number % 3}" for number in range(120)),
        tuple((KINDS[kind],) for kind in clean),
    )
    known = known_sounds(rng)
    return calibrate(make_ears(), takes, known, "imitation")


def test_a_sound_that_is_likelier_is_right_more_often(calibrated: Calibrated) -> None:
    assert calibrated.auc > 0.8
    by_dots = [row.right for row in calibrated.rows if row.dots != UNSURE]
    assert by_dots[-1] > 0.75 and by_dots[-1] > by_dots[0] + 0.3
    assert calibrated.curve.placed >= 0 and calibrated.curve.nearby >= 0


def test_every_shown_sound_is_counted_once_with_an_interval(calibrated: Calibrated) -> None:
    assert sum(row.sounds for row in calibrated.rows) == 4 * 120
    for row in calibrated.rows:
        assert 0 <= row.low <= row.right <= row.high <= 1
    assert str(calibrated.rows[-1]).endswith("takes")


def test_no_more_dots_are_given_than_enough_takes_bear_out() -> None:
    torch.manual_seed(0)
    rng = np.random.default_rng(1)
    own = rng.integers(0, len(KINDS), 30)
    takes = JudgedSounds(
        blurred(own, np.full(30, 0.1), rng),
        ("noise",) * 30,
        ("one", "two") * 15,
        tuple((KINDS[kind],) for kind in rng.integers(0, len(KINDS), 30)),
    )
    known = known_sounds(rng)
    found = calibrate(make_ears(), takes, known, "imitation")
    assert found.curve.highest <= 0.6 and max(row.dots for row in found.rows) <= 3
