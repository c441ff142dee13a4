from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from qvim_studio.core.capabilities import Capabilities, EditKind, VoiceRoute
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.request import GenerationRequest, Start, VramMode
from qvim_studio.core.result import GenerationResult, MemoryUse, Variation
from qvim_studio.core.upscale import Upscale
from qvim_studio.jobs.engine.pace import Pace, PaceBook, computed_s, load_pages, sounds_made

PROVENANCE = Provenance("a", "A", "1", "CC0", "yes")
FAST = Pace(fixed=0.5, step=0.05, step_per_s=0.01, sound=0.4, sound_per_s=0.1)
MONO = Capabilities(
    frozenset(), frozenset(EditKind), VoiceRoute.ADAPTER, 16_000, channels=1, min_s=0.2, max_s=120.0
)
SLOW = Pace(fixed=2.0, step=0.1, step_per_s=1.2, sound=1.0, sound_per_s=3.0)


def ask(duration_s: float, steps: int | None = 20, variations: int = 4, **more: object):
    return GenerationRequest(
        text="door", duration_s=duration_s, steps=steps, variations=variations, **more
    )


def ran(pace: Pace, asked: GenerationRequest, place: str = "process", **filled: object):
    """The result of a machine that has exactly this pace."""
    request = asked.with_changes(**({"steps": asked.steps or 25} | filled))
    steps = request.steps or 0
    if request.start is not None and request.start is not Start.NOISE:
        steps = int(steps * (request.strength or 1.0))
    fits = request.fits if request.imitation is not None else 0
    seconds = pace.phases(steps, request.variations, computed_s(request), fits)
    clip = AudioClip(np.zeros((8, 1), np.float32), 8000)
    variations = (Variation(clip, 0, None, 8000.0),) * request.variations
    memory = MemoryUse(request.vram_mode.value, place, 0, 0)
    return GenerationResult(
        request,
        PROVENANCE,
        variations,
        {"load": 9.0, **seconds},
        memory=memory,
        fitted=(Variation(clip, 0, None, 8000.0),) * fits,
    )


@pytest.fixture
def book(tmp_path: Path) -> PaceBook:
    return PaceBook(tmp_path / "pace.json")


def teach(book: PaceBook, pace: Pace, *asked: GenerationRequest, **filled: object) -> None:
    for request in asked:
        book.learn(request, ran(pace, request, **filled))


def true_s(pace: Pace, asked: GenerationRequest) -> float:
    return sum(ran(pace, asked).seconds.values()) - 9.0


@pytest.mark.parametrize("pace", [FAST, SLOW])
def test_two_jobs_teach_every_length_number_and_quality(book: PaceBook, pace: Pace) -> None:
    teach(book, pace, ask(1.28), ask(10.24, steps=10, variations=1))
    for wanted in (ask(0.5, 8, 1), ask(2.56, 25, 4), ask(30.08, 50, 16), ask(120.0, 100, 4)):
        assert book.expected_s(wanted) == pytest.approx(true_s(pace, wanted), rel=0.1)


@pytest.mark.parametrize("pace", [FAST, SLOW])
def test_one_short_job_gives_the_order_of_a_long_one(book: PaceBook, pace: Pace) -> None:
    teach(book, pace, ask(3.0))
    wanted = ask(30.08)
    seconds = book.expected_s(wanted)
    assert seconds is not None
    assert 1 / 4 < seconds / true_s(pace, wanted) < 4


def test_checkpoint_mode_and_device_have_paces_of_their_own(book: PaceBook) -> None:
    big = {"checkpoint": "big"}
    teach(book, FAST, ask(3.0, vram_mode=VramMode.HIGH), place="gpu")
    teach(book, SLOW, ask(3.0, vram_mode=VramMode.CPU))
    for mode, pace in ((VramMode.HIGH, FAST), (VramMode.CPU, SLOW)):
        wanted = ask(3.0, vram_mode=mode)
        assert book.expected_s(wanted) == pytest.approx(true_s(pace, wanted), rel=0.05)
    assert book.expected_s(ask(3.0, **big, vram_mode=VramMode.CPU)) is None
    assert book.phases(ask(3.0, **big)) == {}


