"""What every family of generators promises, shown on a tiny checkpoint of each with random weights:
they prove the interface, never quality."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from quick_ears import quick_ears  # noqa: F401
from tiny_audioldm2 import publish, tiny_pipeline
from tiny_checkpoint import build_tiny_checkpoint
from tiny_musicgen import build_tiny_musicgen
from tiny_semanticodec import build_tiny_semanticodec
from tiny_stable_audio_3 import build_tiny
from tiny_stable_audio_open import build_tiny_open

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.capabilities import Capabilities, EditKind, Input, Windows
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit
from qvim_studio.core.errors import CancelledError, UsageError
from qvim_studio.core.options import OptionValues
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.request import GenerationRequest, Start, VramMode
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.known import all_families, family_of, family_of_folder
from qvim_studio.families.plans import plan_for
from qvim_studio.families.protocol import Asked, Generator, Made, Morph, Report, Voice
from qvim_studio.generation.edit_chain import EditChain
from qvim_studio.generation.engine import StudioEngine
from qvim_studio.generation.loaded import Loaded
from qvim_studio.generation.long_run import LongRun
from qvim_studio.generation.phase_clock import PhaseClock
from qvim_studio.generation.run import Run
from qvim_studio.voice.embedder import load_embedder

BUILDERS: dict[str, Callable[[Path], object]] = {
    "audioldm": build_tiny_checkpoint,
    "audioldm2": lambda folder: publish(tiny_pipeline(), folder),
    "musicgen": build_tiny_musicgen,
    "semanticodec": build_tiny_semanticodec,
    "stable_audio_3": lambda folder: build_tiny(folder, is_large=False),
    "stable_audio_open": build_tiny_open,
}
# Where windows are the same for all families, the first is tried in every run.
QUICK_FIRST = [
    pytest.param(name, marks=() if name == "audioldm" else pytest.mark.slow)
    for name in sorted(BUILDERS)
]
SECONDS = 0.64
FEWEST = {"steps": 2}
TONE = AudioClip.from_mono(
    0.5 * np.sin(2 * np.pi * 330 * np.arange(19_200, dtype=np.float32) / 16_000), 16_000
)


@dataclass(frozen=True)
class Tiny:
    """One family's checkpoint on disk and in memory."""

    folder: Path
    checkpoint: Checkpoint
    capabilities: Capabilities
    generator: Generator

    @property
    def seconds(self) -> float:
        """Of the sounds that are asked for; a tiny canvas may be shorter."""
        return min(SECONDS, self.capabilities.max_s)

    def asked(self, **options: object) -> Asked:
        """What this family takes of a voice and words, in few steps."""
        takes = self.capabilities.takes
        known = {option.name for option in self.capabilities.options}
        given = {name: value for name, value in (FEWEST | options).items() if name in known}
        has_voice = takes(Input.VOICE) or takes(Input.MELODY)
        embedding = np.full(960, 960**-0.5, np.float32)
        return Asked(
            self.seconds,
            text="a door" if takes(Input.TEXT) else "",
            voice=Voice(TONE, embedding) if has_voice else None,
            options=self.capabilities.filled(OptionValues(given)),  # type: ignore[arg-type]
        )

    def make(self, asked: Asked, seeds: range, report: Report | None = None) -> list[Made]:
        quiet = report or Report(lambda done, steps, picture: None, lambda: False)
        asked = self.generator.settle(asked)
        condition = self.generator.condition(asked)
        return list(self.generator.make(condition, asked, seeds, quiet))


@pytest.fixture(scope="module", params=sorted(BUILDERS))
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    folder = tmp_path_factory.mktemp(request.param) / "tiny"
    BUILDERS[request.param](folder)
    return loaded(folder)


def loaded(folder: Path) -> Tiny:
    checkpoint = find_checkpoint(str(folder))
    family = family_of(checkpoint)
    plan = plan_for(checkpoint, VramMode.CPU)
    return Tiny(folder, checkpoint, family.describe(checkpoint), family.load(checkpoint, plan))


def test_every_family_that_makes_sounds_is_here() -> None:
    assert {family.id for family in all_families()} == set(BUILDERS)


def test_a_folder_belongs_to_one_family(tiny: Tiny) -> None:
    owners = [family.id for family in all_families() if family.recognizes(tiny.folder)]
    assert owners == [tiny.checkpoint.family] == [family_of_folder(tiny.folder).id]


