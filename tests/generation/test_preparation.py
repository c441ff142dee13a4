"""A request is prepared: its starting sounds are found, spread over the seeds and told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from engine_runs import find_nothing, find_two, generate, noise_burst
from long_runs import (
    request_for,
    voice,
)
from long_sounds import RATE, NoiseWindows
from tiny_checkpoint import CARD, build_tiny_checkpoint

from qvim_studio.checkpoints.card import write_card
from qvim_studio.core.capabilities import Input
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.request import Start
from qvim_studio.core.sound_query import SoundQuery
from qvim_studio.families.protocol import Asked
from qvim_studio.generation.engine import StudioEngine
from qvim_studio.generation.loaded import Loaded
from qvim_studio.generation.preparation import PreparedRun
from qvim_studio.generation.starts import NearestSound

pytestmark = pytest.mark.usefixtures("quick_ears")


@pytest.mark.parametrize("changes", [{}, {"imitation": None, "text": "rain"}])
def test_all_variations_start_from_the_sound_that_is_given(
    tiny_with_words: str, changes: dict[str, object]
) -> None:
    given = {"start_sound": noise_burst(0.3), "start_sound_name": "door slam"}
    result = generate(StudioEngine(find_two), tiny_with_words, **given, **changes)
    assert [v.start_name for v in result.variations] == ["door slam", "door slam"]
    assert result.request.start is Start.NEAREST and "Started from door slam." in result.notes


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


def test_a_likely_sound_is_kept_more_as_the_checkpoint_wants_it(tmp_path: Path) -> None:
    folder = build_tiny_checkpoint(tmp_path)
    write_card(folder, CARD | {"defaults": CARD["defaults"] | {"likely_nearer": 0.7}})
    bark, beep = find_two(SoundQuery(None, ""), None, None)
    sounds = (replace(bark, likelihood=0.51), replace(beep, likelihood=0.5))
    engine = StudioEngine(lambda *asked: sounds)
    asked = {"start": Start.NEAREST, "strength": 0.85, "variations": 2}
    made = [generate(engine, str(folder), **asked, variety=variety) for variety in (0.5, 0.0)]
    spread, alike = ({v.seed: v.start_strength for v in one.variations} for one in made)
    assert spread[0] == pytest.approx(0.5525)  # of the likely bark
    assert spread[1] == pytest.approx(0.85 * 0.7)  # the usual near place, of the beep
    assert alike == {0: 0.85, 1: 0.85}
    given = generate(engine, str(folder), **asked, variety=0.5, start_sound=bark.clip)
    assert {v.seed: v.start_strength for v in given.variations}[0] == 0.85


def test_a_start_is_told_by_a_readable_name_and_kept_by_its_file_name(tiny: str) -> None:
    def find(query: SoundQuery, folder: str | None, embedder: object) -> tuple[NearestSound, ...]:
        return (NearestSound("animal_03_dog", noise_burst(0.2)),)

    result = generate(StudioEngine(find), tiny, start=Start.NEAREST)
    assert result.variations[0].start_name == "animal_03_dog"
    assert result.notes == ("Started from dog.",)


def test_the_seed_alone_says_which_sound_it_starts_from(tiny: str) -> None:
    engine = StudioEngine(find_two)
    both = generate(engine, tiny, start=Start.NEAREST, strength=0.4, seed=4, variations=2)
    alone = generate(engine, tiny, start=Start.NEAREST, strength=0.4, seed=5, variations=1)
    again = next(v for v in both.variations if v.seed == 5)
    assert np.array_equal(alone.variations[0].clip.samples, again.clip.samples)
    assert alone.notes == ("Started from beep.",)


def test_starts_give_different_sounds(engine: StudioEngine, tiny: str) -> None:
    clips = [
        generate(engine, tiny, start=start, strength=0.4, variations=1).variations[0].clip
        for start in (Start.NOISE, Start.IMITATION)
    ]
    assert not np.array_equal(clips[0].samples, clips[1].samples)


def test_a_take_that_is_longer_than_what_is_made_is_said(
    noise: tuple[Loaded, NoiseWindows],
) -> None:
    loaded = replace(noise[0], capabilities=replace(noise[0].capabilities, windows=None))
    run = PreparedRun(loaded, request_for(None, imitation=voice((3.0, 0.2))))
    assert any("lasts 3.0 s: Tiny makes 2 s of it" in note for note in run.notes)


def test_opposite_channels_are_said_beside_the_sounds(tiny: str) -> None:
    burst = noise_burst(0.2)
    opposite = AudioClip(
        np.concatenate([burst.samples, -0.5 * burst.samples], 1), burst.sample_rate
    )
    (note,) = generate(StudioEngine(find_two), tiny, imitation=opposite, start=Start.NOISE).notes
    assert "flip the polarity" in note


def test_words_that_a_checkpoint_does_not_take_are_told(
    noise: tuple[Loaded, NoiseWindows],
) -> None:
    loaded = noise[0]
    deaf = replace(loaded.capabilities, inputs=loaded.capabilities.inputs - {Input.TEXT})
    request = request_for(1.0, imitation=voice((1.0, 0.2)), text=" rain ")
    notes = PreparedRun(replace(loaded, capabilities=deaf), request).notes
    assert notes == ["Tiny takes no words: 'rain' does not count."]


def test_without_a_sound_to_start_from_noise_is_started_from_and_told(
    noise: tuple[Loaded, NoiseWindows],
) -> None:
    run = PreparedRun(noise[0], request_for(1.0, start=Start.NEAREST, imitation=voice((1.0, 0.2))))
    run.encode(find_nothing)
    assert run.notes == ["There is no sound to start from: started from noise."]
    assert run._asked.starts == {} and run._spread.strength_of(7) == run._asked.strength


def test_a_loop_is_made_with_its_seam_and_follows_the_take_over_it(
    noise: tuple[Loaded, NoiseWindows],
) -> None:
    request = request_for(1.0, imitation=voice((0.5, 0.2)), loop=True)
    run = PreparedRun(noise[0], request)
    run.encode(find_nothing)
    assert run.imitation is not None and len(run.imitation) == run.samples > RATE
    overhang = run.samples - RATE
    np.testing.assert_array_equal(run.imitation[RATE:], run.imitation[:overhang])
    assert not run.imitation[RATE // 2 : RATE].any()


def test_a_morph_is_heard_as_a_sound_between_both(noise: tuple[Loaded, NoiseWindows]) -> None:
    first, second = voice((1.0, 0.2)), AudioClip.from_mono(np.sin(np.arange(RATE) * 0.3), RATE)
    asked = {"imitation": first, "morph_sound": second, "start": Start.IMITATION}
    embeddings = []
    for at in (0.0, 0.5, 1.0):
        run = PreparedRun(noise[0], request_for(1.0, **asked, morph_at=at))
        run.encode(find_nothing)
        assert run.embedded_as == "reference" and run.matcher is None
        embeddings.append(run.embedding)
    start, middle, end = embeddings
    assert start @ middle == pytest.approx(end @ middle, abs=1e-4) and start @ middle > start @ end
    plain = PreparedRun(noise[0], request_for(1.0, imitation=first))
    assert plain.embedded_as == "imitation"


def test_every_sound_that_is_made_at_once_counts_in_the_estimate(
    noise: tuple[Loaded, NoiseWindows],
) -> None:
    class Hungry(NoiseWindows):
        def extra_bytes(self, asked: Asked, batch: int) -> int:
            return batch * 10**12

    loaded = replace(noise[0], generator=Hungry())
    runs = [PreparedRun(loaded, request_for(1.0, variations=count)) for count in (1, 3)]
    assert [run.estimated_bytes() // 10**12 for run in runs] == [1, 3]
