"""The engine on a checkpoint with random weights: interfaces and promises, not quality."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_checkpoint import build_tiny_checkpoint
from tiny_clap import add_tiny_clap

from qvim_studio.checkpoints.card import write_card
from qvim_studio.core.capabilities import Input
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CancelledError, CheckpointError, EngineError, UsageError
from qvim_studio.core.match import goodness
from qvim_studio.core.request import GenerationRequest, SamplerName, Start, VramMode
from qvim_studio.core.result import GenerationResult, Progress
from qvim_studio.core.sound_query import SoundQuery
from qvim_studio.families.audioldm import generator
from qvim_studio.families.audioldm.generator import AudioLdmGenerator
from qvim_studio.families.audioldm.listener import LISTENER_FOLDER, LatentListener, ListenerConfig
from qvim_studio.generation import run as run_module
from qvim_studio.generation.core_share import CoreShare
from qvim_studio.generation.defaults import fill_defaults
from qvim_studio.generation.engine import StudioEngine
from qvim_studio.generation.starts import NearestSound
from qvim_studio.networks.ears import EARS_DIM

pytestmark = pytest.mark.usefixtures("quick_ears")


def noise_burst(seconds: float, sample_rate: int = 44_100) -> AudioClip:
    rng = np.random.default_rng(0)
    samples = rng.standard_normal(int(seconds * sample_rate)) * 0.2
    return AudioClip.from_mono(samples * np.linspace(1, 0, len(samples)), sample_rate)


def find_nothing(
    query: SoundQuery, folder: str | None, embedder: object
) -> tuple[NearestSound, ...]:
    return ()


def find_two(query: SoundQuery, folder: str | None, embedder: object) -> tuple[NearestSound, ...]:
    tone = np.sin(np.arange(8_000) * 0.3).astype(np.float32) * 0.3
    return (
        NearestSound("bark", noise_burst(0.2)),
        NearestSound("beep", AudioClip.from_mono(tone, 16_000)),
    )


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(build_tiny_checkpoint(tmp_path_factory.mktemp("tiny")))


@pytest.fixture(scope="module")
def tiny_with_words(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = build_tiny_checkpoint(tmp_path_factory.mktemp("words"))
    add_tiny_clap(folder)
    return str(folder)


@pytest.fixture(scope="module")
def engine() -> StudioEngine:
    return StudioEngine(find_nothing)


def generate(engine: StudioEngine, tiny: str, **changes: object) -> GenerationResult:
    request = GenerationRequest(
        **({"imitation": noise_burst(0.7), "checkpoint": tiny, "variations": 2} | changes)
    )
    return engine.generate(request, lambda progress: None, lambda: False)


def test_clips_are_48_khz_audible_and_unclipped(engine: StudioEngine, tiny: str) -> None:
    result = generate(engine, tiny)
    assert len(result.variations) == 2
    for variation in result.variations:
        assert variation.clip.sample_rate == 48_000
        assert variation.clip.duration_s == pytest.approx(0.7, abs=1e-3)
        peak = np.abs(variation.clip.samples).max()
        assert 0.5 < peak <= 10 ** (-1 / 20) + 1e-4
    ranks = [goodness(variation.match) for variation in result.variations]
    assert ranks == sorted(ranks, reverse=True)


def test_seed_alone_decides_the_bits(engine: StudioEngine, tiny: str) -> None:
    both = generate(engine, tiny, seed=4, variations=2)
    alone = generate(engine, tiny, seed=5, variations=1)
    again = next(v for v in both.variations if v.seed == 5)
    assert np.array_equal(alone.variations[0].clip.samples, again.clip.samples)
    other = next(v for v in both.variations if v.seed == 4)
    assert not np.array_equal(other.clip.samples, again.clip.samples)


def test_between_all_steps_the_engine_looks_for_free_cores(
    engine: StudioEngine, tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    monkeypatch.setattr(CoreShare, "__enter__", lambda share: order.append("begin"))
    monkeypatch.setattr(CoreShare, "__exit__", lambda share, *error: order.append("end"))
    monkeypatch.setattr(CoreShare, "settle", lambda share: order.append("look"))
    request = GenerationRequest(imitation=noise_burst(0.3), checkpoint=tiny, variations=1)
    engine.generate(request, lambda progress: order.append(progress.phase), lambda: False)
    assert (order.pop(0), order.pop()) == ("begin", "end")
    phases = order[1::2]
    assert order[::2] == ["look"] * len(phases)
    assert phases.count("denoise") >= 3 and {"load", "encode", "decode"} < set(phases)


def test_highs_are_added_where_they_are_wanted(engine: StudioEngine, tiny: str) -> None:
    shares, reaches = [], []
    for is_wanted in (True, False):
        (made,) = generate(engine, tiny, extend_bandwidth=is_wanted, variations=1).variations
        power = np.abs(np.fft.rfft(made.clip.mono())) ** 2
        hertz = np.fft.rfftfreq(len(made.clip.mono()), 1 / made.clip.sample_rate)
        shares.append(power[(hertz > 8_500) & (hertz < 15_000)].sum() / power.sum())
        reaches.append(made.extended_to_hz)
        assert made.bandwidth_hz == 8_000
    assert reaches == [15_250, None]
    assert shares[0] > 1e-4 > 1e-6 > shares[1]


@pytest.mark.parametrize(
    ("sampler", "is_led"), [(SamplerName.DPM_SOLVER, True), (SamplerName.DDIM, False)]
)
def test_a_listener_leads_where_the_checkpoint_wants_it(
    engine: StudioEngine, tmp_path: Path, sampler: SamplerName, is_led: bool
) -> None:
    made = []
    for weight in (0.0, 100.0):
        folder = build_tiny_checkpoint(tmp_path / f"led_{weight:.0f}")
        listener = LatentListener(ListenerConfig(channels=16, blocks=2, directions=3))
        torch.manual_seed(0)
        for values in (*listener.parameters(), listener.basis):
            values.data = 0.1 * torch.randn_like(values)
        listener.save_pretrained(folder / LISTENER_FOLDER)
        card = json.loads((folder / "studio.json").read_text())
        card["defaults"]["steering"] = weight
        write_card(folder, card)
        (variation,) = generate(engine, str(folder), sampler=sampler, variations=1).variations
        made.append(variation.clip.samples)
    assert np.array_equal(*made) != is_led


def test_open_values_are_filled_from_the_checkpoint(engine: StudioEngine, tiny: str) -> None:
    request = generate(engine, tiny).request
    assert (request.steps, request.guidance, request.start) == (3, 2.0, Start.NOISE)
    assert request.vram_mode is VramMode.CPU


def test_progress_runs_once_through_every_phase(engine: StudioEngine, tiny: str) -> None:
    seen: list[Progress] = []
    request = GenerationRequest(imitation=noise_burst(0.3), checkpoint=tiny, variations=3)
    engine.generate(request, seen.append, lambda: False)
    phases = list(dict.fromkeys(progress.phase for progress in seen))
    assert phases == ["load", "encode", "denoise", "decode"]
    pictures = [p.preview.shape for p in seen if p.preview is not None]
    assert pictures == [(64, 30)] * 3  # each sound as soon as it is there; too short for others
    denoised = [p.step for p in seen if p.phase == "denoise"]
    assert denoised == list(range(1, 3 * 3 + 1))


@pytest.mark.parametrize(
    ("sampler", "share"), [(SamplerName.DPM_SOLVER, 0.7), (SamplerName.DDIM, 1.0)]
)
def test_the_checkpoint_says_how_many_steps_are_guided(
    engine: StudioEngine,
    tiny: str,
    monkeypatch: pytest.MonkeyPatch,
    sampler: SamplerName,
    share: float,
) -> None:
    shares: list[float] = []
    sample = generator.sample_latents

    def noted(*args: object, guided_share: float, **options: object) -> object:
        shares.append(guided_share)
        return sample(*args, guided_share=guided_share, **options)

    monkeypatch.setattr(generator, "sample_latents", noted)
    generate(engine, tiny, sampler=sampler, variations=1)
    assert shares == [share]


def test_cancel_during_denoising_raises(engine: StudioEngine, tiny: str) -> None:
    seen: list[Progress] = []
    request = GenerationRequest(imitation=noise_burst(0.3), checkpoint=tiny)
    with pytest.raises(CancelledError):
        engine.generate(request, seen.append, lambda: any(p.phase == "denoise" for p in seen))
    assert seen[-1].step == 1


def test_cancel_ends_the_listening_before_anything_is_looked_for(tiny: str) -> None:
    looked: list[SoundQuery] = []

    def find(query: SoundQuery, folder: str | None, embedder: object) -> tuple[NearestSound, ...]:
        looked.append(query)
        return ()

    seen: list[Progress] = []
    request = GenerationRequest(imitation=noise_burst(0.3), checkpoint=tiny, start=Start.NEAREST)
    with pytest.raises(CancelledError):
        StudioEngine(find).generate(
            request, seen.append, lambda: any(p.phase == "encode" for p in seen)
        )
    assert not looked


@pytest.mark.parametrize(
    ("begin", "last"),
    [("unet", "unet.conv_out"), ("vae.decoder", "vae.decoder.conv_out"), ("vocoder", "")],
)
def test_cancel_ends_every_network_in_the_middle(
    engine: StudioEngine, tiny: str, begin: str, last: str
) -> None:
    engine.prepare(tiny, VramMode.AUTO)
    assert engine._loaded is not None
    generator_of = engine._loaded.generator
    assert isinstance(generator_of, AudioLdmGenerator)
    parts = generator_of.loaded.parts
    cancelled, ran = [], []
    _submodule(parts, begin).register_forward_pre_hook(lambda *_: cancelled.append(1))
    end = _submodule(parts, last) if last else list(parts.vocoder.modules())[-1]
    end.register_forward_hook(lambda *_: ran.append(1))
    request = GenerationRequest(imitation=noise_burst(0.3), checkpoint=tiny, variations=1)
    with pytest.raises(CancelledError):
        engine.generate(request, lambda progress: None, lambda: bool(cancelled))
    engine.close()
    assert cancelled and not ran


def _submodule(parts: object, name: str) -> torch.nn.Module:
    network, _, inside = name.partition(".")
    return getattr(parts, network).get_submodule(inside)


@pytest.mark.parametrize("seconds", [0.2, 0.23, 1.01])
def test_any_duration_is_kept_to_the_sample(
    engine: StudioEngine, tiny: str, seconds: float
) -> None:
    clip = generate(engine, tiny, duration_s=seconds, variations=1).variations[0].clip
    assert len(clip.samples) == round(seconds * 48_000)


def test_what_lasts_longer_than_the_voice_is_silent(engine: StudioEngine, tiny: str) -> None:
    result = generate(engine, tiny, duration_s=2.0)
    for variation in result.variations:
        assert len(variation.clip.samples) == 96_000
        assert variation.clip.samples[: int(0.7 * 48_000)].any()
        assert np.abs(variation.clip.samples[int(1.21 * 48_000) :]).max() < 1e-3
    assert run_module.SILENT_REST in result.notes


def test_a_free_sound_may_last_longer_than_the_voice(engine: StudioEngine, tiny: str) -> None:
    clip = generate(engine, tiny, duration_s=2.0, follow=0.0, start=Start.NOISE).variations[0].clip
    assert np.abs(clip.samples[int(1.3 * 48_000) :]).max() > 0.01


def test_words_alone_last_no_longer_than_a_sound_that_dies_away(tmp_path: Path) -> None:
    folder = build_tiny_checkpoint(tmp_path)
    add_tiny_clap(folder)
    words = {"imitation": None, "text": "rain", "start": Start.NEAREST}
    result = generate(StudioEngine(find_two), str(folder), **words)
    lengths = {v.start_name: v.clip.duration_s for v in result.variations}
    assert lengths == {"bark": pytest.approx(0.7, abs=0.01), "beep": pytest.approx(3.0, abs=0.01)}
    assert run_module.DIES_AWAY in result.notes


def test_nearest_start_uses_the_sound_that_was_found(tiny: str) -> None:
    folders: list[str | None] = []

    def find(query: SoundQuery, folder: str | None, embedder: object) -> tuple[NearestSound, ...]:
        assert query.embedding is not None and query.embedding.shape == (EARS_DIM,)
        folders.append(folder)
        return (NearestSound("bark", noise_burst(0.2)),)

    result = generate(StudioEngine(find), tiny, start=Start.NEAREST, library_folder="mine")
    assert folders == ["mine"]
    assert result.variations[0].start_name == "bark"
    assert any("bark" in note for note in result.notes)


@pytest.mark.parametrize("changes", [{}, {"imitation": None, "text": "rain"}])
def test_all_variations_start_from_the_sound_that_is_given(
    tiny_with_words: str, changes: dict[str, object]
) -> None:
    given = {"start_sound": noise_burst(0.3), "start_sound_name": "door slam"}
    result = generate(StudioEngine(find_two), tiny_with_words, **given, **changes)
    assert [v.start_name for v in result.variations] == ["door slam", "door slam"]
    assert result.request.start is Start.NEAREST and "Started from door slam." in result.notes


def test_a_checkpoint_that_starts_from_no_sound_refuses_one(
    engine: StudioEngine, tiny: str
) -> None:
    engine.prepare(tiny, VramMode.AUTO)
    loaded = engine._loaded
    assert loaded is not None
    inputs = loaded.capabilities.inputs - {Input.START_SOUND}
    without = replace(loaded, capabilities=replace(loaded.capabilities, inputs=inputs))
    request = GenerationRequest(imitation=noise_burst(0.3), start_sound=noise_burst(0.3))
    assert fill_defaults(request, loaded).start is Start.NEAREST
    with pytest.raises(UsageError, match="starts from no sound, got one to start from"):
        fill_defaults(request, without)


def test_another_given_sound_makes_another_clip(engine: StudioEngine, tiny: str) -> None:
    made = [
        generate(engine, tiny, start_sound=noise_burst(length), variations=1).variations[0].clip
        for length in (0.2, 0.2, 0.6)
    ]
    assert np.array_equal(made[0].samples, made[1].samples)
    assert not np.array_equal(made[0].samples, made[2].samples)


def test_neighbouring_seeds_start_from_different_sounds(tiny: str) -> None:
    result = generate(StudioEngine(find_two), tiny, start=Start.NEAREST, variations=3, seed=5)
    assert {v.seed: v.start_name for v in result.variations} == {5: "beep", 6: "bark", 7: "beep"}
    assert result.notes == ("Started from bark, beep.",)


def test_variations_lie_near_and_far_and_say_how_far(tiny: str) -> None:
    engine = StudioEngine(find_two)
    asked = {"start": Start.NEAREST, "strength": 0.6, "variations": 4, "steps": 8}
    spread = {v.seed: v for v in generate(engine, tiny, **asked, variety=1.0).variations}
    assert [spread[seed].start_strength for seed in range(4)] == pytest.approx([0.6, 0.24, 1, 0.42])
    alike = {v.seed: v for v in generate(engine, tiny, **asked, variety=0.0).variations}
    assert {one.start_strength for one in alike.values()} == {0.6}
    assert np.array_equal(spread[0].clip.samples, alike[0].clip.samples)
    assert not np.array_equal(spread[1].clip.samples, alike[1].clip.samples)
    noise = generate(engine, tiny, start=Start.NOISE, variety=1.0)
    assert {one.start_strength for one in noise.variations} == {None}


def test_progress_of_spread_variations_moves_once_from_left_to_right(tiny: str) -> None:
    shares: list[float] = []

    def on_progress(progress: Progress) -> None:
        if progress.phase == "denoise":
            shares.append(progress.fraction)

    request = GenerationRequest(
        imitation=noise_burst(0.3), checkpoint=tiny, start=Start.NEAREST, variety=1.0
    )
    StudioEngine(find_two).generate(request, on_progress, lambda: False)
    assert shares == sorted(shares) and shares[-1] == 1.0


def test_a_start_is_told_by_a_readable_name_and_kept_by_its_file_name(tiny: str) -> None:
    def find(query: SoundQuery, folder: str | None, embedder: object) -> tuple[NearestSound, ...]:
        return (NearestSound("animal_03_dog", noise_burst(0.2)),)

    result = generate(StudioEngine(find), tiny, start=Start.NEAREST)
    assert result.variations[0].start_name == "animal_03_dog"
    assert result.notes == ("Started from dog.",)


def test_opposite_channels_and_takes_that_are_too_long_are_said_beside_the_sounds(
    tiny: str,
) -> None:
    burst = noise_burst(0.2)
    opposite = AudioClip(
        np.concatenate([burst.samples, -0.5 * burst.samples], 1), burst.sample_rate
    )
    (note,) = generate(StudioEngine(find_two), tiny, imitation=opposite, start=Start.NOISE).notes
    assert "flip the polarity" in note
    rest = np.zeros((130 * burst.sample_rate, 1), np.float32)
    long = AudioClip(np.concatenate([burst.samples, rest]), burst.sample_rate)
    notes = generate(
        StudioEngine(find_two), tiny, imitation=long, start=Start.NOISE, duration_s=0.2
    ).notes
    assert any("only its first 120 s are used" in one for one in notes)


def test_the_seed_alone_says_which_sound_it_starts_from(tiny: str) -> None:
    engine = StudioEngine(find_two)
    both = generate(engine, tiny, start=Start.NEAREST, strength=0.4, seed=4, variations=2)
    alone = generate(engine, tiny, start=Start.NEAREST, strength=0.4, seed=5, variations=1)
    again = next(v for v in both.variations if v.seed == 5)
    assert np.array_equal(alone.variations[0].clip.samples, again.clip.samples)
    assert alone.notes == ("Started from beep.",)


def make_silent(monkeypatch: pytest.MonkeyPatch, *calls: int) -> None:
    """The decoder gives silence at these of its calls."""
    decode = AudioLdmGenerator._decode
    count = 0

    def decode_or_not(run: object, *what: object) -> object:
        nonlocal count
        decoded = decode(run, *what)
        count += 1
        return replace(decoded, samples=decoded.samples * (0.0 if count in calls else 1.0))

    monkeypatch.setattr(AudioLdmGenerator, "_decode", decode_or_not)


def test_every_sound_arrives_before_the_next_one_is_begun(
    engine: StudioEngine, tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_silent(monkeypatch, 2)
    seen: list[Progress] = []
    request = GenerationRequest(
        imitation=noise_burst(0.7), checkpoint=tiny, variations=3, steps=3, seed=7
    )
    result = engine.generate(request, seen.append, lambda: False)
    arrivals = [progress for progress in seen if progress.arrived is not None]
    assert [(p.phase, p.step, p.steps) for p in arrivals] == [("decode", 1, 3), ("decode", 2, 3)]
    arrived = [p.arrived for p in arrivals if p.arrived is not None]
    variations = [variation for one in arrived for variation in one.variations]
    assert [variation.seed for variation in variations] == [7, 9]
    assert sorted(variations, key=lambda v: -goodness(v.match)) == list(result.variations)
    assert all(one.request == result.request for one in arrived)
    assert all(one.provenance == result.provenance for one in arrived)
    assert "no sound for seed 8" in str(arrived[1].notes) and not arrived[0].notes
    steps = [p.step for p in seen[: seen.index(arrivals[0])] if p.phase == "denoise"]
    assert steps == [1, 2, 3]
    assert all(p.preview is not None and p.preview.dtype == np.uint8 for p in arrivals)


def test_a_silent_variation_does_not_cost_the_others(
    engine: StudioEngine, tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_silent(monkeypatch, 2)
    result = generate(engine, tiny, variations=3)
    assert sorted(variation.seed for variation in result.variations) == [0, 2]
    assert any("no sound for seed 1" in note for note in result.notes)


def test_a_silent_variation_is_made_again_nearer_to_its_start(
    tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_silent(monkeypatch, 2)
    changes = {"start": Start.NEAREST, "strength": 0.8, "variations": 3}
    result = generate(StudioEngine(find_two), tiny, **changes)
    assert sorted(variation.seed for variation in result.variations) == [0, 1, 2]
    # of the 56 % that the usual variety leaves of 80
    assert any("Seed 1 came out silent" in note and "28%" in note for note in result.notes)


def test_nothing_but_silence_is_an_error(
    engine: StudioEngine, tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_silent(monkeypatch, 1, 2)
    with pytest.raises(EngineError, match="no sound for seed"):
        generate(engine, tiny, variations=2)


def test_starts_give_different_sounds(engine: StudioEngine, tiny: str) -> None:
    clips = [
        generate(engine, tiny, start=start, strength=0.4, variations=1).variations[0].clip
        for start in (Start.NOISE, Start.IMITATION)
    ]
    assert not np.array_equal(clips[0].samples, clips[1].samples)


def test_text_without_a_text_tower_is_refused_with_advice(engine: StudioEngine, tiny: str) -> None:
    with pytest.raises(CheckpointError, match="no text tower"):
        generate(engine, tiny, imitation=None, text="dog bark")


def test_gpu_mode_without_a_gpu_says_so(engine: StudioEngine, tiny: str) -> None:
    with pytest.raises(UsageError, match="needs a GPU that PyTorch can use"):
        generate(engine, tiny, vram_mode=VramMode.HIGH)


def test_adapter_of_another_encoder_is_refused(tmp_path: Path) -> None:
    folder = build_tiny_checkpoint(tmp_path)
    text = (folder / "adapter" / "config.json").read_text()
    (folder / "adapter" / "config.json").write_text(text.replace("tiny-clap", "foreign"))
    with pytest.raises(CheckpointError, match=r"'foreign'.*'tiny-clap'"):
        generate(StudioEngine(find_nothing), str(folder))
