"""Encoders of one's own: stored with a card, found by the adapters that were trained with them."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from command_line import run
from malicious import Malicious
from tiny_checkpoint import build_tiny_checkpoint

from qvim_studio.checkpoints.encoders import (
    encoder_of,
    encoders_folder,
    find_own_encoder,
    import_encoder,
    list_encoders,
    remove_encoder,
)
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CheckpointError, PickledWeightsError
from qvim_studio.core.program.resources import resource_path
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.importing import import_source
from qvim_studio.networks.qvim.encoder import encoder_id, load_qvim_encoder
from qvim_studio.networks.qvim.mobilenet import MobileNetV3
from qvim_studio.voice.adapter import Adapter, AdapterBinding, save_adapter
from qvim_studio.voice.bridge import VoiceBridge
from qvim_studio.voice.embedder import encoder_folder

Weights = dict[str, torch.Tensor]


@cache
def drawn(seed: int) -> Weights:
    torch.manual_seed(seed)
    return MobileNetV3().state_dict()


def prefixed(prefix: str, seed: int) -> Weights:
    return {f"{prefix}{name}": value for name, value in drawn(seed).items()}


def efficientat() -> object:
    return {**drawn(1), "classifier.2.weight": torch.zeros(3, 2)}


def qbv() -> object:
    return {**prefixed("im.", 1), **prefixed("ref.", 2)}


def lightning() -> object:
    """As QVIM's trainer writes it, with its options, its temperature and its front end."""
    weights = {**prefixed("imitation_encoder.", 1), **prefixed("reference_encoder.", 2)}
    weights |= {"tau": torch.tensor(0.07), "mel.mel_basis": torch.zeros(3)}
    options = Namespace(folder=Path("data"), rate=np.float32(1e-3))
    return {"state_dict": weights, "hyper_parameters": {"config": options}, "epoch": 7}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("encoders") / "best-checkpoint.ckpt"
    torch.save(lightning(), path)
    return path


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        (efficientat, "EfficientAT mn10, one network for voices and sounds, 5.9 M parameters."),
        (qbv, "QVIM encoder in the layout of the QBV release, one network for each side"),
        (lightning, "QVIM encoder in Lightning's layout, one network for each side"),
    ],
)
def test_every_public_layout_is_stored_whole(
    tmp_path: Path, layout: Callable[[], object], message: str
) -> None:
    torch.save(layout(), tmp_path / "mine.pt")
    encoder, recognized = import_encoder(tmp_path / "mine.pt", allow_pickle=True, licence="MIT")
    assert recognized.startswith(message)
    stored = load_qvim_encoder(encoder.folder)
    assert torch.equal(
        stored.imitation.state_dict()["features.16.0.weight"], drawn(1)["features.16.0.weight"]
    )
    assert (
        encoder.encoder_id
        == encoder_id(stored)
        == encoder_id(load_qvim_encoder(tmp_path / "mine.pt"))
    )
    assert (encoder.licence, encoder.source) == ("MIT", "mine.pt")
    assert [path.name for path in sorted(encoder.folder.iterdir())] == [
        *("config.json", "model.safetensors", "studio.json")
    ]


