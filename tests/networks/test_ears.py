"""The ears: four ways of hearing side by side, weighed by what an imitation sounds like."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from qvim_studio.core.errors import CheckpointError
from qvim_studio.networks.ears import (
    EARS_DIM,
    FEATURES_DIM,
    KIND_DIM,
    MEANING_DIM,
    WEIGHTS_FILE,
    WIDTH,
    Ears,
    Features,
    Weighing,
)
from qvim_studio.networks.qvim.mobilenet import EMBEDDING_DIM
from qvim_studio.networks.qvim.qvim_front_end import N_MELS
from qvim_studio.networks.yamnet import CLASSES

VOICE, SPEECH, NOISE = 3, 5, 200
PARTS = {
    "encoder": slice(0, EMBEDDING_DIM),
    "kinds": slice(EMBEDDING_DIM, EMBEDDING_DIM + KIND_DIM),
    "meaning": slice(EMBEDDING_DIM + KIND_DIM, EARS_DIM - N_MELS),
    "spectrum": slice(EARS_DIM - N_MELS, EARS_DIM),
}


@pytest.fixture
def ears() -> Ears:
    torch.manual_seed(0)
    ears = Ears(("dog", "rain"), Weighing(meaning=0.7))
    ears.meaning_basis.copy_(torch.linalg.qr(torch.randn(FEATURES_DIM, MEANING_DIM))[0])
    ears.is_voice[[VOICE, SPEECH]] = 1.0
    ears.is_speech[SPEECH] = 1.0
    ears.familiar_weight.data[0] = 40.0
    return ears.eval()


def features_of(tag: int, *, is_own: bool = False, rows: int = 1) -> Features:
    scores = torch.full((rows, CLASSES), 1e-5)
    scores[:, tag] = 0.9
    embedding = torch.eye(EMBEDDING_DIM)[[0 if is_own else 1] * rows]
    return Features(embedding, torch.randn(rows, WIDTH), scores, torch.randn(rows, N_MELS))


def parts_that_count(ears: Ears, features: Features) -> set[str]:
    place = ears.hear_voices(features)[0]
    return {name for name, part in PARTS.items() if place[part].norm() > 0.2}


def test_each_voice_is_left_to_the_ear_that_knows_its_like(ears: Ears) -> None:
    assert parts_that_count(ears, features_of(NOISE)) == {"spectrum"}
    assert parts_that_count(ears, features_of(SPEECH)) == {"kinds"}
    assert parts_that_count(ears, features_of(VOICE)) == {"kinds", "meaning"}
    assert parts_that_count(ears, features_of(NOISE, is_own=True)) == {"encoder"}


def test_before_anything_is_learned_no_voice_is_left_to_the_encoder() -> None:
    features = features_of(NOISE, is_own=True)
    fresh = Ears(("dog",))
    assert fresh.shares(features)[0].item() < 1e-6


def test_shares_make_up_a_whole(ears: Ears) -> None:
    for tag in (VOICE, SPEECH, NOISE):
        features = features_of(tag, rows=3)
        shares = torch.cat(ears.shares(features), dim=1)
        assert shares.min() >= 0
        torch.testing.assert_close(shares.sum(dim=1), torch.ones(3))


def test_a_match_is_a_weighed_mean_of_cosines(ears: Ears) -> None:
    voice, sounds = features_of(NOISE), features_of(VOICE, rows=4)
    found = ears.hear_voices(voice) @ ears.hear_sounds(sounds).T
    spectra = [one.spectrum - one.spectrum.mean(dim=1, keepdim=True) for one in (voice, sounds)]
    expected = torch.nn.functional.cosine_similarity(*spectra)
    torch.testing.assert_close(found[0], expected, atol=1e-3, rtol=0)
    torch.testing.assert_close(ears.hear_sounds(sounds).norm(dim=1), torch.ones(4))


def test_a_refinement_moves_the_encoder_s_part_of_voices_and_sounds_alike(ears: Ears) -> None:
    own = features_of(NOISE, is_own=True)
    part = PARTS["encoder"]
    torch.testing.assert_close(ears.refined(own.embedding), own.embedding)
    torch.nn.init.normal_(ears.from_refinement.weight)
    refined = ears.refined(own.embedding)
    torch.testing.assert_close(refined.norm(dim=1), torch.ones(1))
    assert torch.nn.functional.cosine_similarity(refined, own.embedding).item() < 0.9
    torch.testing.assert_close(ears.hear_sounds(own)[:, part], 0.5 * refined)
    share = ears.shares(own)[0]
    torch.testing.assert_close(ears.hear_voices(own)[:, part], 2 * share * refined)


def test_refined_cosines_spread_less_around_what_all_have_in_common(ears: Ears) -> None:
    torch.nn.init.normal_(ears.from_refinement.weight)
    ears.common.copy_(torch.eye(EMBEDDING_DIM)[7])
    embeddings = torch.nn.functional.normalize(torch.rand(20, EMBEDDING_DIM), dim=1)
    wide, ears.spread[:] = ears.moved(embeddings), 0.25
    narrow = ears.refined(embeddings)
    torch.testing.assert_close(narrow @ narrow.T, 0.75 + 0.25 * wide @ wide.T)
    torch.testing.assert_close(wide[:, 7], torch.zeros(20), atol=1e-6, rtol=0)


def test_loudness_of_the_spectrum_does_not_matter(ears: Ears) -> None:
    quiet = features_of(NOISE)
    loud = replace(quiet, spectrum=quiet.spectrum + 3.0)
    torch.testing.assert_close(ears.hear_sounds(quiet), ears.hear_sounds(loud))


def test_saved_ears_hear_the_same_and_broken_ones_are_refused(ears: Ears, tmp_path: Path) -> None:
    ears.save(tmp_path)
    loaded = Ears.load(tmp_path)
    assert loaded.kinds == ears.kinds and loaded.weighing == ears.weighing
    assert loaded.id == ears.id
    features = features_of(VOICE)
    torch.testing.assert_close(
        loaded.hear_voices(features), ears.hear_voices(features), atol=1e-2, rtol=0
    )
    config = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    config["kinds"] = ["dog"]
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(CheckpointError, match="Install the program again"):
        Ears.load(tmp_path)
    (tmp_path / WEIGHTS_FILE).unlink()
    with pytest.raises(CheckpointError, match="cannot be loaded"):
        Ears.load(tmp_path)


def test_other_weights_are_another_space(ears: Ears) -> None:
    before = ears.id
    with torch.no_grad():
        ears.to_kinds.weight[0, 0] += 0.5
    assert ears.id != before