def test_length_rate_and_channels_are_as_declared(tiny: Tiny) -> None:
    (made,) = tiny.make(tiny.asked(), range(3, 4))
    frames = round(tiny.seconds * tiny.capabilities.sample_rate_hz)
    assert made.samples.shape == (frames, tiny.capabilities.channels)
    assert made.samples.dtype == np.float32 and np.isfinite(made.samples).all()
    assert np.any(made.samples)


def test_a_seed_alone_decides_its_sound(tiny: Tiny) -> None:
    together = {made.seed: made.samples for made in tiny.make(tiny.asked(), range(3, 5))}
    (alone,) = tiny.make(tiny.asked(), range(4, 5))
    assert np.array_equal(alone.samples, together[4])
    assert not np.array_equal(together[3], together[4])


def test_progress_grows_to_its_end(tiny: Tiny) -> None:
    shares: list[float] = []
    report = Report(lambda done, steps, picture: shares.append(done / steps), lambda: False)
    tiny.make(tiny.asked(), range(2), report)
    assert shares == sorted(shares) and shares[0] > 0 and shares[-1] == pytest.approx(1.0)


def test_a_cancel_ends_the_work_within_a_step(tiny: Tiny) -> None:
    steps: list[int] = []
    report = Report(lambda done, of, picture: steps.append(done), lambda: bool(steps))
    with pytest.raises(CancelledError):
        tiny.make(tiny.asked(), range(4), report)
    assert len(steps) <= 2


def test_samples_that_come_while_a_sound_is_made_are_its_own(tiny: Tiny) -> None:
    pieces: list[np.ndarray] = []
    quiet = Report(lambda done, steps, picture: None, lambda: False, on_samples=pieces.append)
    (made,) = tiny.make(tiny.asked(), range(3, 4), quiet)
    if pieces:
        np.testing.assert_array_equal(np.concatenate(pieces), made.samples)


def test_unknown_options_are_refused(tiny: Tiny) -> None:
    with pytest.raises(UsageError, match="no option 'warmth'"):
        tiny.capabilities.filled(OptionValues({"warmth": 1}))


def test_presets_hold_options_that_there_are(tiny: Tiny) -> None:
    assert {"sketch", "standard", "fine"} <= {preset.name for preset in tiny.capabilities.presets}
    for preset in tiny.capabilities.presets:
        tiny.capabilities.filled(preset.values)


def test_the_footprint_counts_weights_and_what_works_on_them(tiny: Tiny) -> None:
    footprint = family_of(tiny.checkpoint).footprint(tiny.checkpoint)
    assert footprint.weights > 0
    for stage in footprint.stages:
        assert 0 <= stage.storable <= stage.weights
        assert stage.activation_bytes(SECONDS, 1) > 0 or stage.row_bytes >= 0
    assert any(stage.is_batched for stage in footprint.stages)


@pytest.mark.usefixtures("quick_ears")
def test_a_request_comes_through_the_engine_with_its_options_in_the_recipe(tiny: Tiny) -> None:
    takes = tiny.capabilities.takes
    has_voice = takes(Input.VOICE) or takes(Input.MELODY)
    request = GenerationRequest(
        imitation=TONE if has_voice else None,
        text="a door" if takes(Input.TEXT) else "",
        checkpoint=str(tiny.folder),
        variations=1,
        steps=FEWEST["steps"],
        duration_s=tiny.seconds,
        vram_mode=VramMode.CPU,
    )
    engine = StudioEngine(lambda *asked: ())
    result = engine.generate(request, lambda progress: None, lambda: False)
    engine.close()
    (sound,) = result.variations
    assert sound.clip.sample_rate == 48_000 and sound.clip.channels == tiny.capabilities.channels
    assert sound.clip.duration_s == pytest.approx(tiny.seconds, abs=0.01)
    assert sound.bandwidth_hz == tiny.capabilities.sample_rate_hz / 2
    again = GenerationRequest.from_recipe(result.request.recipe(), request.imitation)
    assert again.options == result.request.options and again.steps == result.request.steps


