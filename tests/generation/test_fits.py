"""Fitted sounds of a request, by an engine with random weights."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CancelledError, EngineError, SoundFolderError
from qvim_studio.core.provenance import Origin, Provenance
from qvim_studio.core.request import GenerationRequest, Start
from qvim_studio.core.result import GenerationResult, Progress
from qvim_studio.core.sound_query import SoundQuery
from qvim_studio.generation import fits
from qvim_studio.generation.engine import StudioEngine
from qvim_studio.generation.fits import NO_FITTABLE
from qvim_studio.generation.starts import FindFittable, FittableSound

pytestmark = pytest.mark.usefixtures("quick_ears")

RATE = 44_100


def burst(seconds: float, rate: int = RATE, channels: int = 1) -> AudioClip:
    noise = 0.2 * np.random.default_rng(0).standard_normal((int(seconds * rate), channels))
    return AudioClip((noise * np.linspace(1, 0, len(noise))[:, None]).astype(np.float32), rate)


def sound(name: str, kind: str, licence: str = "CC0", rate: int = RATE) -> FittableSound:
    origin = Provenance("", f"{name} by Ann", "kit", licence, "yes")
    return FittableSound(name, burst(0.3, rate, 2), kind, origin)


def find_three(
    query: SoundQuery, folder: str | None, hearing: object, count: int
) -> list[FittableSound]:
    rain = sound("rain", "rain", rate=22_050)
    return [sound("dog_1", "dog"), sound("dog_2", "dog", "CC-BY-4.0"), rain][:count]


def generate(
    tiny: str, find: FindFittable | None = find_three, **changes: object
) -> GenerationResult:
    engine = StudioEngine(lambda *asked: (), find_fittable=find)
    asked = {"imitation": burst(0.5), "variations": 1, "steps": 1, "start": Start.NOISE}
    request = GenerationRequest(checkpoint=tiny, **(asked | changes))
    return engine.generate(request, lambda progress: None, lambda: False)


def test_as_many_are_fitted_as_asked_for_at_their_own_rate_and_channels(tiny: str) -> None:
    result = generate(tiny, fits=3)
    assert [(one.clip.sample_rate, one.clip.channels) for one in result.fitted] == [
        (RATE, 2), (RATE, 2), (22_050, 2),
    ]  # fmt: skip
    assert {one.origin for one in result.fitted} == {Origin.FITTED}
    assert all(one.similarity is not None and -1 <= one.similarity <= 1 for one in result.fitted)
    assert [one.origin for one in result.variations] == [Origin.MADE]
    assert result.sounds == (*result.variations, *result.fitted)
    assert "fit" in result.seconds


def test_sounds_of_one_kind_take_turns_and_all_their_licences_hold(tiny: str) -> None:
    dogs, again, rain = generate(tiny, fits=3).fitted
    assert dogs.start_name == "dog 1, dog 2" and again.start_name == "dog 2, dog 1"
    assert dogs.provenance is not None and dogs.provenance.licence == "CC0 + CC-BY-4.0"
    assert dogs.provenance.checkpoint_title == "dog_1 by Ann, dog_2 by Ann"
    assert rain.start_name == "rain" and rain.provenance is not None
    assert rain.provenance.licence == "CC0"


def test_nothing_is_looked_for_where_nothing_is_to_be_fitted(tiny: str) -> None:
    def find(*asked: object) -> list[FittableSound]:
        raise AssertionError("nobody asked for it")

    assert generate(tiny, find, fits=0).fitted == ()
    assert generate(tiny, None, fits=2).fitted == ()


def test_library_without_sounds_costs_a_note_and_no_result(tiny: str) -> None:
    def find_none(*asked: object) -> list[FittableSound]:
        raise SoundFolderError("The folder is gone.")

    result = generate(tiny, find_none, fits=1)
    assert result.fitted == () and len(result.variations) == 1
    assert NO_FITTABLE in result.notes


def test_silent_sounds_are_passed_over(tiny: str) -> None:
    silence = AudioClip(np.zeros((RATE, 1), np.float32), RATE)
    silent = FittableSound("hush", silence, "", Provenance("", "hush", "", "CC0", "yes"))
    result = generate(tiny, lambda *asked: [silent, sound("dog", "")], fits=2)
    assert [one.start_name for one in result.fitted] == ["dog"]


def test_fitting_that_fails_costs_the_made_sounds_nothing(
    tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*asked: object) -> AudioClip:
        raise EngineError("The pitch tracker's weights cannot be read.")

    monkeypatch.setattr(fits, "fit_sounds", fail)
    result = generate(tiny, fits=1)
    assert len(result.variations) == 1 and result.fitted == ()
    assert NO_FITTABLE in result.notes


def test_cancel_ends_the_fitting(tiny: str) -> None:
    looked: list[int] = []

    def find(*asked: object) -> list[FittableSound]:
        looked.append(1)
        return [sound("dog", "")]

    def ignore(progress: Progress) -> None: ...

    request = GenerationRequest(burst(0.5), variations=1, steps=1, checkpoint=tiny, fits=1)
    with pytest.raises(CancelledError):
        StudioEngine(lambda *asked: (), find_fittable=find).generate(
            request, ignore, lambda: bool(looked)
        )


def test_fitting_says_how_far_it_is(tiny: str) -> None:
    seen: list[Progress] = []
    request = GenerationRequest(
        burst(0.5), variations=1, steps=1, checkpoint=tiny, fits=3, start=Start.NOISE
    )
    engine = StudioEngine(lambda *asked: (), find_fittable=find_three)
    engine.generate(request, seen.append, lambda: False)
    assert [(p.step, p.steps) for p in seen if p.phase == "fit"] == [(0, 3), (1, 3), (2, 3)]
    assert seen[-1].phase == "fit"
