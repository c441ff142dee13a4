"""The studio as a library: the same sounds and recipes as the command line, from Python."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from noise_engine import FakeEngine
from scripted_engine import ScriptedEngine

import qvim_studio
from qvim_studio.automation import studio as module
from qvim_studio.automation.kit_making import PartOfKit
from qvim_studio.automation.making import PartlyMade
from qvim_studio.automation.searching import SoundHit
from qvim_studio.automation.studio import Studio
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CancelledError, CheckpointError, EngineError, UsageError
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.result import Progress

TONE = AudioClip.from_mono(0.5 * np.sin(np.arange(9600) / 5), 48_000)


@pytest.fixture
def studio() -> Studio:
    return Studio(ScriptedEngine)


def test_sounds_come_with_samples_rate_and_recipe(studio: Studio) -> None:
    sounds = studio.generate(TONE, "dog", variations=2, seed=7, negative_text="music")
    assert [sound.recipe["seed"] for sound in sounds] == [7, 8]
    assert sounds[0].samples.dtype == np.float32 and sounds[0].sample_rate == 48_000
    assert sounds[0].path is None and sounds[0].facts["kind"] == 5
    request = sounds[0].recipe["request"]
    assert (request["text"], request["negative_text"], request["balance"]) == ("dog", "music", 0.5)


def test_a_written_sound_has_the_recipe_of_one_in_memory(studio: Studio, tmp_path: Path) -> None:
    kept = studio.generate(text="dog fitted", variations=1, duration_s=0.3)
    written = studio.generate(text="dog fitted", variations=1, duration_s=0.3, folder=tmp_path)
    assert [sound.path and sound.path.name for sound in written] == ["dog_fitted_01.wav"]
    for one, other in zip(kept, written, strict=True):
        assert {**one.recipe, "created": ""} == {**other.recipe, "created": ""}
    assert soundfile.info(written[0].path).frames == 14_400


def test_a_take_is_read_trimmed_and_spoken_of(studio: Studio, tmp_path: Path) -> None:
    samples = np.zeros((48_000, 2))
    samples[12_000:24_000, 0] = 0.5 * np.sin(np.arange(12_000) / 5)
    samples[:, 1] = -samples[:, 0]  # they cancel each other, which is to be said
    soundfile.write(tmp_path / "bark.wav", samples, 48_000)
    (trimmed,) = studio.generate(str(tmp_path / "bark.wav"), variations=1)
    (whole,) = studio.generate(tmp_path / "bark.wav", variations=1, trim=False)
    assert trimmed.facts["duration_s"] < 0.4 < whole.facts["duration_s"] == 1.0
    assert trimmed.recipe["title"] == "bark 01" and trimmed.notes


def test_choices_and_files_are_given_as_texts(studio: Studio, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "hiss.wav", TONE.samples, 48_000)
    timbre = str(tmp_path / "hiss.wav")
    made = studio.generate(
        TONE, variations=1, start="imitation", vram_mode="low", timbre=timbre, options={"x": 1}
    )
    request = made[0].recipe["request"]
    assert (request["start"], request["vram_mode"]) == ("imitation", "low")
    assert (request["timbre_name"], request["options"]) == ("hiss", {"x": 1})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"loudness": 1}, "has no field 'loudness'"),
        ({"follow": "tight"}, "follow takes a number, got 'tight'"),
        ({"variations": True}, "variations takes a whole number, got True"),
        ({"start": "sideways"}, "start takes one of noise, imitation, nearest, got 'sideways'"),
        ({"variations": 99}, "variations must lie between"),
    ],
)
def test_an_impossible_value_is_refused_in_one_sentence(
    studio: Studio, values: dict[str, object], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        studio.generate(text="dog", **values)


@pytest.fixture
def hiss(tmp_path: Path) -> Path:
    soundfile.write(tmp_path / "hiss.wav", TONE.samples, 48_000, "PCM_16")
    return tmp_path / "hiss.wav"


def test_parts_of_a_sound_are_made_again_in_the_form_of_its_file(
    studio: Studio, hiss: Path
) -> None:
    (made,) = studio.edit(hiss, "rain", parts=[(0.05, 0.15)], seed=7, variations=1)
    asked = made.recipe["request"]
    assert asked["edit"]["parts_s"] == [[0.05, 0.15]] and made.recipe["title"] == "hiss edited 01"
    assert (asked["text"], asked["balance"], asked["seed"]) == ("rain", 0.5, 7)
    (longer,) = studio.edit(TONE, continue_s=1.0, imitation=hiss, variations=1, folder=None)
    begun, ended = (longer.recipe["request"]["edit"][name] for name in ("begin_s", "end_s"))
    assert (begun, ended) == (pytest.approx(0.15), pytest.approx(1.2))
    assert longer.recipe["request"]["imitation_sha256"]


@pytest.mark.parametrize(
    ("call", "values", "expected"),
    [
        ("vary", {}, {"start": "imitation", "strength": 0.5, "balance": 0.0}),
        ("vary", {"strength": 0.2}, {"start": "imitation", "strength": 0.2}),
        ("restyle", {"text": "rain"}, {"start": "imitation", "strength": 0.6, "balance": 1.0}),
        ("restyle", {"timbre": "HISS", "balance": 0.0}, {"timbre_name": "hiss", "balance": 0.0}),
        ("morph", {"other": "HISS"}, {"morph_at": 0.5, "morph_sound_name": "hiss"}),
        ("morph", {"other": TONE, "at": None}, {"morph_at": None, "morph_sound_name": "sound"}),
    ],
)
def test_sounds_are_made_of_a_sound_as_the_commands_make_them(
    studio: Studio, hiss: Path, call: str, values: dict[str, object], expected: dict[str, object]
) -> None:
    given = {name: str(hiss) if value == "HISS" else value for name, value in values.items()}
    (made,) = getattr(studio, call)(str(hiss), variations=1, options={"x": 1}, **given)
    asked = made.recipe["request"]
    assert expected.items() <= asked.items() and asked["options"] == {"x": 1}
    assert any("own licence" in note for note in made.notes)


def test_a_sound_gets_highs_by_an_upscaler_that_is_known(
    studio: Studio, hiss: Path, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(CheckpointError, match="'nope'"):
        studio.upscale(hiss, "nope")
    request.getfixturevalue("any_upscaler")
    made = studio.upscale(hiss, "audiosr-basic", seed=3, known_hz=7000.0)
    asked = made.recipe["request"]
    assert (asked["upscaler"], asked["seed"]) == ("audiosr-basic", 3)
    assert asked["upscale"]["known_hz"] == 7000.0
    assert made.recipe["title"] == "hiss upscaled 01"
    with pytest.raises(UsageError, match="vram_mode takes one of auto"):
        studio.upscale(hiss, "audiosr-basic", vram_mode="tiny")


def test_a_take_becomes_a_kit_with_presets(studio: Studio, hiss: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []

    def hear(number: int, count: int, progress: Progress) -> None:
        told.append((number, count, progress.phase))

    facts = studio.kit(hiss, tmp_path / "kits", "dog", variations=2, on_progress=hear)
    assert Path(facts["folder"]) == tmp_path / "kits" / "hiss" and facts["presets"]
    assert [len(paths) for paths in facts["sounds"]] == [2] and told[-1] == (0, 1, "decode")
    with pytest.raises(PartOfKit) as stopped:
        studio.kit(
            *(hiss, tmp_path / "kits", "2 then wait"),
            variations=3,
            is_cancelled=lambda: told[-1][2] == "denoise",
            on_progress=hear,
        )
    assert isinstance(stopped.value.__cause__, CancelledError)
    assert len(stopped.value.kept["sounds"][0]) == 2


def test_an_unknown_checkpoint_is_refused_before_an_engine_is_made() -> None:
    def make_engine() -> ScriptedEngine:
        raise AssertionError("an engine was made")

    with pytest.raises(CheckpointError, match="'nope'"):
        Studio(make_engine).generate(text="dog", checkpoint="nope")


def test_a_cancel_keeps_the_files_of_finished_sounds(studio: Studio, tmp_path: Path) -> None:
    arrived: list[Progress] = []
    with pytest.raises(PartlyMade) as stopped:
        studio.generate(
            text="2 then wait",
            folder=tmp_path,
            on_progress=arrived.append,
            is_cancelled=lambda: any(progress.phase == "denoise" for progress in arrived),
        )
    assert isinstance(stopped.value.__cause__, CancelledError)
    rows = stopped.value.kept["clips"]
    assert [Path(row["path"]).is_file() for row in rows] == [True, True]


def test_one_engine_serves_all_calls_and_is_closed_with_the_studio() -> None:
    engines: list[ScriptedEngine] = []

    def make_engine() -> ScriptedEngine:
        engines.append(ScriptedEngine())
        return engines[-1]

    with Studio(make_engine) as studio:
        studio.generate(text="dog")
        studio.generate(text="cat")
    assert len(engines) == 1 and engines[0].closed
    with pytest.raises(EngineError, match="closed"):
        studio.generate(text="dog")


def test_long_sounds_for_a_folder_come_in_chunks_as_the_command_makes_them(tmp_path: Path) -> None:
    engines: list[tuple[FakeEngine, bool]] = []

    def make_engine(*, in_chunks: bool = False) -> FakeEngine:
        engines.append((FakeEngine(), in_chunks))
        return engines[-1][0]

    studio = Studio(make_engine)
    studio.generate(text="rain", variations=1, duration_s=31.0)
    studio.generate(text="rain", variations=1, duration_s=31.0, folder=tmp_path)
    studio.generate(text="rain", variations=1, duration_s=30.0, folder=tmp_path)
    assert [(engine.is_closed, in_chunks) for engine, in_chunks in engines] == [
        (True, False),
        (True, True),
        (False, False),
    ]


@pytest.mark.usefixtures("quick_ears")
def test_search_finds_the_sound_itself_first(studio: Studio, tmp_path: Path) -> None:
    for name in ("animal_03_dog.ogg", "animal_07_owl.ogg"):
        (tmp_path / name).write_bytes(resource_path("library", name).read_bytes())
    hits = studio.search(tmp_path / "animal_07_owl.ogg", folder=tmp_path, limit=1)
    assert [hit.path.name for hit in hits] == ["animal_07_owl.ogg"]
    assert hits[0].match is not None


def test_search_without_a_folder_looks_among_the_bundled_sounds(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def search(clip: AudioClip | None, text: str, **how: object) -> list[SoundHit]:
        asked.extend((clip, text, how["folder"], how["limit"]))
        return []

    monkeypatch.setattr(module, "search_sounds", search)
    assert studio.search(text="rain", limit=3) == []
    assert asked == [None, "rain", None, 3]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "neither an imitation nor words"),
        ({"text": "x", "limit": 0}, "at least 1, got 0"),
        ({"text": "x", "balance": 2.0}, "between 0 .voice only. and 1"),
    ],
)
def test_an_impossible_search_is_refused(
    studio: Studio, values: dict[str, object], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        studio.search(**values)


@pytest.mark.usefixtures("quick_ears")
def test_an_embedding_has_960_values_of_unit_length(studio: Studio) -> None:
    embedding = studio.embed(TONE)
    assert embedding.shape == (960,) and embedding.dtype == np.float32
    assert np.linalg.norm(embedding) == pytest.approx(1.0, abs=1e-5)


def test_what_was_made_becomes_a_pack(studio: Studio, tmp_path: Path) -> None:
    made = studio.generate(text="dog", variations=1, duration_s=0.3, folder=tmp_path / "made")
    wanted = {"name": "Breath", "creator": "MK", "source": "QVIM"}
    facts = studio.pack(made, tmp_path / "packs", **wanted)
    assert facts["clips"] == 1 and Path(facts["archive"]).is_file()
    in_memory = studio.generate(text="dog", variations=1, duration_s=0.3)
    with pytest.raises(UsageError, match="lies in memory only"):
        studio.pack(in_memory, tmp_path / "packs", **wanted)


def test_a_file_is_loaded_with_its_channels_and_rate(studio: Studio, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "two.wav", np.c_[TONE.samples, TONE.samples], 44_100)
    clip = studio.load(tmp_path / "two.wav")
    assert (clip.samples.shape, clip.sample_rate) == ((9600, 2), 44_100)


def test_checkpoints_are_the_rows_of_the_command(studio: Studio) -> None:
    starter = studio.checkpoints()[0]
    assert (starter["id"], starter["installed"]) == ("starter", True)
    json.dumps(studio.checkpoints())


def test_the_package_offers_the_library_by_its_names() -> None:
    assert isinstance(qvim_studio.open_studio(), qvim_studio.Studio)
    assert qvim_studio.AudioClip is AudioClip
    assert all(hasattr(qvim_studio, name) for name in qvim_studio.__all__)
    with pytest.raises(AttributeError, match="'nothing'"):
        qvim_studio.nothing  # noqa: B018