def test_the_commands_list_use_and_remove_it(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, errors = run(capsys, "encoders", "import", file)
    assert status == 1 and "--allow-pickle" in errors
    imported = run(capsys, "encoders", "import", file, "--allow-pickle", "--name", "mine", "--json")
    row = json.loads(imported[1])
    assert row["licence"] == "unknown" and row["source"] == "best-checkpoint.ckpt"
    status, printed, _ = run(capsys, "encoders", "list")
    assert status == 0 and "mine" in printed and row["encoder_id"] in printed
    voice = min(resource_path("examples").glob("*.ogg"), default=None) or min(
        resource_path("library").glob("*.ogg")
    )
    made = tmp_path / "made.npy"
    status, printed, _ = run(capsys, "embed", voice, "--encoder", "mine", "-o", made)
    assert status == 0 and row["encoder_id"] in printed
    assert run(capsys, "encoders", "remove", "mine")[0] == 0
    assert list_encoders() == () and file.is_file()
    assert run(capsys, "embed", voice, "--encoder", "mine", "-o", made)[0] == 1


def test_an_adapter_finds_the_encoder_that_it_was_trained_with(file: Path, tmp_path: Path) -> None:
    folder = build_tiny_checkpoint(tmp_path / "checkpoint")
    for path in (folder / "qvim").iterdir():
        path.unlink()
    (folder / "qvim").rmdir()
    own = encoder_id(load_qvim_encoder(file))
    save_adapter(Adapter(), AdapterBinding(own, "tiny-clap", "tiny"), folder / "adapter")
    checkpoint = find_checkpoint(str(folder))
    with pytest.raises(
        CheckpointError, match=f"trained with the encoder '{own}'.* encoders import"
    ):
        VoiceBridge(checkpoint)
    made = import_source(file, allow_pickle=True)
    assert made.is_encoder and "Lightning" in made.recognized
    assert encoder_folder(folder) == encoders_folder() / "best-checkpoint" == encoder_of(own)
    voice = AudioClip.from_mono(np.zeros(1600, np.float32), 16_000)
    _, note = VoiceBridge(checkpoint).vector(voice, np.ones(960, np.float32))
    assert note == "Your own encoder 'best-checkpoint' heard the imitation."


def test_names_are_never_taken_twice(file: Path, tmp_path: Path) -> None:
    import_encoder(file, allow_pickle=True)
    for name in ("best-checkpoint", "starter", "a/b"):
        with pytest.raises(CheckpointError, match=r"cannot be called .*--name"):
            import_encoder(file, allow_pickle=True, name=name)
    with pytest.raises(CheckpointError, match="imported before"):
        import_encoder(file, allow_pickle=True, name="other")


def test_no_encoder_is_called_as_another_is_while_it_is_written(tmp_path: Path) -> None:
    """The unfinished folder of ``mine`` is deleted when ``mine`` is imported, and never listed."""
    with pytest.raises(CheckpointError, match=r"cannot be called 'mine\.part'"):
        import_encoder(tmp_path / "any.safetensors", allow_pickle=False, name="mine.part")
    left = encoders_folder() / "mine.part"
    left.mkdir(parents=True)
    (left / "model.safetensors").write_bytes(b"half")
    assert list_encoders() == ()


def test_a_damaged_card_leaves_the_encoder_listed_and_removable(file: Path) -> None:
    encoder, _ = import_encoder(file, allow_pickle=True)
    (encoder.folder / "studio.json").write_text("[")
    (listed,) = list_encoders()
    assert listed.title == "damaged" and listed.encoder_id == ""
    assert encoder_of("") is None
    assert remove_encoder("best-checkpoint") > 1_000_000


@pytest.mark.parametrize("name", ["none", "starter"])
def test_what_was_not_imported_is_not_removed(name: str) -> None:
    with pytest.raises(CheckpointError, match="There is no imported encoder"):
        remove_encoder(name)


def test_names_of_encoders_are_found_or_told() -> None:
    assert find_own_encoder("starter") == resource_path("starter", "qvim")
    with pytest.raises(CheckpointError, match="Expected one of starter, or a file"):
        find_own_encoder("none")


@pytest.mark.parametrize("content", ["program", "cut", "half"])
def test_damaged_and_malicious_files_leave_nothing(
    file: Path, tmp_path: Path, content: str
) -> None:
    path = tmp_path / "some.ckpt"
    if content == "program":
        torch.save({**drawn(1), "hyper_parameters": Malicious(tmp_path / "ran")}, path)
    elif content == "cut":
        path.write_bytes(file.read_bytes()[:100_000])
    else:
        torch.save(prefixed("im.", 1), path)
    with pytest.raises(CheckpointError, match=r"cannot be read as encoder|is not an mn10 encoder"):
        import_encoder(path, allow_pickle=True)
    assert not (tmp_path / "ran").exists() and not encoders_folder().exists()


def test_consent_comes_first(file: Path) -> None:
    with pytest.raises(PickledWeightsError) as found:
        import_encoder(file, allow_pickle=False)
    assert found.value.files == ("best-checkpoint.ckpt",)
