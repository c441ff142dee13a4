"""The encoder's upper half, trained on maps: they stand for the sounds, and only it changes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from training_data import write_pairs

from qvim_studio.networks.qvim.encoder import (
    QvimEncoder,
    encoder_id,
    load_qvim_encoder,
    save_qvim_encoder,
)
from qvim_studio.networks.qvim.mobilenet import ChannelExcitation, set_stretch
from qvim_studio.training.corpus.build import build_corpus
from qvim_studio.training.corpus.corpus import load_corpus
from qvim_studio.training.corpus.imitations import load_or_render
from qvim_studio.training.encoder import qvim_upper
from qvim_studio.training.encoder.qvim import DrawnSound, PairBatches, QvimTraining, embed_all
from qvim_studio.training.encoder.qvim_upper import (
    FIRST_UPPER,
    MAPS_FILE,
    UpperBatches,
    UpperLayers,
    UpperTraining,
    _validate,
    load_or_make_maps,
)
from qvim_studio.training.loop.loop import LoopOptions

REFERENCES, TAKES = 12, 2
OPTIONS = UpperTraining(
    pairs=3,
    extras=2,
    whole_pairs=2,
    views=2,
    extras_per_item=1,
    sounds=QvimTraining(window_samples=24_000, sound_samples=8_000),
    loop=LoopOptions(learning_rate=1e-4, warmup_steps=1),
)


class TeacherOfNothing:
    """Stands in for the published network: all sounds lie in one of two directions."""

    def __init__(self, items: int) -> None:
        self.targets = np.eye(512, dtype=np.float32)[np.arange(items) % 2]
        self.embedded_sounds = 0

    def embed_short(self, sounds: list[np.ndarray], sample_rate: int) -> torch.Tensor:
        self.embedded_sounds += len(sounds)
        return torch.eye(512)[torch.arange(len(sounds)) % 2]

    def embed_whole(self, sounds, sample_rate: int) -> torch.Tensor:
        return torch.eye(512)[torch.tensor([0 for _ in sounds])]


@pytest.fixture(scope="module")
def corpus_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("upper")
    build_corpus([write_pairs(folder, REFERENCES, TAKES)], folder / "corpus")
    return folder / "corpus"


@pytest.fixture(scope="module")
def few_sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus for what has to map all of it."""
    folder = tmp_path_factory.mktemp("few")
    build_corpus([write_pairs(folder, references=2, takes=1)], folder / "corpus")
    return folder / "corpus"


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> QvimEncoder:
    """As it is stored: in half precision."""
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("encoder")
    save_qvim_encoder(QvimEncoder(), folder)
    return load_qvim_encoder(folder)


