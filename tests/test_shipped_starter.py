"""The starter as it ships: whole, small enough, repeatable, audible, of the imitated kind."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from qvim_studio import assembly
from qvim_studio.audio.files.reading import read_audio
from qvim_studio.audio.resample import mono_at, resample
from qvim_studio.audio.trim import trim_silence, trim_take
from qvim_studio.checkpoints.verification import verify_checkpoint
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit
from qvim_studio.core.program.resources import library_rows, resource_path
from qvim_studio.core.request import GenerationRequest, VramMode
from qvim_studio.core.result import GenerationResult
from qvim_studio.core.sound_query import SoundQuery
from qvim_studio.evaluation.reconstruction import reconstruct
from qvim_studio.families.audioldm.loaded import load_checkpoint
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.plans import plan_for
from qvim_studio.generation.engine import StudioEngine
from qvim_studio.networks.bandwidth import EXTENDED_RATE, load_extender
from qvim_studio.networks.mel import SAMPLE_RATE
from qvim_studio.networks.qvim.mobilenet import EMBEDDING_DIM
from qvim_studio.training.trainers.bandwidth import level_error_db
from qvim_studio.voice.embedder import encoder_samples, level_for_embedding
from qvim_studio.voice.hearing import program_hearing

EXAMPLES = sorted(resource_path("examples").glob("*.flac"))


@pytest.fixture(scope="module")
def engine() -> Iterator[StudioEngine]:
    engine = assembly.make_engine()
    yield engine
    engine.close()


def generate(engine: StudioEngine, take: Path, **changes: object) -> GenerationResult:
    request = GenerationRequest(
        imitation=trim_silence(read_audio(take)), **({"variations": 1} | changes)
    )
    return engine.generate(request, lambda progress: None, lambda: False)


def test_files_are_as_published_and_within_their_size() -> None:
    checkpoint = find_checkpoint("starter")
    assert verify_checkpoint(checkpoint) == []
    assert checkpoint.commercial == "yes"
    sizes = [p.stat().st_size for p in checkpoint.installed_folder().rglob("*") if p.is_file()]
    assert sum(sizes) <= 60 * 2**20
    assert max(sizes) <= 25 * 2**20


def test_bundled_library_has_a_source_and_a_licence_for_every_sound() -> None:
    folder = resource_path("library")
    rows = library_rows()
    assert {row["file"] for row in rows} == {path.name for path in folder.glob("*.ogg")}
    assert all(row["source"] and row["licence"] for row in rows)


def test_shipped_index_fits_the_shipped_encoder() -> None:
    index = assembly.make_bundled_index(program_hearing())
    assert len(index) == len(list(resource_path("library").glob("*.ogg")))
    assert index.refresh() == 0


@pytest.fixture(scope="module")
def made(engine: StudioEngine) -> dict[str, AudioClip]:
    """The clip of every example take that is shown first of two, by the name of its file."""
    asked = {"steps": 10, "variations": 2}
    return {take.name: generate(engine, take, **asked).variations[0].clip for take in EXAMPLES}


@pytest.fixture(scope="module")
def sketched(engine: StudioEngine) -> dict[str, AudioClip]:
    """The quick clip of every example take that is shown first of two, by the name of its file."""
    asked = {"steps": 4, "variations": 2}
    return {take.name: generate(engine, take, **asked).variations[0].clip for take in EXAMPLES}


@pytest.mark.parametrize("take", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_take_finds_its_kind_among_four_starts(take: Path) -> None:
    hearing = program_hearing()
    embedding = hearing.embed(trim_take(read_audio(take)), "imitation")
    starts = assembly.find_nearest(SoundQuery(embedding), None, hearing)
    kinds = {Path(row["file"]).stem: row["class"] for row in library_rows()}
    assert len(starts) == 4
    assert example_rows()[take.name]["class"] in [kinds[start.name] for start in starts]


def test_the_woof_starts_from_a_dog() -> None:
    """Not from any other animal, which are one class."""
    hearing = program_hearing()
    woof = trim_take(read_audio(resource_path("examples", "dog_woof.flac")))
    starts = assembly.find_nearest(SoundQuery(hearing.embed(woof, "imitation")), None, hearing)
    kinds = {Path(row["file"]).stem: row["kind"] for row in library_rows()}
    assert kinds[starts[0].name] == "dog"


def test_examples_are_small_varied_credited_and_no_sounds_of_the_library() -> None:
    rows, folder = example_rows(), resource_path("examples")
    assert set(rows) == {take.name for take in EXAMPLES} and len(rows) >= 7
    assert len({row["class"] for row in rows.values()}) == len(rows)
    assert sum(path.stat().st_size for path in folder.iterdir()) < 400_000
    credits = resource_path("ATTRIBUTIONS.md").read_text(encoding="utf-8")
    for row in rows.values():
        assert row["licence"] and row["source"]
        assert row["source"].split(": ")[0] in credits or row["source"] == "QVIM Studio"
        assert row["source"] not in {sound["source"] for sound in library_rows()}


def test_the_explosion_bursts_and_dies_away() -> None:
    clip = trim_take(read_audio(resource_path("examples", "explosion_boom.flac")))
    levels = [np.sqrt(np.mean(part**2)) for part in np.array_split(clip.mono(), 10)]
    assert int(np.argmax(levels)) <= 2
    assert levels[-1] < 0.2 * max(levels)


@pytest.mark.parametrize("take", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_take_gives_an_audible_unclipped_clip(
    sketched: dict[str, AudioClip], take: Path
) -> None:
    assert_audible_and_unclipped(sketched[take.name])


def assert_audible_and_unclipped(clip: AudioClip) -> None:
    peak = np.abs(clip.samples).max()
    rms = np.sqrt(np.mean(clip.samples**2))
    assert 0.5 < peak < 1.0
    assert rms > 0.005
    assert abs(clip.samples.mean()) < 1e-3


def test_a_part_of_a_real_sound_is_made_anew_and_audible(engine: StudioEngine) -> None:
    sound = read_audio(resource_path("library", "siren_01_alarm.ogg"))
    request = GenerationRequest(edit=Edit(sound, 0.5, 1.2), variations=1, steps=6)
    (made,) = engine.generate(request, lambda progress: None, lambda: False).variations
    begin, end = (round(seconds * sound.sample_rate) for seconds in (0.5, 1.2))
    part, was = (clip.samples[begin:end] for clip in (made.clip, sound))
    assert np.array_equal(made.clip.samples[:begin], sound.samples[:begin])
    assert np.array_equal(made.clip.samples[end:], sound.samples[end:])
    assert abs(np.corrcoef(part[:, 0], was[:, 0])[0, 1]) < 0.9
    assert 0.5 < np.sqrt(np.mean(part**2) / np.mean(was**2)) < 2.0
    embedding = [encoded(clip) for clip in (made.clip, sound)]
    assert embedding[0] @ embedding[1] > 0.8


def test_same_seed_gives_the_same_bits(engine: StudioEngine) -> None:
    first, second = (generate(engine, EXAMPLES[0], steps=1, seed=9) for _ in range(2))
    assert np.array_equal(first.variations[0].clip.samples, second.variations[0].clip.samples)


def test_words_alone_make_a_sound(engine: StudioEngine) -> None:
    request = GenerationRequest(text="explosion, boom", variations=1, duration_s=1.0, steps=3)
    result = engine.generate(request, lambda progress: None, lambda: False)
    assert result.variations[0].similarity is None
    assert np.abs(result.variations[0].clip.samples).max() > 0.5


def test_sketches_are_of_the_imitated_class(sketched: dict[str, AudioClip]) -> None:
    """Two rank first among all classes of the library, three first or second; all together far
    above chance."""
    assert_of_their_class(class_ranks(sketched))


@pytest.mark.slow  # eight takes at full quality: 35 s
def test_generated_clips_are_of_the_imitated_class(made: dict[str, AudioClip]) -> None:
    assert_of_their_class(class_ranks(made))
    for clip in made.values():
        assert_audible_and_unclipped(clip)


def class_ranks(clips: dict[str, AudioClip]) -> dict[str, int]:
    """Of the imitated class among all classes of the library, by the file of the take."""
    names, centroids = class_centroids()
    ranks = {}
    for example in example_rows().values():
        similarity = centroids @ encoded(clips[example["file"]])
        own = similarity[names.index(example["class"])]
        ranks[example["file"]] = 1 + int((similarity > own).sum())
    return ranks


def assert_of_their_class(ranks: dict[str, int]) -> None:
    chance = np.mean(1 / np.arange(1, len(class_centroids()[0]) + 1))
    assert list(ranks.values()).count(1) >= 2, ranks
    assert sum(rank <= 2 for rank in ranks.values()) >= 3, ranks
    assert np.mean([1 / rank for rank in ranks.values()]) > 3 * chance, ranks


def example_rows() -> dict[str, dict[str, str]]:
    """The list of the example takes by file name."""
    path = resource_path("examples", "examples.csv")
    with path.open(newline="", encoding="utf-8") as file:
        return {row["file"]: row for row in csv.DictReader(file)}


def encoded(clip: AudioClip) -> np.ndarray:
    """By the encoder alone, as it hears the library: the ears chose what a clip starts from, and do
    not judge it."""
    embedder = program_hearing().extractor.embedder
    return embedder.embed_prepared([encoder_samples(level_for_embedding(clip))], "reference")[0]


def unrefined(rows: np.ndarray) -> np.ndarray:
    """Embeddings of the encoder (rows, 960) as they were before the ears refined them."""
    ears = program_hearing().ears
    moved = (
        np.eye(EMBEDDING_DIM) + (ears.from_refinement.weight @ ears.to_refinement.weight).numpy()
    )
    found = np.linalg.solve(moved, rows.T).T
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def class_centroids() -> tuple[list[str], np.ndarray]:
    """The encoder's mean embedding of every class of the bundled library, unit norm."""
    folder = resource_path("library")
    classes = {row["file"]: row["class"] for row in library_rows()}
    with np.load(folder / "index.npz") as stored:
        rows = unrefined(stored["embeddings"][:, :EMBEDDING_DIM].astype(np.float32))
        embeddings = dict(zip(stored["names"].tolist(), rows, strict=True))
    names = sorted(set(classes.values()))
    means = np.stack(
        [
            np.mean([embeddings[file] for file, kind in classes.items() if kind == name], axis=0)
            for name in names
        ]
    )
    return names, means / np.linalg.norm(means, axis=1, keepdims=True)


