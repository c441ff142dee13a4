"""Edits on a checkpoint with random weights: what stays, what is new, and what is told."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny_checkpoint import CARD, build_tiny_checkpoint

from qvim_studio.audio.highs import edit_of_highs
from qvim_studio.checkpoints.card import write_card
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit
from qvim_studio.core.errors import EngineError, UsageError
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.request import GenerationRequest, Start
from qvim_studio.core.result import GenerationResult
from qvim_studio.core.sound_query import SoundQuery
from qvim_studio.diffusion.sampler import Kept
from qvim_studio.families.audioldm import generator
from qvim_studio.families.audioldm.generator import AudioLdmGenerator
from qvim_studio.families.audioldm.loaded import LoadedCheckpoint
from qvim_studio.generation import edit_window
from qvim_studio.generation import run as run_module
from qvim_studio.generation.edit_window import FOREIGN, ITSELF
from qvim_studio.generation.engine import StudioEngine
from qvim_studio.generation.run import SILENT_REST
from qvim_studio.generation.starts import NearestSound, SimilarSound
from qvim_studio.networks.ears import EARS_DIM, Features
from qvim_studio.networks.qvim.encoder import Branch
from qvim_studio.voice.hearing import FeatureExtractor, Hearing, PreparedSound

pytestmark = pytest.mark.usefixtures("quick_ears")

RATE = 44_100
SOUND = AudioClip(
    (np.random.default_rng(0).standard_normal((3 * RATE, 2)) * 0.1).astype(np.float32), RATE
)
MONO = AudioClip.from_mono(SOUND.samples[:, 0], RATE)  # is made once, not channel by channel
BEEP = AudioClip.from_mono(0.3 * np.sin(np.arange(4_800) * 0.3), 48_000)
OWN = Provenance("audioldm", "AudioLDM", "2", "CC BY-NC-SA 4.0", "no")


class Finder:
    """Finds a beep and remembers what was looked for."""

    def __init__(self) -> None:
        self.queries: list[SoundQuery] = []

    def __call__(
        self, query: SoundQuery, folder: str | None, embedder: object
    ) -> tuple[NearestSound, ...]:
        self.queries.append(query)
        return (NearestSound("beep", BEEP, likelihood=0.9),)


@pytest.fixture(scope="module")
def asked() -> Finder:
    """Of the engine of all tests."""
    return Finder()


@pytest.fixture
def finder(asked: Finder) -> Finder:
    asked.queries.clear()
    return asked


@pytest.fixture(scope="module")
def engine(asked: Finder) -> StudioEngine:
    """Loads the checkpoint once."""
    return StudioEngine(asked)


def make(engine: StudioEngine, tiny: str, edit: Edit, **changes: object) -> GenerationResult:
    request = GenerationRequest(
        **(
            {"edit": edit, "checkpoint": tiny, "variations": 2, "steps": 3}
            | {"extend_bandwidth": False}  # of what is made, which takes as long as making it
            | changes
        )
    )
    return engine.generate(request, lambda progress: None, lambda: False)


def test_only_the_part_is_new_and_every_variation_has_its_own(
    engine: StudioEngine, tiny: str
) -> None:
    result = make(engine, tiny, Edit(SOUND, 1.0, 1.5))
    first, second = (variation.clip for variation in result.variations)
    part = slice(RATE, RATE * 3 // 2)
    for clip in (first, second):
        assert clip.sample_rate == RATE and clip.samples.shape == SOUND.samples.shape
        kept, was = (np.delete(one, np.r_[part], axis=0) for one in (clip.samples, SOUND.samples))
        assert np.array_equal(kept, was)
        assert np.abs(clip.samples[part] - SOUND.samples[part]).max() > 0.01
    assert not np.array_equal(first.samples[part], second.samples[part])
    assert result.notes[:2] == ("Regenerated: 1.00 to 1.50 s.", FOREIGN)


def test_the_same_edit_gives_the_same_bits(engine: StudioEngine, tiny: str) -> None:
    once, again = (make(engine, tiny, Edit(MONO, 1.0, 1.5), variations=1) for _ in range(2))
    samples = [result.variations[0].clip.samples for result in (once, again)]
    assert np.array_equal(*samples)


def test_a_continuation_is_longer_and_begins_as_the_sound_does(
    engine: StudioEngine, tiny: str
) -> None:
    result = make(engine, tiny, Edit.continuing(SOUND, 2.0), variations=1)
    clip = result.variations[0].clip
    assert clip.duration_s == pytest.approx(5.0, abs=1 / RATE)
    before = round(2.8 * RATE)
    assert np.array_equal(clip.samples[:before], SOUND.samples[:before])
    assert np.abs(clip.samples[round(4.0 * RATE) :]).max() > 0.01


def test_an_imitation_longer_than_the_part_is_told(engine: StudioEngine, tiny: str) -> None:
    voice = AudioClip.from_mono(0.3 * np.sin(np.arange(16_000) * 0.2), 16_000)
    long, fits = (
        make(engine, tiny, Edit(MONO, 1.0, end_s), variations=1, imitation=voice).notes
        for end_s in (1.5, 2.0)
    )
    note = "The imitation is longer than the part (1.00 s): its first 0.50 s were used."
    assert note in long and not any("longer" in each for each in fits)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[Kept]:
    """What was held in place, denoising by denoising."""
    seen: list[Kept] = []
    real = generator.sample_latents

    def sample(*given: Any, kept: Kept, **options: Any) -> torch.Tensor:
        seen.append(kept)
        return real(*given, kept=kept, **options)

    monkeypatch.setattr(generator, "sample_latents", sample)
    return seen


def test_all_latents_but_those_of_the_part_are_held(
    engine: StudioEngine, tiny: str, held: list[Kept]
) -> None:
    make(engine, tiny, Edit(MONO, 1.0, 1.5), variations=1)
    (kept,) = held
    made = kept.is_made.flatten().nonzero().flatten().tolist()
    assert made == list(range(25, 38))  # of 40 ms each
    assert kept.latents.shape[2] == kept.is_made.shape[2] == 80


def test_behind_the_end_of_a_continuation_nothing_is_held(
    engine: StudioEngine, tiny: str, held: list[Kept]
) -> None:
    make(engine, tiny, Edit.continuing(MONO, 1.0), variations=1)
    is_made = held[0].is_made.flatten()
    first = int(is_made.int().argmax())
    assert first == 50 and bool(is_made[first:].all())  # two seconds after the window's begin


def test_a_sound_is_heard_as_a_sound_and_a_voice_as_an_imitation(
    engine: StudioEngine, tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    branches: list[str] = []
    real = FeatureExtractor.features

    def features(
        extractor: FeatureExtractor, sounds: list[PreparedSound], branch: Branch
    ) -> Features:
        branches.append(branch)
        return real(extractor, sounds, branch)

    embed = Hearing.embed

    def embedded(hearing: Hearing, clip: AudioClip, branch: Branch) -> np.ndarray:
        branches.append(branch)
        return embed(hearing, clip, branch)

    monkeypatch.setattr(FeatureExtractor, "features", features)
    monkeypatch.setattr(Hearing, "embed", embedded)
    make(engine, tiny, Edit(MONO, 1.0, 1.5), variations=1)
    make(engine, tiny, Edit(MONO, 1.0, 1.5), variations=1, imitation=BEEP)
    # The sound or the voice, and after it the clip that was made.
    assert branches == ["reference", "reference", "imitation", "reference"]


def test_a_found_sound_begins_with_the_part_and_is_as_loud_as_the_sound(
    tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = AudioClip(np.pad(0.1 * BEEP.samples, ((9_600, 0), (0, 0))), 48_000)
    engine = StudioEngine(lambda *asked: (NearestSound("late", late),))
    encoded: list[np.ndarray] = []
    real = AudioLdmGenerator._encode

    def encode(self: AudioLdmGenerator, samples: np.ndarray, frames: int) -> torch.Tensor:
        encoded.append(samples)
        return real(self, samples, frames)

    monkeypatch.setattr(AudioLdmGenerator, "_encode", encode)
    edit = Edit(MONO, 1.0, 1.5)
    make(engine, tiny, edit, timbre=BEEP, start=Start.NEAREST, variations=1)
    around, start = encoded
    assert np.abs(start[16_000:16_800]).max() == pytest.approx(np.abs(around).max(), rel=0.05)
    assert np.array_equal(
        np.delete(start, np.r_[16_000:24_000]), around[np.r_[:16_000, 24_000:48_000]]
    )


def test_a_window_that_is_a_sample_short_is_no_short_imitation(
    engine: StudioEngine, tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = edit_window.mono_at
    monkeypatch.setattr(edit_window, "mono_at", lambda clip, rate: real(clip, rate)[:-1])
    result = make(engine, tiny, Edit(MONO, 1.0, 1.5), variations=1)
    assert SILENT_REST not in result.notes


def test_nothing_is_found_beside_an_edit(finder: Finder, tiny: str) -> None:
    engine = StudioEngine(
        finder, lambda *asked: (SimilarSound(Path("dog.wav"), np.ones(EARS_DIM)),)
    )
    assert make(engine, tiny, Edit(MONO, 1.0, 1.5), variations=1).found == ()


def test_what_is_kept_keeps_its_licence(engine: StudioEngine, tiny: str) -> None:
    result = make(engine, tiny, Edit(MONO, 1.0, 1.5, OWN), variations=1)
    assert OWN.licence in result.provenance.licence and result.provenance.commercial == "no"
    assert result.provenance.checkpoint != OWN.checkpoint
    assert FOREIGN not in result.notes


def test_a_part_of_another_kind_starts_from_a_found_sound(
    engine: StudioEngine, tiny: str, finder: Finder
) -> None:
    edit = Edit(MONO, 1.0, 1.5)
    nearest = {"start": Start.NEAREST, "variations": 1}
    timbred = make(engine, tiny, edit, timbre=BEEP, **nearest)
    voiced = make(engine, tiny, edit, imitation=BEEP, **nearest)
    assert len(finder.queries) == 2
    for result in (timbred, voiced):
        assert "Started from beep." in result.notes
        assert result.variations[0].start_name == "beep"
        assert np.array_equal(result.variations[0].clip.samples[:RATE], MONO.samples[:RATE])
    make(engine, tiny, edit, variations=1)
    assert len(finder.queries) == 2


def test_a_part_is_made_as_asked_however_likely_the_found_sound_is(
    engine: StudioEngine, tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LoadedCheckpoint, "led_to", None)
    nearest = {"start": Start.NEAREST, "strength": 0.6, "variety": 1.0}
    made = make(engine, tiny, Edit(MONO, 1.0, 1.5), imitation=BEEP, **nearest)
    assert {one.start_strength for one in made.variations} == {0.6}


@pytest.fixture(scope="module")
def nearest(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A checkpoint that starts from near sounds where nothing else is asked for."""
    folder = build_tiny_checkpoint(tmp_path_factory.mktemp("nearest"))
    write_card(folder, CARD | {"defaults": CARD["defaults"] | {"start": "nearest"}})
    return str(folder)