@pytest.fixture(scope="module")
def maps_file(
    encoder: QvimEncoder, corpus_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The maps of the whole corpus, made once."""
    path = tmp_path_factory.mktemp("maps") / "maps.pt"
    load_or_make_maps(encoder, make_batches(corpus_folder), OPTIONS, path)
    return path


@pytest.fixture(scope="module")
def strong_encoder() -> QvimEncoder:
    """Its norms and excitations are as strong as trained ones: what they pool can be heard."""
    torch.manual_seed(0)
    encoder = QvimEncoder().train()
    for module in encoder.modules():
        if isinstance(module, ChannelExcitation):
            for layer in module.conc_se_layers[0].children():
                torch.nn.init.normal_(layer.weight, std=0.5)
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 1.0
    noise = 0.05 * torch.randn(4, 24_000)
    noise[:, 8_000:] = 0.0
    with torch.no_grad():
        for network in (encoder.imitation, encoder.reference):
            network(encoder.front_end(noise))
    encoder.eval()
    return encoder


def make_batches(folder: Path) -> PairBatches:
    corpus = load_corpus(folder)
    teacher = TeacherOfNothing(len(corpus.items))
    return PairBatches(corpus, load_or_render(corpus), teacher, OPTIONS.sounds)


def test_maps_of_whole_sounds_give_the_encoder_s_embeddings(
    encoder: QvimEncoder, corpus_folder: Path, maps_file: Path
) -> None:
    batches = make_batches(corpus_folder)
    maps = load_or_make_maps(encoder, batches, OPTIONS, maps_file)
    sounds = [batches.corpus.samples(item, 32_000) for item in batches.corpus.items[:3]]
    with torch.no_grad():
        raw, _ = UpperLayers(encoder.imitation).eval()(maps.sounds[:3].float(), 1.0)
        made = torch.nn.functional.normalize(raw, dim=1).numpy()
    cosines = (made * embed_all(encoder, sounds, "imitation")).sum(axis=1)
    assert cosines.min() > 0.99  # bfloat16 in between


def test_maps_are_made_once_and_again_for_another_lower_half(
    encoder: QvimEncoder, corpus_folder: Path, maps_file: Path
) -> None:
    batches = make_batches(corpus_folder)
    maps = load_or_make_maps(encoder, batches, OPTIONS, maps_file)
    assert batches.space.embedded_sounds == 0
    train = len(batches.indices)
    assert maps.pairs.shape[:3] == (train, 2, 2) and len(maps.extras) == train
    assert len(maps.voices) == REFERENCES * TAKES and len(maps.sounds) == REFERENCES

    class BegunAgainError(Exception):
        pass

    def begin(index: int, view: int) -> tuple[DrawnSound, DrawnSound]:
        raise BegunAgainError

    batches.pair = begin
    with pytest.raises(BegunAgainError):
        load_or_make_maps(QvimEncoder().eval(), batches, OPTIONS, maps_file)


def test_takes_are_mapped_as_recorded_and_taught_as_meant(
    encoder: QvimEncoder, few_sounds: Path, tmp_path: Path
) -> None:
    batches = make_batches(few_sounds)
    recorded, clean = np.zeros(4_000, np.float32), np.ones(4_000, np.float32)
    batches.take = lambda row: recorded
    batches.pair = lambda index, view: (DrawnSound(("x",), recorded, clean),) * 2
    taught: list[np.ndarray] = []
    teach = batches.space.embed_short
    batches.space.embed_short = lambda sounds, rate: taught.extend(sounds) or teach(sounds, rate)
    maps = load_or_make_maps(encoder, batches, OPTIONS, tmp_path / "maps.pt")
    # Batches of another size may round the last bit of a half otherwise.
    torch.testing.assert_close(maps.voices, maps.voices[:1].expand_as(maps.voices))
    assert (maps.sounds != maps.sounds[:1]).any()
    assert (
        sum(np.array_equal(sound, clean) for sound in taught) == maps.pairs.flatten(0, 2).shape[0]
    )


def test_the_last_take_of_each_sound_is_ranked_apart(
    encoder: QvimEncoder, strong_encoder: QvimEncoder, corpus_folder: Path, maps_file: Path
) -> None:
    batches = make_batches(corpus_folder)
    maps = load_or_make_maps(encoder, batches, OPTIONS, maps_file)
    generator = torch.Generator().manual_seed(0)
    maps.sounds[:] = torch.rand(REFERENCES, 80, 1, 1, generator=generator)  # as unlike as can be
    held_out = batches.corpus.indices("held_out")
    assert len(held_out) == 2
    first = batches.imitations.rows.first
    maps.voices[first[held_out]] = maps.sounds[held_out[::-1].copy()]
    maps.voices[first[held_out + 1] - 1] = maps.sounds[held_out]
    drawn = UpperBatches(maps, batches.corpus, batches.imitations, OPTIONS)
    with torch.no_grad():
        figures = _validate(UpperLayers(strong_encoder.imitation).eval(), drawn, batches.corpus)
    assert (figures["item_mrr"], figures["recorded_item_mrr"]) == (0.5, 1.0)


def test_a_batch_pairs_imitations_with_their_references(
    encoder: QvimEncoder, corpus_folder: Path, maps_file: Path
) -> None:
    batches = make_batches(corpus_folder)
    maps = load_or_make_maps(encoder, batches, OPTIONS, maps_file)
    short, whole = (
        UpperBatches(
            maps, batches.corpus, batches.imitations, replace(OPTIONS, whole_share=share)
        ).draw(np.random.default_rng(0))
        for share in (0.0, 1.0)
    )
    assert short.maps.shape[0] == len(short.wanted) == 2 * 3 + 2
    assert short.stretch == 320_000 / 24_000
    assert whole.maps.shape == (4, 80, 8, 63) and whole.stretch == 1.0
    pairs = maps.pairs.flatten(0, 1).float()
    for place in range(3):
        (row,) = [i for i, pair in enumerate(pairs) if torch.equal(pair[0], short.maps[place])]
        assert torch.equal(pairs[row, 1], short.maps[3 + place])


def test_rendered_imitations_have_a_time_of_their_own(
    encoder: QvimEncoder, few_sounds: Path, tmp_path: Path
) -> None:
    batches = make_batches(few_sounds)
    batches.options = QvimTraining(window_samples=64_000, sound_samples=24_000)  # room for timing
    wide = replace(OPTIONS, sounds=batches.options)
    maps = load_or_make_maps(encoder, batches, wide, tmp_path / "maps.pt")
    people = batches.imitations
    rendered = replace(people, is_real=np.zeros_like(people.is_real))
    for share in (0.0, 1.0):
        options = replace(wide, whole_share=share)
        theirs, free = (
            UpperBatches(maps, batches.corpus, imitations, options).draw(np.random.default_rng(1))
            for imitations in (people, rendered)
        )
        count = len(free.groups)
        stored = [*maps.pairs.flatten(0, 2).float(), *maps.voices.float(), *maps.sounds.float()]
        assert all(is_among(drawn, stored) for drawn in theirs.maps[: 2 * count])
        assert not any(is_among(drawn, stored) for drawn in free.maps[:count])
        assert all(is_among(drawn, stored) for drawn in free.maps[count : 2 * count])


def is_among(drawn: torch.Tensor, stored: list[torch.Tensor]) -> bool:
    return any(torch.equal(drawn, one) for one in stored)


@pytest.fixture
def train(
    encoder: QvimEncoder,
    corpus_folder: Path,
    maps_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[], None]:
    """A short training of the encoder in the temporary folder."""
    items = len(load_corpus(corpus_folder).items)
    monkeypatch.setattr(qvim_upper, "SoundSpace", lambda folder, weights: TeacherOfNothing(items))
    save_qvim_encoder(encoder, tmp_path / "qvim")
    (tmp_path / "upper").mkdir()
    shutil.copy(maps_file, tmp_path / "upper" / MAPS_FILE)
    return lambda: qvim_upper.run(corpus_folder, tmp_path, 0.003, tmp_path / "unused", OPTIONS)


def test_short_maps_are_those_of_the_augmented_sounds(
    strong_encoder: QvimEncoder, few_sounds: Path, tmp_path: Path
) -> None:
    """Without masks and at one gain, a map is what the lower half makes of the placed sound."""
    plain = replace(
        OPTIONS.sounds, max_masked_bands=0, max_masked_frames=0, gain_range_db=(0.0, 0.0)
    )
    options = replace(OPTIONS, sounds=plain)
    batches = make_batches(few_sounds)
    batches.options = plain
    maps = load_or_make_maps(strong_encoder, batches, options, tmp_path / "maps.pt")
    rng = np.random.default_rng((plain.loop.seed, 2, 0))
    first, second = batches.pair(batches.indices[0], 0)
    placed = [torch.from_numpy(batches.place(sound.samples, rng)) for sound in (first, second)]
    expected, unstretched = (
        lower_maps(strong_encoder, torch.stack(placed), stretch)
        for stretch in (320_000 / 24_000, 1.0)
    )
    made = maps.pairs[0, 0].float()
    assert (made - expected).norm() < 0.5 * (made - unstretched).norm()  # bfloat16 in between


def lower_maps(encoder: QvimEncoder, audio: torch.Tensor, stretch: float) -> torch.Tensor:
    lower = encoder.imitation.features[:FIRST_UPPER]
    set_stretch(lower, stretch)
    with torch.no_grad():
        made = lower(encoder.front_end(audio))
    set_stretch(lower, 1.0)
    return made


def test_the_averaged_weights_are_what_it_leaves(
    encoder: QvimEncoder, train: Callable[[], None], tmp_path: Path
) -> None:
    train()
    averaged = torch.load(tmp_path / "upper" / "state.pt", weights_only=True)["ema"]
    name = f"{len(encoder.imitation.features) - 1}.0.weight"
    begun = load_qvim_encoder(tmp_path / "qvim").imitation.features[-1][0].weight
    left = load_qvim_encoder(tmp_path / "upper" / "qvim").imitation.features[-1][0].weight
    trained = averaged[f"features.{name}"]
    assert not torch.equal(trained, begun)
    torch.testing.assert_close(left, trained, rtol=1e-3, atol=1e-4)  # stored in float16


def test_only_the_upper_half_changes_and_both_branches_share_it(
    encoder: QvimEncoder, train: Callable[[], None], tmp_path: Path
) -> None:
    for _ in range(2):  # the second one goes on
        train()
    before = load_qvim_encoder(tmp_path / "qvim").imitation
    after = load_qvim_encoder(tmp_path / "upper" / "qvim")
    assert encoder_id(after) != encoder_id(encoder)
    for (name, old), new, other in zip(
        before.state_dict().items(),
        after.imitation.state_dict().values(),
        after.reference.state_dict().values(),
        strict=True,
    ):
        assert torch.equal(new, other)
        is_lower = int(name.split(".")[1]) < FIRST_UPPER
        assert torch.equal(old, new) or not is_lower
    assert not torch.equal(before.features[-1][0].weight, after.imitation.features[-1][0].weight)
    rows = (tmp_path / "upper" / "validation.csv").read_text().splitlines()
    assert len(rows) == 3
    assert rows[0] == "step,item_mrr,free_item_mrr,recorded_item_mrr,label_mrr,teacher_cosine"