def test_card_names_the_licence_and_every_file() -> None:
    card = json.loads(resource_path("starter", "studio.json").read_text(encoding="utf-8"))
    assert card["licence"]
    assert "unet/diffusion_pytorch_model.safetensors" in card["files"]


def test_real_sounds_survive_the_autoencoder_and_the_vocoder() -> None:
    """Also those with much energy in the highest band, unfiltered: mean log-mel error in dB."""
    checkpoint = find_checkpoint("starter")
    loaded = load_checkpoint(checkpoint, plan_for(checkpoint, VramMode.CPU))
    sounds = sorted(resource_path("library").glob("*.ogg"))[::60]
    beginnings = [first_second(read_audio(path)) for path in sounds]
    errors = [reconstruct(loaded, sound).total_db for sound in beginnings]
    assert np.median(errors) < 3.5
    assert max(errors) < 8.0


def first_second(sound: AudioClip) -> AudioClip:
    return AudioClip(sound.samples[: sound.sample_rate], sound.sample_rate)


def test_highs_are_about_as_loud_as_those_of_recordings() -> None:
    """Of sounds whose highs were cut off: mean error of their bands in dB, frame by frame."""
    extender = load_extender(find_checkpoint("starter").installed_folder())
    errors, silences = [], []
    for path in sorted(resource_path("library").glob("*.ogg"))[::36]:
        whole = mono_at(first_second(read_audio(path)), EXTENDED_RATE)
        low = resample(AudioClip.from_mono(whole, EXTENDED_RATE), SAMPLE_RATE).mono()
        low = low[: len(whole) // 2]
        given = [torch.from_numpy(x)[None] for x in (low, whole[: 2 * len(low)])]
        errors.append(level_error_db(extender, *given, audible_db=80.0).item())
        silences.append(level_error_db(extender, given[0], 0.0 * given[1], audible_db=80.0).item())
    assert np.median(errors) < 5.0
    assert np.median(silences) > 3.0 * np.median(errors)
