"""Commands with what ships: the starter, the bundled sounds, the list of checkpoints."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from command_line import run
from scripted_engine import ScriptedEngine
from tiny_checkpoint import build_tiny_checkpoint

from qvim_studio import assembly
from qvim_studio.commands import cli
from qvim_studio.core.program.resources import resource_path


@pytest.mark.usefixtures("quiet_logging")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["generate", "--text", "x", "--checkpoint", ""], "There is no checkpoint ''"),
        (["search", "--text", "x", "--folder", "."], "holds no sound that can be read"),
        (["evaluate", "--pairs", "none.csv"], "cannot be read: No such file or directory. Give"),
    ],
)
def test_what_is_missing_is_told_in_one_sentence(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    status, printed, errors = run(capsys, *arguments)
    assert (status, printed) == (1, "") and errors.count("\n") == 1 and words in errors


@pytest.fixture
def quiet_logging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)


@pytest.mark.usefixtures("quiet_logging")
def test_the_starter_makes_the_same_sound_from_the_same_seed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    example = resource_path("examples", "dog_woof.flac")
    made = []
    for name in ("first", "second"):
        options = ["--variations", 1, "--steps", 3, "--start", "noise", "-o", tmp_path / name]
        status, printed, errors = run(capsys, "generate", example, *options, "--json")
        assert status == 0, errors
        samples, _ = soundfile.read(json.loads(printed)["clips"][0]["path"], dtype="int32")
        made.append(samples)  # the files beside them tell the day, which may end in between
    assert np.array_equal(made[0], made[1])
    assert 0.5 < np.abs(made[0]).max() / 2**31 < 1.0


@pytest.mark.usefixtures("quiet_logging")
def test_checkpoints_are_compared_on_one_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(assembly, "make_plain_engine", ScriptedEngine)
    other = build_tiny_checkpoint(tmp_path / "tiny")
    command = ("generate", "--text", "dog", "--seed", 5, "--variations", 2, "--compare", other)
    status, printed, errors = run(capsys, *command, "-o", tmp_path / "made", "--json")
    assert status == 0, errors
    compared = json.loads(printed)["compared"]
    assert [[clip["seed"] for clip in one["clips"]] for one in compared] == [[5, 6], [5, 6]]
    paths = [Path(clip["path"]) for one in compared for clip in one["clips"]]
    recipes = [json.loads(path.with_suffix(".json").read_text()) for path in paths]
    asked = [recipe["request"]["checkpoint"] for recipe in recipes]
    assert asked == ["starter"] * 2 + [str(other)] * 2
    assert len({path.name.rsplit("_", 1)[0] for path in paths}) == 2


@pytest.mark.usefixtures("quiet_logging")
def test_a_comparison_with_what_is_not_there_makes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ("generate", "--text", "dog", "--compare", "nothing", "-o", tmp_path / "made")
    status, _, errors = run(capsys, *command)
    assert status == 1 and "There is no checkpoint 'nothing'" in errors
    assert not (tmp_path / "made").exists()


@pytest.mark.usefixtures("quiet_logging")
def test_embed_and_search_agree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sounds = sorted(resource_path("library").glob("*.ogg"))[:3]
    folder = tmp_path / "sounds"
    folder.mkdir()
    for sound in sounds:
        (folder / sound.name).write_bytes(sound.read_bytes())
    status, _, errors = run(capsys, "embed", sounds[0], "-o", tmp_path / "e.npy")
    assert status == 0, errors
    embedding = np.load(tmp_path / "e.npy")
    assert embedding.shape == (960,) and embedding.dtype == np.float32
    assert np.linalg.norm(embedding) == pytest.approx(1.0, abs=1e-5)
    status, printed, errors = run(
        capsys, "search", sounds[0], "--folder", folder, "--top", 2, "--json"
    )
    assert status == 0 and "indexing 3 of 3" in errors  # also where no terminal shows it
    results = json.loads(printed)["results"]
    assert len(results) == 2
    for row in results:
        assert row["kind"] in (None, 1, 2, 3, 4, 5) and 0 <= row["movement"] <= 1
        assert row["compared"] == "take"
    found = json.loads(printed)["heard"]
    assert len(found) == 5 and found[0]["score"] >= found[1]["score"]
    assert found[0].keys() == {"word", "score"}


@pytest.mark.usefixtures("quiet_logging")
def test_search_finds_by_what_words_mean(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "sounds"
    folder.mkdir()
    library = resource_path("library")
    for number, start in enumerate(("explosion", "guitar_07", "tom")):
        sound = min(library.glob(f"{start}*.ogg"))
        (folder / f"{number}.ogg").write_bytes(sound.read_bytes())
    asked = ("search", "--folder", folder, "--text")
    status, printed, errors = run(capsys, *asked, "mandolin")
    assert status == 0, errors
    assert printed.splitlines()[0] == str(folder / "1.ogg")
    take = resource_path("examples", "dog_woof.flac")
    status, printed, errors = run(
        capsys, "search", take, *asked[1:], "mandolin", "--balance", 1, "--json"
    )
    assert status == 0, errors
    assert Path(json.loads(printed)["results"][0]["path"]).name == "1.ogg"
    status, printed, _ = run(capsys, *asked, "qwertz")
    assert status == 0 and "No sound of" in printed
    status, _, errors = run(capsys, "search", "--folder", folder)
    assert status == 2 and "neither an imitation nor words" in errors


def scripted_in_chunks(*, in_chunks: bool) -> ScriptedEngine:
    assert in_chunks
    return ScriptedEngine()


@pytest.mark.usefixtures("quiet_logging")
def test_a_long_sound_lies_in_its_file_when_it_is_whole_and_when_it_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(assembly, "make_plain_engine", scripted_in_chunks)
    command = ("generate", "--duration", 31, "--variations", 1, "--text")
    status, printed, errors = run(
        capsys, *command, "4 chunks then rain", "-o", tmp_path / "whole", "--json"
    )
    assert status == 0, errors
    (clip,) = json.loads(printed)["clips"]
    assert clip["duration_s"] == 31.0 and soundfile.info(clip["path"]).duration == 31.0
    status, printed, errors = run(capsys, *command, "1 chunks then fail", "-o", tmp_path / "part")
    assert status == 1 and "and 7.8 of 31 s of another" in errors
    (wave,) = (tmp_path / "part").glob("*.wav")
    assert wave.name.endswith("_01_unfinished.wav") and str(wave) in printed
    assert soundfile.info(wave).duration == pytest.approx(7.75)