def test_the_mode_that_the_engine_chose_is_expected_again(book: PaceBook) -> None:
    teach(book, SLOW, ask(3.0), vram_mode=VramMode.CPU)
    assert book.expected_s(ask(3.0)) == pytest.approx(true_s(SLOW, ask(3.0)), rel=0.05)
    as_chosen = ask(3.0, vram_mode=VramMode.CPU)
    assert book.expected_s(as_chosen) == pytest.approx(true_s(SLOW, ask(3.0)), rel=0.05)


def test_what_a_request_leaves_open_is_taken_as_the_checkpoint_took_it(book: PaceBook) -> None:
    teach(book, SLOW, ask(3.0, steps=None), steps=40, start=Start.NEAREST, strength=0.5)
    half = true_s(SLOW, ask(3.0, steps=20))
    assert book.expected_s(ask(3.0, steps=None)) == pytest.approx(half, rel=0.05)
    noise = book.expected_s(ask(3.0, steps=None, start=Start.NOISE))
    assert noise == pytest.approx(true_s(SLOW, ask(3.0, steps=40)), rel=0.05)


def stereo(is_alike: bool) -> AudioClip:
    noise = 0.1 * np.random.default_rng(0).standard_normal((48_000, 2)).astype(np.float32)
    return AudioClip(noise[:, [0, 0]] if is_alike else noise, 16_000)


def regenerate(sound: AudioClip, **more: object) -> GenerationRequest:
    values = {"start": Start.IMITATION, "strength": 0.5, "steps": 20, **more}
    return GenerationRequest(imitation=sound, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sound", "more", "sides"),
    [
        (stereo(is_alike=False), {}, 2),
        (stereo(is_alike=True), {}, 1),
        (stereo(is_alike=False), {"start": Start.NOISE}, 1),
        (stereo(is_alike=False), {"start": None}, 2),
    ],
)
def test_sides_that_are_made_one_by_one_count(
    sound: AudioClip, more: dict[str, object], sides: int
) -> None:
    request = regenerate(sound, variations=3, **more)
    assert sounds_made(request, MONO, "imitation") == 3 * sides
    assert sounds_made(request, replace(MONO, channels=2), "imitation") == 3
    assert sounds_made(request, None) == 3


def test_an_edit_of_a_stereo_sound_counts_its_sides_where_the_sound_itself_is_made_again() -> None:
    edit = Edit(stereo(is_alike=False), 1.0, 2.0)
    assert sounds_made(GenerationRequest(edit=edit, variations=2), MONO) == 4
    voice = AudioClip.from_mono(np.ones(16_000, np.float32), 16_000)
    assert sounds_made(GenerationRequest(imitation=voice, edit=edit, variations=2), MONO) == 2


def test_a_job_of_two_sides_teaches_the_pace_of_one(tmp_path: Path) -> None:
    book = PaceBook(tmp_path / "pace.json", lambda checkpoint: MONO)
    both = regenerate(stereo(is_alike=False), variations=1)
    one = regenerate(AudioClip.from_mono(stereo(is_alike=True).mono(), 16_000), variations=1)
    taught = ran(SLOW, one)
    twice = {name: 2 * seconds for name, seconds in taught.seconds.items()}
    book.learn(both, replace(taught, seconds={**twice, "encode": SLOW.fixed}))
    assert book.expected_s(one) == pytest.approx(true_s(SLOW, one), rel=0.05)
    expected, alone = book.phases(both), book.phases(one)
    assert all(expected[name] == pytest.approx(2 * alone[name]) for name in ("denoise", "decode"))
    fresh = PaceBook(tmp_path / "other.json", lambda checkpoint: MONO)
    assert fresh.guessed_s(both) > 1.8 * fresh.guessed_s(one)


