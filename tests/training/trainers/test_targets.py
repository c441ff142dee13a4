"""Cached conditions: of one training set, whole, and never another's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from training_data import write_corpus

from qvim_studio.core.errors import StudioError
from qvim_studio.training.corpus.corpus import Corpus, load_corpus, save_arrays
from qvim_studio.training.trainers.targets import load_predicted, load_targets, targets_path

CLAP_ID = "tiny"


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return load_corpus(write_corpus(tmp_path / "corpus", CLAP_ID))


def test_targets_of_another_set_of_as_many_sounds_are_refused(corpus: Corpus) -> None:
    path = targets_path(corpus.folder, CLAP_ID)
    with np.load(path) as stored:
        arrays = dict(stored)
    save_arrays(path, **arrays, corpus_id=corpus.id)
    assert np.array_equal(load_targets(corpus, CLAP_ID).embeddings, arrays["embeddings"])
    save_arrays(path, **arrays, corpus_id="another")
    with pytest.raises(StudioError, match="of another training set"):
        load_targets(corpus, CLAP_ID)


def test_a_torn_file_is_made_again(corpus: Corpus) -> None:
    path = targets_path(corpus.folder, CLAP_ID)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(StudioError, match="Make them with: qvim-studio train targets"):
        load_targets(corpus, CLAP_ID)


def test_predictions_of_other_recordings_are_refused(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "predicted.npy"
    assert load_predicted(None, corpus) is None
    np.save(path, np.zeros((3, 2, 512), np.float32))
    assert load_predicted(path, corpus).shape == (3, 2, 512)
    np.save(path, np.zeros((4, 2, 512), np.float32))
    with pytest.raises(StudioError, match="of 4 recordings, the training set has 3"):
        load_predicted(path, corpus)