def test_two_parts_are_made_anew_at_once_and_the_rest_stays(tiny: Tiny) -> None:
    if EditKind.INPAINT not in tiny.capabilities.edits:
        pytest.skip("this family regenerates no parts")
    frames = round(tiny.seconds * 16_000)
    rng = np.random.default_rng(0)
    sound = AudioClip.from_mono(0.1 * rng.standard_normal(frames), 16_000)
    parts = [(0.1 * tiny.seconds, 0.35 * tiny.seconds), (0.6 * tiny.seconds, 0.85 * tiny.seconds)]
    edit = Edit.of_parts(sound, parts)
    request = GenerationRequest(
        edit=edit,
        checkpoint=str(tiny.folder),
        variations=1,
        steps=2,
        extend_bandwidth=False,
        vram_mode=VramMode.CPU,
    )
    engine = StudioEngine(lambda *asked: ())
    samples = engine.generate(request, lambda progress: None, lambda: False).variations[0].clip
    engine.close()
    is_kept = np.ones(frames, bool)
    for begin_s, end_s in edit.parts_s:
        part = slice(round(begin_s * 16_000), round(end_s * 16_000))
        is_kept[part] = False
        assert np.abs(samples.samples[part] - sound.samples[part]).max() > 0.01
    assert np.array_equal(samples.samples[is_kept], sound.samples[is_kept])


def test_a_loop_goes_on_over_its_seam_in_value_and_slope(tiny: Tiny) -> None:
    if not tiny.capabilities.denoises_sounds:
        pytest.skip("this family denoises no latents")
    seconds = tiny.seconds / 2
    time_s = np.arange(round(0.2 * 16_000)) / 16_000
    request = GenerationRequest(
        imitation=AudioClip.from_mono(0.3 * np.sin(2 * np.pi * 220 * time_s), 16_000),
        checkpoint=str(tiny.folder),
        duration_s=seconds,
        variations=1,
        steps=2,
        loop=True,
        clean_pauses=False,
        vram_mode=VramMode.CPU,
    )
    engine = StudioEngine(lambda *asked: ())
    clip = engine.generate(request, lambda progress: None, lambda: False).variations[0].clip
    engine.close()
    frames = len(clip.samples)
    assert frames == pytest.approx(seconds * 48_000, abs=2)
    twice = np.concatenate([clip.samples, clip.samples]).astype(np.float64)
    for order in (1, 2):
        moves = np.abs(np.diff(twice, order, axis=0)).max(axis=1)
        assert moves[frames - 4 : frames + 2].max() <= 1.05 * moves[: frames - 4].max()


def test_a_morph_goes_from_the_one_sound_to_the_other(tiny: Tiny) -> None:
    if not tiny.capabilities.denoises_sounds:
        pytest.skip("this family denoises no latents")
    rate = tiny.capabilities.sample_rate_hz
    rng, frames = np.random.default_rng(0), round(tiny.seconds * rate)
    hum = np.sin(2 * np.pi * 220 * np.arange(frames) / rate)
    first = AudioClip.from_mono(0.3 * hum, rate)
    second = AudioClip.from_mono(0.3 * rng.standard_normal(frames), rate)

    def made(start: AudioClip, morph: Morph | None) -> np.ndarray:
        asked = replace(tiny.asked(), starts={3: start}, strength=0.5, morph=morph)
        return tiny.make(asked, range(3, 4))[0].samples

    alone = [made(sound, None) for sound in (first, second)]
    for at, wanted in zip((0.0, 1.0), alone, strict=True):
        between = made(first, Morph(second, at))
        np.testing.assert_allclose(between, wanted, atol=2e-3 * np.abs(wanted).max())
    assert not np.allclose(made(first, Morph(second, 0.5)), alone[0], atol=1e-4)
    assert not np.allclose(made(first, Morph(second, None)), alone[0], atol=1e-4)


def test_closing_frees_it(tiny: Tiny) -> None:
    other = loaded(tiny.folder)
    gone = weakref.ref(other.generator)
    other.generator.close()
    del other
    gc.collect()
    assert gone() is None


def test_what_is_asked_is_left_as_it_was(tiny: Tiny) -> None:
    asked = tiny.asked()
    settled = tiny.generator.settle(replace(asked, options=asked.options))
    assert settled.duration_s == asked.duration_s
    assert settled.options.keys() == asked.options.keys()