def test_an_upscaler_takes_as_long_for_every_channel(book: PaceBook) -> None:
    seconds = [
        book.guessed_s(GenerationRequest(upscale=Upscale(sound), upscaler="audiosr-basic"))
        for sound in (stereo(is_alike=False), AudioClip.from_mono(np.ones(48_000), 16_000))
    ]
    assert seconds[0] == pytest.approx(2 * seconds[1])


def test_a_slow_moment_is_forgotten(book: PaceBook) -> None:
    teach(book, SLOW, ask(3.0))
    teach(book, FAST, *[ask(3.0)] * 20)
    assert book.expected_s(ask(3.0)) == pytest.approx(true_s(FAST, ask(3.0)), rel=0.1)


def test_the_paces_outlive_the_session_and_rubbish_does_not(tmp_path: Path) -> None:
    path = tmp_path / "pace.json"
    book = PaceBook(path)
    assert book.expected_s(ask(1.0)) is None and book.guessed_s(ask(1.0)) > 0
    teach(book, SLOW, ask(3.0))
    assert PaceBook(path).expected_s(ask(3.0)) == book.expected_s(ask(3.0))
    stored = json.loads(path.read_text())
    for rubbish in ("[1]", "{", json.dumps({**stored, "version": 99}), _with_bad_job(stored)):
        path.write_text(rubbish)
        assert not load_pages(path).by_kind
        teach(PaceBook(path), FAST, ask(3.0))


def test_the_one_pace_of_earlier_versions_becomes_the_first_guess(tmp_path: Path) -> None:
    path = tmp_path / "pace.json"
    path.write_text(json.dumps({"fixed": 1.0, "step": 0.5, "decode": 2.0}))
    book = PaceBook(path)
    wanted = ask(3.2, steps=10, variations=2)
    assert book.expected_s(wanted) is None
    assert book.guessed_s(wanted) == pytest.approx(1.0 + 6.4 * (10 * 0.5 + 2.0))
    teach(book, SLOW, ask(3.0))
    assert json.loads(path.read_text())["version"] == 2
    assert PaceBook(path).guessed_s(ask(3.2, 10, 2, checkpoint="big")) == pytest.approx(45.8)


def _with_bad_job(stored: dict) -> str:
    changed = json.loads(json.dumps(stored))
    next(iter(changed["paces"].values()))["jobs"][0]["denoise"] = "soon"
    return json.dumps(changed)


TAKE = AudioClip(np.zeros((16_000, 1), np.float32), 8000)


def test_fitted_sounds_have_a_pace_of_their_own(book: PaceBook) -> None:
    pace = replace(FAST, fit_per_s=2.0)
    plain, fitting = (ask(3.0, imitation=TAKE, fits=fits) for fits in (0, 3))
    teach(book, pace, plain, fitting)
    assert book.expected_s(plain) == pytest.approx(true_s(pace, plain), rel=0.05)
    assert book.expected_s(fitting) == pytest.approx(true_s(pace, fitting), rel=0.05)
    assert book.phases(fitting)["fit"] == pytest.approx(18.0, rel=0.1)
    assert book.phases(ask(3.0, fits=3))["fit"] == 0.0  # without an imitation nothing is fitted


def test_paces_learned_before_fits_were_counted_are_still_of_use(tmp_path: Path) -> None:
    path = tmp_path / "pace.json"
    book = PaceBook(path)
    teach(book, SLOW, ask(3.0))
    stored = json.loads(path.read_text())
    for page in stored["paces"].values():
        page["jobs"] = [
            {name: value for name, value in job.items() if name not in ("fits", "fit")}
            for job in page["jobs"]
        ]
    del stored["unlike"]["fit_per_s"]
    path.write_text(json.dumps(stored))
    assert PaceBook(path).expected_s(ask(3.0)) == book.expected_s(ask(3.0))


def test_what_is_made_beyond_the_end_of_a_loop_takes_its_time() -> None:
    made_s = computed_s(ask(9.6, loop=True))
    assert computed_s(ask(9.6)) == pytest.approx(9.6)
    assert made_s == pytest.approx(10.88)  # a second more, in whole steps
