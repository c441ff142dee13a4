"""``train control`` for the other families with a UNet: AudioLDM 2 and MusicLDM."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny_audioldm2 import publish, tiny_pipeline
from tiny_musicldm import tiny_musicldm
from tiny_stable_audio_open import build_tiny_open
from training_data import write_corpus

from qvim_studio.checkpoints.checkpoint import CONTROL_FILE, CONTROL_FOLDER, Checkpoint
from qvim_studio.core.capabilities import Input
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.control_kind import ControlKind
from qvim_studio.core.errors import CheckpointError, UsageError
from qvim_studio.core.options import OptionValues
from qvim_studio.core.request import VramMode
from qvim_studio.families.audioldm.control import CurvedUnet, add_control, save_control
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.importing import ImportOptions, import_source
from qvim_studio.families.known import family_of
from qvim_studio.families.plans import plan_for
from qvim_studio.families.protocol import Asked, Generator, Report
from qvim_studio.networks.files.weight_names import file_shapes
from qvim_studio.training.corpus.corpus import load_corpus
from qvim_studio.training.corpus.imitations import load_or_render
from qvim_studio.training.loop.loop import LoopOptions, StepLoss, Trainer
from qvim_studio.training.trainers import control
from qvim_studio.training.trainers.control import ControlTraining
from qvim_studio.training.trainers.targets import load_targets, make_clap_targets
from qvim_studio.training.trainers.unet import Batch, UnetBatches, UnetTraining

OPTIONS = ControlTraining(
    batches=UnetTraining(lengths=(8,), length_odds=(1.0,), frames_per_batch=32),
    loop=LoopOptions(learning_rate=1e-2, warmup_steps=1, weight_decay=0.0),
)
BUILDERS: dict[str, Callable[[Path], object]] = {
    "audioldm2": lambda folder: publish(tiny_pipeline(), folder),
    "musicldm": lambda folder: tiny_musicldm().save_pretrained(folder),
}
STEPS = 3
QUICK_KINDS = {ControlKind.CONTROLNET}  # the others are tried slowly
QUIET = Report(lambda done, steps, picture: None, lambda: False)


class CountedTrainer(Trainer):
    """Takes so many steps instead of minutes."""

    steps = STEPS

    def run(self, step_loss: StepLoss, minutes: float, *_args: Any, **given: Any) -> None:
        super().run(step_loss, 10.0, max_steps=CountedTrainer.steps, **given)


class HearingTrainer(CountedTrainer):
    """Hears the same batches before and after its steps."""

    losses: tuple[float, float] = (0.0, 0.0)

    def run(self, step_loss: StepLoss, minutes: float, *_args: Any, **given: Any) -> None:
        before = _heard(step_loss)
        super().run(step_loss, minutes, **given)
        HearingTrainer.losses = (before, _heard(step_loss))


@torch.no_grad()
def _heard(step_loss: StepLoss) -> float:
    losses = []
    for seed in range(4):
        torch.manual_seed(seed)
        losses.append(step_loss(np.random.default_rng(seed))[0].item())
    return float(np.mean(losses))


class TwoCurves(UnetBatches):
    """Batches of pitch and loudness alone."""

    def draw(self, rng: np.random.Generator) -> Batch:
        batch = super().draw(rng)
        return replace(batch, controls=batch.controls[:, [2, 0]])


def add_two_curves(unet: CurvedUnet, _count: int, kind: ControlKind) -> torch.nn.Module:
    return add_control(unet, 2, kind)


def save_two_curves(branch: torch.nn.Module, checkpoint: str, _names: object, *rest: Any) -> None:
    save_control(branch, checkpoint, ("pitch", "loudness"), *rest)


def train(
    root: Path,
    run: str,
    kind: ControlKind,
    monkeypatch: pytest.MonkeyPatch,
    steps: int = STEPS,
    trainer: type[CountedTrainer] = CountedTrainer,
) -> Path:
    """The folder that a run leaves after so many steps; all of them share the encoded corpus."""
    monkeypatch.setattr(control, "Trainer", trainer)
    monkeypatch.setattr(CountedTrainer, "steps", steps)
    checkpoint = find_checkpoint(str(root / "tiny"))
    control.run(root / "corpus", root / run, 10.0, checkpoint, None, OPTIONS, kind)
    return root / run / CONTROL_FOLDER


@pytest.fixture(
    scope="module",
    params=["audioldm2", pytest.param("musicldm", marks=pytest.mark.slow)],
)
def root(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp(request.param)
    BUILDERS[request.param](root / "tiny")
    write_corpus(root / "corpus", find_checkpoint(str(root / "tiny")).clap_id)
    return root


def given_curves(root: Path, control_folder: Path, place: Path) -> Checkpoint:
    """The tiny checkpoint with a trained folder in it; other files of it are links."""
    for source in (root / "tiny").iterdir():
        place.mkdir(exist_ok=True)
        (place / source.name).symlink_to(source)
    shutil.copytree(control_folder, place / CONTROL_FOLDER)
    return replace(find_checkpoint(str(place)), id="tiny")


def load(checkpoint: Checkpoint) -> Generator:
    return family_of(checkpoint).load(checkpoint, plan_for(checkpoint, VramMode.CPU))


def made(checkpoint: Checkpoint, generator: Generator, swell: float, follow: float) -> np.ndarray:
    """Half a second that follows a tone which gets louder or softer."""
    time_s = np.arange(8_000) / 16_000
    tone = 0.5 * np.sin(2 * np.pi * 300 * time_s) * (0.5 + swell * (time_s - 0.25))
    options = OptionValues({"steps": 2, "sampler": "ddim"})
    asked = Asked(
        0.5,
        text="rain",
        followed=AudioClip.from_mono(tone.astype(np.float32), 16_000),
        follow=follow,
        options=family_of(checkpoint).describe(checkpoint).filled(options),
    )
    (sound,) = generator.make(generator.condition(asked), asked, [3], QUIET)
    return sound.samples


@pytest.fixture(scope="module")
def plain(root: Path) -> np.ndarray:
    """The sound without any layers for curves."""
    checkpoint = find_checkpoint(str(root / "tiny"))
    return made(checkpoint, load(checkpoint), 1.0, 1.0)


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=() if kind in QUICK_KINDS else pytest.mark.slow)
        for kind in ControlKind
    ],
)
def test_a_taught_checkpoint_follows_curves_and_else_is_what_it_was(
    root: Path,
    plain: np.ndarray,
    tmp_path: Path,
    kind: ControlKind,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trained = given_curves(root, train(root, kind.value, kind, monkeypatch), tmp_path / "with")
    declared = family_of(trained).describe(trained)
    assert declared.takes(Input.CURVES) and declared.curve_step_s == pytest.approx(0.04)
    generator = load(trained)
    assert np.array_equal(made(trained, generator, 1.0, 0.0), plain)
    louder, softer = made(trained, generator, 1.0, 1.0), made(trained, generator, -1.0, 1.0)
    scale = np.abs(plain).max()
    assert np.abs(louder - softer).max() > 1e-3 * scale
    assert np.abs(louder - plain).max() > 1e-3 * scale


@pytest.fixture(scope="module")
def untaught(root: Path) -> Path:
    """The folder of a run that took no step."""
    with pytest.MonkeyPatch.context() as patch:
        return train(root, "none", ControlKind.CONTROLNET, patch, steps=0)


def test_untaught_layers_change_no_sound(
    root: Path, untaught: Path, plain: np.ndarray, tmp_path: Path
) -> None:
    checkpoint = given_curves(root, untaught, tmp_path / "with")
    assert np.array_equal(made(checkpoint, load(checkpoint), 1.0, 1.0), plain)


def test_what_is_taught_lowers_the_loss_and_goes_on_where_it_stopped(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = train(root, "whole", ControlKind.FILM, monkeypatch, 6, HearingTrainer)
    before, after = HearingTrainer.losses
    assert after < 0.99 * before
    train(root, "parts", ControlKind.FILM, monkeypatch, steps=3)
    halves = train(root, "parts", ControlKind.FILM, monkeypatch, steps=6)
    assert (halves / CONTROL_FILE).read_bytes() == (whole / CONTROL_FILE).read_bytes()


def test_its_layers_belong_to_one_checkpoint_and_count_in_its_memory(
    root: Path, untaught: Path, tmp_path: Path
) -> None:
    trained = given_curves(root, untaught, tmp_path / "with")
    family, plain = family_of(trained), find_checkpoint(str(root / "tiny"))

    def unet_weights(checkpoint: Checkpoint) -> int:
        stages = {stage.name: stage for stage in family.footprint(checkpoint).stages}
        return stages["denoise"].weights

    added = sum(int(np.prod(shape)) for shape in file_shapes(untaught / CONTROL_FILE).values())
    assert unet_weights(trained) == unet_weights(plain) + added
    with pytest.raises(CheckpointError, match="trained for the generator 'tiny'"):
        family.load(replace(trained, id="other"), plan_for(trained, VramMode.CPU))


def test_a_folder_of_others_joins_its_base_and_may_have_fewer_curves(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "UnetBatches", TwoCurves)
    monkeypatch.setattr(control, "add_control", add_two_curves)
    monkeypatch.setattr(control, "save_control", save_two_curves)
    folder = train(root, "two", ControlKind.FILM, monkeypatch)
    shutil.copytree(root / "tiny", tmp_path / "tiny")
    import_source(tmp_path / "tiny", allow_pickle=False)
    known = import_source(folder, ImportOptions(base="tiny"), allow_pickle=False)
    assert known.recognized == "Control curves (pitch, loudness) on tiny."
    derived = find_checkpoint(known.id)
    generator = load(derived)
    louder, softer = made(derived, generator, 1.0, 1.0), made(derived, generator, -1.0, 1.0)
    assert np.abs(louder - softer).max() > 1e-3 * np.abs(louder).max()


def test_what_an_audioldm2_is_taught_by_comes_of_its_own_clap(tmp_path: Path) -> None:
    publish(tiny_pipeline(), tmp_path / "tiny")
    checkpoint = find_checkpoint(str(tmp_path / "tiny"))
    corpus = load_corpus(write_corpus(tmp_path / "corpus", "elsewhere", items=1))
    make_clap_targets(corpus, load_or_render(corpus), checkpoint)
    targets = load_targets(corpus, checkpoint.clap_id)
    np.testing.assert_allclose(np.linalg.norm(targets.embeddings, axis=1), 1, atol=1e-5)


def test_families_without_a_unet_are_refused_in_a_sentence(tmp_path: Path) -> None:
    build_tiny_open(tmp_path / "tiny")
    checkpoint = find_checkpoint(str(tmp_path / "tiny"))
    with pytest.raises(UsageError, match=r"family stable_audio_open, .* UNets of audioldm, audiol"):
        control.run(tmp_path / "corpus", tmp_path / "run", 0.01, checkpoint)