@pytest.mark.parametrize(
    ("changes", "start", "name"),
    [
        ({}, Start.IMITATION, ITSELF),
        ({"timbre": BEEP}, Start.NEAREST, "beep"),
        ({"imitation": BEEP}, Start.NEAREST, "beep"),
        ({"imitation": BEEP, "start": Start.IMITATION}, Start.IMITATION, "the imitation"),
        ({"start": Start.NOISE}, Start.NOISE, ""),
        ({"start": Start.NEAREST}, Start.NEAREST, "beep"),
    ],
)
def test_a_part_that_nobody_describes_starts_from_the_sound_itself(
    engine: StudioEngine, nearest: str, changes: dict[str, object], start: Start, name: str
) -> None:
    result = make(engine, nearest, Edit(MONO, 1.0, 1.5), variations=1, **changes)
    assert result.request.start is start
    assert result.variations[0].start_name == name


@pytest.mark.parametrize("start", [Start.NOISE, Start.IMITATION])
def test_with_a_voice_the_part_is_neither_the_old_one_nor_that_of_another_voice(
    engine: StudioEngine, tiny: str, start: Start
) -> None:
    edit = Edit(MONO, 1.0, 1.5)
    part = slice(RATE + 2000, RATE * 3 // 2 - 2000)
    voices = [BEEP, MONO, None]
    clips = [
        make(engine, tiny, edit, imitation=voice, start=start, variations=1, follow=1.0)
        .variations[0]
        .clip.samples[part, 0]
        for voice in voices
    ]
    assert not any(np.array_equal(*pair) for pair in pairwise(clips))


def test_in_time_a_new_part_follows_the_voice(engine: StudioEngine, tiny: str) -> None:
    voice = np.zeros(24_000)
    voice[12_000:] = 0.3 * np.sin(np.arange(12_000) * 0.1)
    spoken = AudioClip.from_mono(voice, 48_000)
    made = make(engine, tiny, Edit(MONO, 1.0, 1.5), imitation=spoken, variations=1, follow=1.0)
    part = made.variations[0].clip.samples[RATE : RATE * 3 // 2, 0]
    early, late = part[2000:9000], part[13_000:20_000]
    assert np.sqrt(np.mean(late**2)) > 10 * np.sqrt(np.mean(early**2))


def test_a_part_without_sound_is_refused_although_there_is_sound_around_it(
    engine: StudioEngine, tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_silent_in_the_part(samples: np.ndarray) -> bool:
        return len(samples) == 8000

    monkeypatch.setattr(run_module, "is_silent", is_silent_in_the_part)
    with pytest.raises(EngineError, match="gave no sound"):
        make(engine, tiny, Edit(MONO, 1.0, 1.5), variations=1)


def test_a_long_sound_costs_no_more_than_its_window(engine: StudioEngine, tiny: str) -> None:
    long = AudioClip(np.tile(MONO.samples, (10, 1)), RATE)
    result = make(engine, tiny, Edit(long, 15.0, 15.5), variations=1)
    assert result.request.duration_s == pytest.approx(4.5)
    assert result.variations[0].clip.samples.shape == long.samples.shape


def test_several_parts_are_made_together_and_everything_else_stays(
    engine: StudioEngine, tiny: str, held: list[Kept]
) -> None:
    edit = Edit.of_parts(MONO, [(0.5, 0.8), (1.2, 1.4)])
    result = make(engine, tiny, edit, variations=1)
    (kept,) = held
    made = kept.is_made.flatten().nonzero().flatten().tolist()
    assert made == [*range(12, 20), *range(30, 35)]  # of 40 ms each
    assert result.notes[0] == "Regenerated: 0.50 to 0.80 s and 1.20 to 1.40 s."
    samples, was = result.variations[0].clip.samples, MONO.samples
    is_kept = np.ones(len(was), bool)
    for begin_s, end_s in edit.parts_s:
        part = slice(round(begin_s * RATE), round(end_s * RATE))
        is_kept[part] = False
        assert np.abs(samples[part] - was[part]).max() > 0.01
    assert np.array_equal(samples[is_kept], was[is_kept])


def test_highs_are_made_above_lows_that_stay(
    engine: StudioEngine, tiny: str, held: list[Kept]
) -> None:
    rng = np.random.default_rng(0)
    spectrum = np.fft.rfft(0.1 * rng.standard_normal(16_000))
    spectrum[3_000:] = 0.0
    narrow = AudioClip.from_mono(np.fft.irfft(spectrum), 16_000)
    edit = edit_of_highs(narrow, 3_000.0)
    assert edit.sound.sample_rate == 48_000
    result = make(engine, tiny, edit, variations=1)
    bins = held[0].is_made[0, 0, 0]
    assert not bins[:9].any() and bins[10:].all()  # 16 of 500 Hz each, on a mel scale
    clip = result.variations[0].clip
    was, now = (np.abs(np.fft.rfft(one.samples[:, 0]))[:8_000] for one in (edit.sound, clip))
    np.testing.assert_allclose(now[:2_600], was[:2_600], atol=1e-3 * was.max())
    assert now[3_200:7_500].mean() > 10 * was[3_200:7_500].mean()
    assert result.notes[0].startswith(f"Regenerated above {edit.above_hz:g} Hz")
    assert result.request.recipe()["edit"]["above_hz"] == edit.above_hz


def test_highs_beyond_what_a_checkpoint_makes_are_refused(engine: StudioEngine, tiny: str) -> None:
    with pytest.raises(UsageError, match="makes nothing above 8000 Hz, got highs from 9000 Hz"):
        make(engine, tiny, edit_of_highs(SOUND, 9_000.0))
