"""The encoder's last phase: maps of every take, cached for exactly these, people's ranked apart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from training_data import unit, write_pairs

from qvim_studio.commands import cli
from qvim_studio.networks.qvim.encoder import (
    QvimEncoder,
    encoder_id,
    load_qvim_encoder,
    save_qvim_encoder,
)
from qvim_studio.training.corpus.build import build_corpus
from qvim_studio.training.corpus.corpus import Corpus, load_corpus
from qvim_studio.training.corpus.free_timing import FreeTiming
from qvim_studio.training.corpus.imitations import ImitationSet, load_or_render
from qvim_studio.training.corpus.recording import Recording
from qvim_studio.training.encoder import qvim_finish
from qvim_studio.training.encoder.qvim_finish import FinishTraining
from qvim_studio.training.loop.loop import LoopOptions
from qvim_studio.training.trainers import adapter

TAKES = 2


@pytest.fixture(scope="module")
def encoder() -> QvimEncoder:
    torch.manual_seed(0)
    return QvimEncoder().eval()


@pytest.fixture
def data(tmp_path: Path) -> tuple[Corpus, ImitationSet]:
    build_corpus([write_pairs(tmp_path, references=2, takes=TAKES)], tmp_path / "corpus")
    corpus = load_corpus(tmp_path / "corpus")
    return corpus, load_or_render(corpus)


def test_every_take_has_a_row_and_another_set_is_mapped_again(
    encoder: QvimEncoder, data: tuple[Corpus, ImitationSet], tmp_path: Path
) -> None:
    corpus, imitations = data
    voices, sounds = qvim_finish._cached_maps(encoder, corpus, imitations, Recording(), tmp_path)
    assert voices.shape == (2 * TAKES, 160, 4, 32)
    assert sounds.shape == (2, 160, 4, 32)
    written = (tmp_path / "maps.pt").stat().st_mtime_ns
    qvim_finish._cached_maps(encoder, corpus, imitations, Recording(), tmp_path)
    assert (tmp_path / "maps.pt").stat().st_mtime_ns == written
    fewer = Corpus(corpus.folder, corpus.items[:1], corpus._audio)
    assert len(qvim_finish._cached_maps(encoder, fewer, imitations, Recording(), tmp_path)[1]) == 1


def test_takes_are_mapped_as_recorded_and_again_as_recorded_otherwise(
    encoder: QvimEncoder,
    data: tuple[Corpus, ImitationSet],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = []

    def recorded_row(takes: ImitationSet, row: int, recording: Recording) -> np.ndarray:
        given.append((row, recording))
        return takes.row(0)

    monkeypatch.setattr(qvim_finish, "recorded_row", recorded_row)
    corpus, imitations = data
    dry, wet = Recording(room_odds=0.0), Recording(room_odds=1.0)
    for recording in (dry, wet, wet):
        voices, _ = qvim_finish._cached_maps(encoder, corpus, imitations, recording, tmp_path)
        assert (voices == voices[:1]).all()
    assert given == [(row, kind) for kind in (dry, wet) for row in range(2 * TAKES)]


@dataclass(frozen=True)
class Finished:
    """What a short training left, whose maps were timed by ``timings`` and drawn ``takes``."""

    folder: Path
    timings: list[np.ndarray]
    takes: list[np.ndarray]


@pytest.fixture(scope="module")
def finished(encoder: QvimEncoder, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    folder = tmp_path_factory.mktemp("finished")
    build_corpus([write_pairs(folder, references=3, takes=1)], folder / "corpus")
    items = len(load_corpus(folder / "corpus").items)
    targets = unit(np.random.default_rng(0), items, 512)
    np.savez(folder / "corpus" / "targets.npz", embeddings=targets)
    save_qvim_encoder(encoder, folder / "qvim")
    options = FinishTraining(loop=LoopOptions(learning_rate=0.3, warmup_steps=1))
    timings: list[np.ndarray] = []
    drawn: list[np.ndarray] = []

    class Recorded(FreeTiming):
        def __init__(self, maps, silent, edges, is_free, timing) -> None:
            timings.append(is_free)
            super().__init__(maps, silent, edges, is_free, timing)

        def draw(self, takes: np.ndarray, rng: np.random.Generator) -> torch.Tensor:
            drawn.append(takes)
            return super().draw(takes, rng)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(qvim_finish, "FreeTiming", Recorded)
        qvim_finish.run(folder / "corpus", folder, 0.005, options)
    return Finished(folder, timings, drawn)


def test_the_averaged_last_layers_are_what_it_leaves(finished: Finished) -> None:
    folder = finished.folder
    averaged = torch.load(folder / "finish" / "state.pt", weights_only=True)["ema"]
    began, ended = (load_qvim_encoder(folder / part) for part in ("qvim", "finish/qvim"))
    for branch in ("imitation", "reference"):
        begun, left = (getattr(one, branch).features[-1][0].weight for one in (began, ended))
        trained = averaged[f"{branch}.0.weight"]
        assert (trained - begun).abs().max() > 0.01
        torch.testing.assert_close(left, trained, rtol=1e-3, atol=1e-4)  # float16


def test_takes_are_drawn_in_a_time_of_their_own_but_not_people_s(finished: Finished) -> None:
    (is_free,) = finished.timings
    assert not is_free.any()  # they are people's
    assert finished.takes and all(len(takes) > 1 for takes in finished.takes)


def test_people_s_imitations_are_ranked_apart(data: tuple[Corpus, ImitationSet]) -> None:
    corpus, imitations = data
    rows = np.eye(2, dtype=np.float32)
    metrics = qvim_finish._validate(corpus, imitations, rows, rows)
    assert metrics["real_item_mrr"] == metrics["item_mrr"] == 1.0


def test_an_adapter_begins_with_what_an_encoder_of_the_user_s_own_hears(
    encoder: QvimEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_corpus([write_pairs(tmp_path, references=2, takes=1)], tmp_path / "corpus")
    save_qvim_encoder(encoder, tmp_path / "mine")
    begun: list[Path] = []
    monkeypatch.setattr(adapter, "run", lambda *given: begun.append(given[3]))
    command = ["train", "adapter", "--encoder", str(tmp_path / "mine"), "--runs", str(tmp_path)]
    assert cli.main(command) == 0
    (file,) = begun
    stored = np.load(file)
    assert stored["encoder_id"] == encoder_id(encoder)
    assert stored["voices"].shape == (2, 960) and stored["sounds"].shape == (2, 960)
