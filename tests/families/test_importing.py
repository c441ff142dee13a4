"""What a user brings as one file is converted into a folder of the studio's own, with consent."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
import torch
from command_line import run
from malicious import Malicious
from original_layout import as_laion
from tiny_checkpoint import build_tiny_checkpoint
from tiny_original_audioldm import DEPTHS, tiny_laion_clap, write_original
from transformers import ClapTextModelWithProjection

from qvim_studio.checkpoints import imports
from qvim_studio.checkpoints.imports import imports_folder
from qvim_studio.checkpoints.parts import find_clap, list_parts, voice_part
from qvim_studio.core.errors import CheckpointError, OutputError, PickledWeightsError
from qvim_studio.families import importing
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.hub_store import make_checkpoint_store
from qvim_studio.families.importing import ImportOptions, import_source


@pytest.fixture(scope="module")
def audioldm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_original(tmp_path_factory.mktemp("published") / "audioldm-s-full.ckpt")


@pytest.fixture(scope="module")
def clap(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("claps") / "630k-best.pt"
    torch.save({"state_dict": as_laion(tiny_laion_clap().state_dict(), DEPTHS)}, path)
    return path


def test_an_original_is_known_by_its_name_and_leaves_with_its_folder(audioldm: Path) -> None:
    store = make_checkpoint_store()
    with pytest.raises(PickledWeightsError, match="--allow-pickle") as found:
        store.import_source(audioldm)
    assert found.value.files == ("audioldm-s-full.ckpt",)
    made = store.import_source(audioldm, allow_pickle=True)
    assert made.id == "audioldm-s-full 2"  # the registry has one of that name
    assert made.recognized.startswith("AudioLDM of ")
    (entry,) = (entry for entry in store.list() if entry.id == made.id)
    assert entry.is_own and entry.is_import and entry.licence == "unknown"
    folder = find_checkpoint(made.id).installed_folder()
    assert folder.parent == imports_folder()
    assert store.verify(made.id) == ()
    assert store.remove(made.id) > 1_000_000
    assert not folder.exists() and audioldm.is_file()


def test_an_import_that_cannot_be_deleted_stays_in_the_list(
    clap: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = import_source(clap, ImportOptions(fits=("starter",)), allow_pickle=True)

    def refuse(folder: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(imports.shutil, "rmtree", refuse)
        with pytest.raises(OutputError, match=r"630k-best cannot be deleted \(Permission denied"):
            make_checkpoint_store().remove(made.id)
    assert make_checkpoint_store().remove(made.id) > 0


def test_a_clap_becomes_the_ears_of_the_checkpoints_that_it_is_for(
    clap: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = build_tiny_checkpoint(tmp_path / "mine")
    (folder / "studio.json").unlink()
    import_source(folder, allow_pickle=False)
    assert find_clap(find_checkpoint("mine")) is None
    command = ("checkpoints", "import", clap, "--allow-pickle", "--for", "mine")
    status, printed, _ = run(capsys, *command)
    assert status == 0 and "HTSAT of width 8 CLAP of LAION" in printed
    assert find_clap(find_checkpoint("mine")) == imports_folder() / "630k-best"
    (part,) = (part for part in list_parts() if part.id == "630k-best")
    assert part.kind == "clap" and part.is_installed
    assert make_checkpoint_store().remove("630k-best") > 0
    assert find_clap(find_checkpoint("mine")) is None


def test_ears_that_the_user_brings_come_before_those_of_a_download(clap: Path) -> None:
    published = voice_part("audioldm-s-full-v2")
    assert published is not None and published.id == "clap-audioldm-s-full-v2"
    made = import_source(clap, ImportOptions(fits=("audioldm-s-full-v2",)), allow_pickle=True)
    assert voice_part("audioldm-s-full-v2") == list_parts()[-1]
    assert list_parts()[-1].id == made.id and list_parts()[-1].is_installed
    make_checkpoint_store().remove(made.id)
    assert voice_part("audioldm-s-full-v2") == published


def test_a_clap_finds_the_checkpoints_that_were_trained_with_it(clap: Path, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no installed one was"):
        import_source(clap, allow_pickle=True)
    assert not list(imports_folder().glob("*"))
    folder = build_tiny_checkpoint(tmp_path / "mine")
    (folder / "studio.json").unlink()
    tower = ClapTextModelWithProjection(tiny_laion_clap().config.text_config)
    tower.text_projection.load_state_dict(tiny_laion_clap().text_projection.state_dict())
    tower.save_pretrained(folder / "text_encoder")
    import_source(folder, allow_pickle=False)
    made = import_source(clap, allow_pickle=True)
    assert made.recognized.endswith("parameters. It hears voices for mine.")
    assert find_clap(find_checkpoint("mine")) == imports_folder() / made.id


def test_a_clap_of_another_space_is_doubted_aloud(clap: Path, tmp_path: Path) -> None:
    folder = build_tiny_checkpoint(tmp_path / "mine")
    (folder / "studio.json").unlink()
    config = tiny_laion_clap().config.text_config
    ClapTextModelWithProjection(config).save_pretrained(folder / "text_encoder")
    import_source(folder, allow_pickle=False)
    made = import_source(clap, ImportOptions(fits=("mine",)), allow_pickle=True)
    assert made.recognized.endswith("Doubtful: mine reads words with another CLAP.")


def test_what_a_part_is_for_must_be_known(clap: Path, audioldm: Path) -> None:
    with pytest.raises(CheckpointError, match="no checkpoint 'other' that it could be for"):
        import_source(clap, ImportOptions(fits=("other",)), allow_pickle=True)
    with pytest.raises(CheckpointError, match="a whole checkpoint, of which --for says nothing"):
        import_source(audioldm, ImportOptions(fits=("starter",)), allow_pickle=True)


def test_one_set_of_weights_leaves_nothing_to_choose(clap: Path, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="holds one set of weights"):
        import_source(clap, ImportOptions(averaged=True), allow_pickle=True)
    with pytest.raises(CheckpointError, match="used as it is, of which --ema says nothing"):
        import_source(tmp_path, ImportOptions(averaged=True), allow_pickle=True)


def test_what_cannot_be_registered_leaves_no_folder(
    audioldm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(folder: Path) -> None:
        raise OutputError("The list of checkpoints cannot be saved.")

    monkeypatch.setattr(importing, "register_folder", full)
    with pytest.raises(OutputError, match="cannot be saved"):
        import_source(audioldm, allow_pickle=True)
    assert list(imports_folder().iterdir()) == []


@pytest.mark.parametrize("content", ["program", "text", "nothing"])
def test_files_that_are_no_checkpoint_leave_nothing_behind(tmp_path: Path, content: str) -> None:
    path = tmp_path / "some.ckpt"
    if content == "program":
        torch.save({"state_dict": Malicious(tmp_path / "ran")}, path)
    elif content == "text":
        path.write_text("no weights")
    else:
        torch.save({"weight": torch.ones(1)}, path)
    match = "cannot be converted" if content == "nothing" else "nothing in it was run"
    with pytest.raises(CheckpointError, match=match):
        import_source(path, allow_pickle=True)
    assert not (tmp_path / "ran").exists() and not imports_folder().exists()
