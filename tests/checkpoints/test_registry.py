"""The user's list of checkpoints: what is wrong in it costs the entry alone that it is in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tiny_checkpoint import build_tiny_checkpoint

from qvim_studio.checkpoints.registry import (
    add_entry,
    drop_entry,
    read_registry,
    read_user_registry,
    user_registry,
)
from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.catalog import find_checkpoint, is_own_folder, list_checkpoints
from qvim_studio.families.hub_store import make_checkpoint_store

GOOD = '[good]\ntitle = "Good"\nrepo = "a/b"\nlicence = "MIT"\ncommercial = "yes"\n'


def write_list(text: str) -> Path:
    path = user_registry()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ('[bad]\nfolder = "/x"\n', "it has no title"),
        ('[bad]\ntitle = 3\nfolder = "/x"\n', "title is 3, expected a text"),
        ('[bad]\ntitle = "B"\n', "it has no licence"),
        ('[bad]\ntitle = "B"\nfolder = 7\n', "folder is 7, expected a text"),
        ('[bad]\ntitle = "B"\nlicence = "l"\ncommercial = "no"\n', "neither a folder nor a repo"),
        (GOOD.replace("good", "bad").replace("a/b", "a/../b"), "expected owner/name"),
        (GOOD.replace("good", "bad") + 'size_gb = "big"\n', "size_gb is"),
        (GOOD.replace("good", "bad") + 'published = "a"\n', "published and files belong together"),
        (GOOD.replace("good", "bad") + 'published = "a"\nfiles = ["../a"]\n', "no path inside"),
        (GOOD.replace("good", "bad") + "size_gb = nan\n", "size_gb is"),
        (GOOD.replace("good", "bad") + 'capabilities = "text"\n', "expected a list of texts"),
        (GOOD.replace("good", "bad") + "capabilities = [1]\n", "expected a list of texts"),
        (GOOD.replace("good", "bad") + "sizes = { unet = -1 }\n", "unet is -1"),
        (GOOD.replace("good", "bad") + "sizes = 4\n", "expected names with their values"),
        (GOOD.replace("good", "bad") + 'kind = "clap"\n', "does not say what it fits"),
        (GOOD.replace("good", "bad") + 'kind = "clap"\nfits = "starter"\n', "a list of texts"),
        ("bad = 5\n", "expected names with their values"),
        ('["bad"]\n', "it has no title"),
    ],
)
def test_a_bad_entry_is_set_aside_with_its_reason(bad: str, reason: str) -> None:
    write_list(f"{bad}\n{GOOD}")
    user = read_user_registry()
    assert set(user.entries) == {"good"} and not user.damage
    assert reason in user.problems["bad"]
    assert "checkpoints remove bad" in user.problems["bad"]
    listed = {known.id: known for known in list_checkpoints()}
    assert listed["starter"].is_installed and "good" in listed and "bad" not in listed
    with pytest.raises(CheckpointError, match="is set aside"):
        find_checkpoint("bad")


def test_a_bad_entry_can_be_taken_out() -> None:
    write_list(f"[bad]\ntitle = 3\n\n{GOOD}")
    assert is_own_folder("bad")
    drop_entry("bad")
    assert set(read_user_registry().entries) == {"good"} and not read_user_registry().problems


@pytest.mark.parametrize(
    "damage", ["[broken]\ntitle = null\n", "[broken\n", "[x]\ny = " + "[" * 5000]
)
def test_entries_of_a_damaged_list_that_can_be_read_are_used(damage: str) -> None:
    write_list(f"{GOOD}\n{damage}")
    user = read_user_registry()
    assert set(user.entries) == {"good"}
    assert "is damaged" in user.damage
    assert find_checkpoint("starter").is_installed
    with pytest.raises(CheckpointError, match="is damaged"):
        find_checkpoint("broken")


def test_a_list_of_other_bytes_stops_nothing() -> None:
    path = write_list("")
    path.write_bytes(b"\xff\xfe\x00\x01")
    assert find_checkpoint("starter").is_installed
    assert "is damaged" in read_user_registry().damage


def test_a_new_entry_mends_a_damaged_list_and_keeps_a_copy() -> None:
    path = write_list(f"{GOOD}\n[broken]\ntitle = null\n")
    before = path.read_text()
    add_entry("own", {"title": "Own", "folder": "/own"})
    user = read_user_registry()
    assert set(user.entries) == {"good", "own"} and not user.sentences()
    assert path.with_name("checkpoints.damaged-1.toml").read_text() == before


@pytest.mark.parametrize("entry", [{"title": None, "folder": "/x"}, {"title": "x", "folder": 3}])
def test_what_could_not_be_read_back_is_never_written(entry: dict) -> None:
    path = write_list(GOOD)
    with pytest.raises(CheckpointError, match="cannot hold 'own'"):
        add_entry("own", entry)
    assert path.read_text() == GOOD


@pytest.mark.parametrize("name", ["", " ", "a\nb"])
def test_a_name_of_no_line_or_several_is_refused(name: str) -> None:
    with pytest.raises(CheckpointError, match="its name is empty or has several lines"):
        add_entry(name, {"title": "T", "folder": "/x"})


def test_what_ships_cannot_be_replaced() -> None:
    write_list('[starter]\ntitle = "Mine"\nfolder = "/nowhere"\n')
    assert read_registry()["starter"]["folder"] == "starter"
    assert find_checkpoint("starter").is_installed
    assert "ships with the program" in read_user_registry().problems["starter"]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("vocoder/config.json", "[]"),
        ("vocoder/config.json", "[" * 60_000),
        ("vocoder/config.json", '{"hidden_channels": "wide"}'),
        ("unet/config.json", '{"block_out_channels": "abc"}'),
        ("vae/diffusion_pytorch_model.safetensors", "\x7f" * 64),
    ],
)
def test_one_hostile_folder_stops_neither_the_list_nor_the_starter(
    file: str, text: str, tmp_path: Path
) -> None:
    folder = build_tiny_checkpoint(tmp_path / "hostile")
    (folder / "studio.json").unlink()
    store = make_checkpoint_store()
    store.import_source(folder)
    (folder / file).write_text(text)
    listed = {entry.id: entry for entry in store.list()}
    assert listed["hostile"].memory == {} and listed["starter"].is_installed
    assert listed["starter"].memory


UNPINNED = {
    "audioldm2-music": "no commit is known",
    "semanticodec-100": "no commit is known",
    "semanticodec-50": "no commit is known",
}


def test_every_repository_of_the_registry_is_pinned_but_for_those_with_a_reason() -> None:
    remote = {name: entry for name, entry in read_registry().items() if "repo" in entry}
    assert {name for name, entry in remote.items() if "revision" not in entry} == set(UNPINNED)


def test_what_the_registry_pins_are_whole_commits_each_of_one_repository() -> None:
    remote = [entry for entry in read_registry().values() if "revision" in entry]
    assert all(re.fullmatch(r"[0-9a-f]{40}", entry["revision"]) for entry in remote)
    assert len({entry["revision"] for entry in remote}) == len({entry["repo"] for entry in remote})
