"""The studio as a library: the same sounds and recipes as the command line, from Python."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from given_tone import TONE
from noise_engine import FakeEngine
from scripted_engine import ScriptedEngine

import qvim_studio
from qvim_studio.automation import studio as module
from qvim_studio.automation.searching import SoundHit
from qvim_studio.automation.studio import Studio
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CheckpointError, EngineError, UsageError


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


def test_an_unknown_checkpoint_is_refused_before_an_engine_is_made() -> None:
    def make_engine() -> ScriptedEngine:
        raise AssertionError("an engine was made")

    with pytest.raises(CheckpointError, match="'nope'"):
        Studio(make_engine).generate(text="dog", checkpoint="nope")


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
