"""``train control``: from a checkpoint without curves to one that ``--follow`` works for."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from quick_ears import quick_ears  # noqa: F401
from safetensors.torch import load_file
from tiny_checkpoint import build_tiny_checkpoint
from training_data import write_corpus

from qvim_studio.checkpoints.checkpoint import CONTROL_FILE, CONTROL_FOLDER
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.control_kind import ControlKind
from qvim_studio.core.errors import CheckpointError, UsageError
from qvim_studio.core.request import GenerationRequest, VramMode
from qvim_studio.families.audioldm.control_channels import CONTROL_NAMES
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.generation.engine import StudioEngine
from qvim_studio.training.trainers import control
from qvim_studio.training.trainers.control import ControlTraining
from qvim_studio.training.trainers.unet import UnetTraining

OPTIONS = ControlTraining(
    batches=UnetTraining(lengths=(8,), length_odds=(1.0,), frames_per_batch=32)
)
UNET_FILE = Path("unet") / "diffusion_pytorch_model.safetensors"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of AudioLDM's layout, and beside it the run that gave it curves."""
    root = tmp_path_factory.mktemp("control")
    corpus = write_corpus(root / "corpus", "tiny-clap")
    build_tiny_checkpoint(root / "tiny", has_controls=False)
    checkpoint = find_checkpoint(str(root / "tiny"))
    assert checkpoint.controls == ()
    control.run(corpus, root / "run", 1e-4, checkpoint, None, OPTIONS)
    return root


def make_clip(folder: Path, follow: float) -> np.ndarray:
    time = np.arange(16_000) / 16_000
    voice = (np.sin(2 * np.pi * 300 * time) * np.minimum(1, 3 * time)).astype(np.float32)
    request = GenerationRequest(
        imitation=AudioClip.from_mono(0.5 * voice, 16_000),
        checkpoint=str(folder),
        variations=1,
        steps=2,
        follow=follow,
        vram_mode=VramMode.CPU,
    )
    engine = StudioEngine(lambda embedding, library, embedder: None)
    try:
        result = engine.generate(request, lambda progress: None, lambda: False)
    finally:
        engine.close()
    return result.variations[0].clip.samples


def test_training_leaves_a_small_delta_and_the_checkpoint_as_it_was(trained: Path) -> None:
    stored = load_file(trained / "run" / CONTROL_FOLDER / CONTROL_FILE)
    assert stored["2.weight"].abs().max() > 0
    fresh = build_tiny_checkpoint(trained / "again", has_controls=False)
    assert (fresh / UNET_FILE).read_bytes() == (trained / "tiny" / UNET_FILE).read_bytes()


@pytest.mark.usefixtures("quick_ears")
def test_follow_works_for_a_checkpoint_that_was_given_curves(trained: Path) -> None:
    with_curves = trained / "with"
    shutil.copytree(trained / "tiny", with_curves)
    shutil.copytree(trained / "run" / CONTROL_FOLDER, with_curves / CONTROL_FOLDER)
    assert find_checkpoint(str(with_curves)).controls == CONTROL_NAMES
    without = make_clip(trained / "tiny", 0.0)
    assert np.array_equal(make_clip(with_curves, 0.0), without)
    assert not np.array_equal(make_clip(with_curves, 1.0), make_clip(trained / "tiny", 1.0))


def test_checkpoint_with_curves_of_its_own_is_refused(trained: Path, tmp_path: Path) -> None:
    checkpoint = find_checkpoint(str(build_tiny_checkpoint(tmp_path / "starter-like")))
    with pytest.raises(UsageError, match="already takes control curves"):
        control.run(trained / "corpus", tmp_path / "run", 0.01, checkpoint)


def test_damaged_control_folder_is_refused(trained: Path, tmp_path: Path) -> None:
    shutil.copytree(trained / "tiny", tmp_path / "tiny")
    (tmp_path / "tiny" / CONTROL_FOLDER).mkdir()
    with pytest.raises(CheckpointError, match="cannot be understood"):
        find_checkpoint(str(tmp_path / "tiny"))


@pytest.mark.parametrize(
    "kind",
    [
        "film",
        pytest.param("cross-attention", marks=pytest.mark.slow),
        pytest.param("controlnet", marks=pytest.mark.slow),
    ],
)
def test_other_kinds_are_trained_stored_and_followed_likewise(
    trained: Path, tmp_path: Path, kind: str
) -> None:
    checkpoint = find_checkpoint(str(trained / "tiny"))
    run = tmp_path / "run"
    control.run(trained / "corpus", run, 1e-4, checkpoint, None, OPTIONS, ControlKind(kind))
    assert json.loads((run / CONTROL_FOLDER / "config.json").read_text())["kind"] == kind
    folder = tmp_path / "with"
    shutil.copytree(trained / "tiny", folder)
    shutil.copytree(run / CONTROL_FOLDER, folder / CONTROL_FOLDER)
    assert find_checkpoint(str(folder)).controls == CONTROL_NAMES
    assert np.isfinite(make_clip(folder, 1.0)).all()
