"""Categories by sound alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from qvim_studio.export.ucs.categories import categories
from qvim_studio.export.ucs.ucs_neighbors import LabelledSounds, labelled_sounds


def test_the_nearest_sounds_vote() -> None:
    angles = np.radians([0, 10, 20, 90, 95])
    embeddings = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    sounds = LabelledSounds("x", embeddings, ("ANMLCat", "ANMLDog", "ANMLDog", "RAIN", "RAIN"))
    assert sounds.vote(np.array([5.0, 0.2])) == "ANMLDog"
    assert sounds.vote(np.array([0.0, 1.0])) == "RAIN"


def test_sounds_without_a_category_have_no_vote(tmp_path: Path) -> None:
    table = "file,class,words\na.ogg,x,dog bark\nb.ogg,qqq,qqq\n"
    (tmp_path / "library.csv").write_text(table)
    np.savez(
        tmp_path / "index.npz",
        encoder_id="e",
        names=["a.ogg", "b.ogg", "gone.ogg"],
        embeddings=np.eye(3, dtype=np.float32),
    )
    sounds = labelled_sounds(tmp_path)
    assert sounds.cat_ids == ("ANMLDog",) and sounds.embeddings.shape == (1, 3)


def test_the_bundled_sounds_know_better_than_their_commonest_category() -> None:
    """Each sound left out and guessed by the others."""
    sounds = labelled_sounds()
    assert set(sounds.cat_ids) <= categories().keys()
    right = 0
    for index, cat_id in enumerate(sounds.cat_ids):
        kept = np.arange(len(sounds.cat_ids)) != index
        others = tuple(np.array(sounds.cat_ids)[kept])
        left = LabelledSounds(sounds.encoder_id, sounds.embeddings[kept], others)
        right += left.vote(sounds.embeddings[index]) == cat_id
    commonest = max(sounds.cat_ids.count(cat_id) for cat_id in set(sounds.cat_ids))
    assert right > 1.3 * commonest
