"""Spoken imitations beside the rendered ones: whose they are, and whose they are not."""

from __future__ import annotations

import os
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from speech import install_speech
from training_data import write_table, write_tone

from qvim_studio.cli import main
from qvim_studio.training.build import build_corpus
from qvim_studio.training.corpus import Corpus, load_corpus
from qvim_studio.training.imitations import (
    SPOKEN_FILE,
    SPOKEN_TAKES,
    Origin,
    load_or_render,
    render_spoken,
)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the stand-in for Flite is a script")
LABELS = ("bell", "engine", "drone")
SOUNDS = 30


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Corpus:
    """Bells, engines and drones, which nobody names; the first sound has a real take."""
    install_speech(tmp_path / "bin", monkeypatch)
    rows = []
    for number in range(SOUNDS):
        label = f"{LABELS[number % 3]} {number}"
        write_tone(tmp_path / "sounds" / f"{number}.wav", 200 + 10 * number)
        rows.append({"reference": f"sounds/{number}.wav", "imitation": "", "label": label})
    write_tone(tmp_path / "take.wav", 900)
    rows[0]["imitation"] = "take.wav"
    build_corpus([write_table(tmp_path / "pairs.csv", rows)], tmp_path / "corpus")
    return load_corpus(tmp_path / "corpus")


def origins_of(corpus: Corpus) -> list[list[Origin]]:
    imitations = load_or_render(corpus, renders=1)
    return [
        [Origin(imitations.origins[row]) for row in imitations.rows.of(item)]
        for item in range(len(corpus.items))
    ]


def test_sounds_to_train_with_are_named_and_no_others(corpus: Corpus) -> None:
    without = load_or_render(corpus, renders=1)
    named = render_spoken(corpus)
    found = origins_of(corpus)
    for item, origins in zip(corpus.items, found, strict=True):
        if item.path == "sounds/0.wav":
            assert origins == [Origin.PERSON]
        elif item.split == "train" and not item.label.startswith("drone"):
            assert origins == [Origin.RENDERER] + SPOKEN_TAKES * [Origin.SPEECH]
        else:
            assert origins == [Origin.RENDERER]
    assert named == sum(origins.count(Origin.SPEECH) for origins in found) > 0
    assert {item.split for item in corpus.items} == {"train", "held_out"}
    assert load_or_render(corpus, renders=1).id != without.id


def test_spoken_takes_are_heard_after_the_rendered_ones_and_stay(corpus: Corpus) -> None:
    before = load_or_render(corpus, renders=1)
    count = render_spoken(corpus)
    written = (corpus.folder / SPOKEN_FILE).stat().st_mtime_ns
    assert render_spoken(corpus) == count
    assert (corpus.folder / SPOKEN_FILE).stat().st_mtime_ns == written
    after = load_or_render(corpus, renders=1)
    spoken = 0
    for item in range(len(corpus.items)):
        assert np.array_equal(after.samples(item, 0), before.samples(item, 0))
        for take in range(1, after.rows.count(item)):
            hum = after.samples(item, take)
            pitch = np.abs(np.fft.rfft(hum)).argmax() * 32_000 / len(hum)
            assert 55 < pitch < 340  # as the stand-in hums, moved by a third of an octave
            spoken += 1
    assert spoken == count


def test_without_a_synthesizer_the_rest_is_made_and_it_is_told(
    corpus: Corpus,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "bin" / "flite").unlink()
    assert main(["train", "imitations", "--runs", str(tmp_path)]) == 0
    assert "apt install flite" in caplog.text
    assert not (corpus.folder / SPOKEN_FILE).exists()
    assert Origin.SPEECH not in set(chain.from_iterable(origins_of(corpus)))
    install_speech(tmp_path / "bin", monkeypatch)
    assert main(["train", "imitations", "--runs", str(tmp_path)]) == 0
    assert Origin.SPEECH in set(chain.from_iterable(origins_of(corpus)))
