"""The corpus: duplicates and silence left out, references in one split only, audio intact."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile

from qvim_studio.core.errors import StudioError
from qvim_studio.training.corpus import build_corpus, load_corpus

COLUMNS = ("path", "split", "kind", "label", "source", "licence", "rolloff99_hz")


def write_data(folder: Path, sounds: dict[str, tuple[str, np.ndarray]]) -> None:
    with (folder / "manifest.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, [*COLUMNS, "may_be_committed"])
        writer.writeheader()
        for name, (label, samples) in sounds.items():
            soundfile.write(folder / name, samples, 32_000)
            writer.writerow(
                dict.fromkeys(COLUMNS, "x")
                | {"path": name, "split": "train", "label": label}
                | {"rolloff99_hz": "8000", "may_be_committed": "yes"}
            )


def tone(hz: float, seconds: float = 0.5) -> np.ndarray:
    return 0.8 * np.sin(2 * np.pi * hz * np.arange(int(32_000 * seconds)) / 32_000)


def test_silent_and_repeated_files_are_left_out(tmp_path: Path) -> None:
    sounds = {"a.wav": ("beep", tone(500)), "b.wav": ("beep", tone(500))}
    write_data(tmp_path, sounds | {"c.wav": ("nothing", np.zeros(3200))})
    corpus = build_corpus(tmp_path, tmp_path / "corpus")
    assert [item.path for item in corpus.items] == ["a.wav"]


def test_samples_come_back_in_both_rates_with_the_peak_of_one_half(tmp_path: Path) -> None:
    write_data(tmp_path, {"a.wav": ("low", tone(300)), "b.wav": ("high", tone(2000))})
    build_corpus(tmp_path, tmp_path / "corpus")
    corpus = load_corpus(tmp_path / "corpus")
    for item, hz in zip(corpus.items, (300, 2000), strict=True):
        for rate in (16_000, 32_000):
            samples = corpus.samples(item, rate)
            peak_bin = np.abs(np.fft.rfft(samples)).argmax() * rate / len(samples)
            assert peak_bin == pytest.approx(hz, rel=0.02)
            loudness = np.sqrt(np.mean(samples**2))
            assert loudness == pytest.approx(0.5 / np.sqrt(2), rel=0.03)


def test_no_reference_is_in_both_splits(tmp_path: Path) -> None:
    sounds = {f"{i}.wav": (f"sound {i // 3}", tone(100 + 20 * i, 0.1)) for i in range(90)}
    write_data(tmp_path, sounds)
    corpus = build_corpus(tmp_path, tmp_path / "corpus")
    train = {corpus.items[i].label for i in corpus.indices("train")}
    held_out = {corpus.items[i].label for i in corpus.indices("held_out")}
    assert train and held_out and not train & held_out


def test_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r"manifest\.csv"):
        build_corpus(tmp_path, tmp_path / "corpus")