def loaded_with(tiny: Tiny, capabilities: Capabilities) -> Loaded:
    """The checkpoint in memory, with other capabilities than it has."""
    return Loaded(
        tiny.checkpoint,
        plan_for(tiny.checkpoint, VramMode.CPU),
        capabilities,
        family_of(tiny.checkpoint).footprint(tiny.checkpoint),
        tiny.generator,
        load_embedder(resource_path("starter", "qvim")),
    )


@pytest.mark.usefixtures("quick_ears")
def test_a_family_with_windows_makes_sounds_that_are_longer_than_one(tiny: Tiny) -> None:
    declared = tiny.capabilities
    if declared.windows is None:
        assert declared.longest_s == declared.max_s
        return
    assert declared.longest_s >= 600.0 and EditKind.CONTINUE in declared.edits
    windows = Windows(tiny.seconds, 0.4 * tiny.seconds)
    loaded = loaded_with(tiny, replace(declared, windows=windows, max_s=tiny.seconds))
    takes, seconds = declared.takes, round(2.1 * tiny.seconds, 2)
    has_voice = takes(Input.VOICE) or takes(Input.MELODY)
    request = GenerationRequest(
        imitation=TONE if has_voice else None,
        text="a door" if takes(Input.TEXT) else "",
        checkpoint=str(tiny.folder),
        duration_s=seconds,
        follow=0.0,
        variations=1,
        steps=FEWEST["steps"],
        extend_bandwidth=False,
        start=Start.NOISE,
    )
    run = LongRun(loaded, request, in_chunks=False)
    run.encode(lambda *asked: ())
    ends: list[int] = []
    (sound,) = run.make(
        lambda progress: ends.append(progress.step) if progress.phase == "decode" else None,
        lambda: False,
        lambda variation, picture: None,
        PhaseClock(),
    )
    assert len(ends) == 3 and sound.clip.channels == declared.channels
    assert len(sound.clip.samples) == round(seconds * declared.sample_rate_hz) * 48_000 // (
        declared.sample_rate_hz
    )
    thirds = np.array_split(sound.clip.samples, 3)
    assert all(np.abs(third).max() > 1e-3 for third in thirds)


@pytest.mark.usefixtures("quick_ears")
@pytest.mark.parametrize("tiny", QUICK_FIRST, indirect=True)
def test_long_edits_and_morphs_are_made_in_windows_by_families_that_denoise(tiny: Tiny) -> None:
    declared = tiny.capabilities
    if declared.windows is None or not declared.denoises_sounds:
        pytest.skip("this family denoises no latents")
    windows = Windows(tiny.seconds, 0.25 * tiny.seconds)
    loaded = loaded_with(tiny, replace(declared, windows=windows, max_s=1.5 * tiny.seconds))
    seconds, rate = 2.2 * tiny.seconds, declared.sample_rate_hz
    noise = 0.1 * np.random.default_rng(0).standard_normal((round(seconds * rate), 1))
    sound = AudioClip(noise.astype(np.float32), rate)
    common = {"checkpoint": str(tiny.folder), "variations": 1, "extend_bandwidth": False}
    common |= {"steps": FEWEST["steps"], "strength": 0.5, "start": Start.IMITATION}
    part = (0.1 * tiny.seconds, 2.1 * tiny.seconds)
    runs = [
        EditChain(loaded, GenerationRequest(edit=Edit(sound, *part), **common)),  # type: ignore[arg-type]
        LongRun(
            loaded,
            GenerationRequest(sound, morph_sound=sound, morph_at=None, **common),  # type: ignore[arg-type]
            in_chunks=False,
        ),
    ]
    for run in runs:
        run.encode(lambda *asked: ())
        (made,) = run.make(
            lambda progress: None, lambda: False, lambda variation, picture: None, PhaseClock()
        )
        assert made.clip.duration_s == pytest.approx(seconds, abs=0.001)
        thirds = np.array_split(made.clip.samples, 3)
        assert all(np.abs(third).max() > 1e-3 for third in thirds)


def test_words_that_do_not_count_are_told(tiny: Tiny) -> None:
    loaded = loaded_with(tiny, tiny.capabilities)
    run = Run(loaded, GenerationRequest(TONE, text="a door", checkpoint=str(tiny.folder)))
    notes = [note for note in run.notes if "takes no words: 'a door'" in note]
    assert bool(notes) != tiny.capabilities.takes(Input.TEXT)
