"""How likely a sound is of the kind that a voice means."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.program.resources import resource_path
from qvim_studio.networks.ears import EARS_DIM, KIND_DIM, Ears, Features
from qvim_studio.networks.qvim.mobilenet import EMBEDDING_DIM
from qvim_studio.networks.qvim.qvim_front_end import N_MELS
from qvim_studio.networks.yamnet import CLASSES, WIDTH
from qvim_studio.voice.likelihood import (
    FILE,
    Calibration,
    Curve,
    Expectation,
    KindJudge,
    dots_of,
)

CURVE = Curve(placed=1.0, nearby=1.0, offset=1.5)
DOG, CAT, RAIN = range(3)  # kinds; the first two are animals
NOTHING = Features(
    torch.zeros(1, EMBEDDING_DIM),
    torch.randn(1, WIDTH, generator=torch.Generator().manual_seed(0)),
    torch.full((1, CLASSES), 0.1),
    torch.randn(1, N_MELS, generator=torch.Generator().manual_seed(1)),
)


def sounds_of(*kinds: int) -> np.ndarray:
    """Embeddings that lie at these kinds."""
    embeddings = np.zeros((len(kinds), EARS_DIM), np.float32)
    embeddings[np.arange(len(kinds)), EMBEDDING_DIM + np.array(kinds)] = 0.5
    return embeddings


def make_judge(curve: Curve = CURVE, known: tuple[int, ...] = (DOG,) * 20 + (RAIN,) * 20):
    torch.manual_seed(0)
    ears = Ears(("dog", "cat", "rain"))
    ears.centers.data = torch.eye(3, KIND_DIM)
    ears.familiar_weight.data[0] = 40.0
    calibration = Calibration(("animal", "animal", "weather"), curve, replace(curve, offset=5.0))
    return KindJudge(ears.eval().requires_grad_(False), calibration, lambda: sounds_of(*known))


def expecting(animal: float, nearby: float | None = None, is_voice: bool = True) -> Expectation:
    shares = [np.array([share, 1 - share]) for share in (animal, nearby or animal)]
    return Expectation(*shares, is_voice)


def test_a_sound_of_the_expected_class_is_likelier_than_another() -> None:
    likelihoods = make_judge().likelihoods(expecting(0.9), sounds_of(DOG, CAT, RAIN))
    assert likelihoods[0] == pytest.approx(likelihoods[1], abs=0.01)  # both are animals
    assert likelihoods[0] > 0.7 > 0.2 > likelihoods[2]


def test_what_is_near_is_counted_by_its_class() -> None:
    judge = make_judge()
    (by_dogs,) = judge.expect(NOTHING, 4 * sounds_of(DOG), "imitation")
    (by_rain,) = judge.expect(NOTHING, 4 * sounds_of(RAIN), "imitation")
    assert by_dogs.nearby[0] > 0.95 and by_rain.nearby[1] > 0.95
    assert by_dogs.nearby.sum() == pytest.approx(1.0, abs=1e-5)
    assert np.array_equal(by_dogs.placed, by_rain.placed)


def test_a_voice_that_is_left_to_the_encoder_is_known_for_one() -> None:
    judge = make_judge()
    own = replace(NOTHING, embedding=torch.eye(1, EMBEDDING_DIM))
    for features, branch, is_familiar in (
        (own, "imitation", True),
        (NOTHING, "imitation", False),
        (own, "reference", False),
    ):
        (expected,) = judge.expect(features, 4 * sounds_of(DOG), branch)
        assert expected.is_familiar is is_familiar


def test_ears_that_disagree_are_unsure_and_still_order_the_sounds() -> None:
    judge = make_judge()
    kind, better = judge.judge(expecting(0.9, nearby=0.1), sounds_of(DOG)[0])
    assert kind is None and 0.0 < better < 1.0
    kind, best = judge.judge(expecting(0.9), sounds_of(DOG)[0])
    assert kind == 4 and best > better


def test_a_sound_is_judged_by_another_curve_than_a_voice() -> None:
    judge = make_judge()
    voice, sound = (
        judge.judge(expecting(0.6, is_voice=is_voice), sounds_of(DOG)[0])[1]
        for is_voice in (True, False)
    )
    assert sound > voice + 0.1


def test_nothing_is_likelier_than_takes_have_borne_out() -> None:
    judge = make_judge(replace(CURVE, highest=0.7))
    assert judge.judge(expecting(1.0), sounds_of(DOG)[0]) == (4, 0.7)


def test_dots_are_fifths() -> None:
    assert [dots_of(share) for share in (0.0, 0.19, 0.2, 0.5, 0.79, 0.8, 1.0)] == [
        1, 1, 2, 3, 4, 5, 5,
    ]  # fmt: skip


def test_saved_calibration_is_read_and_a_damaged_one_refused(tmp_path: Path) -> None:
    calibration = Calibration(("animal", "weather"), CURVE, replace(CURVE, highest=0.5))
    calibration.save(tmp_path)
    assert Calibration.load(tmp_path) == calibration
    (tmp_path / FILE).write_text('{"classes": [], "voices": {}}')
    with pytest.raises(CheckpointError, match=f"{FILE} cannot be read"):
        Calibration.load(tmp_path)


def test_what_ships_names_the_class_of_every_kind() -> None:
    ears = Ears.load(resource_path("ears"))
    assert len(Calibration.load(resource_path("ears")).classes) == len(ears.kinds)
