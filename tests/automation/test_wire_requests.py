"""Values of JSON become checked requests: files of allowed folders alone, and null as if unsaid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from given_tone import TONE

from qvim_studio.automation.allowed_folders import AllowedFolders, ForbiddenPathError
from qvim_studio.automation.made_sound import MadeSound
from qvim_studio.automation.searching import SoundHit
from qvim_studio.automation.wire_requests import (
    edit_from,
    form_from,
    found_facts,
    kit_from,
    made_facts,
    morph_from,
    pack_from,
    restyle_from,
    search_from,
    upscale_from,
    vary_from,
)
from qvim_studio.core.errors import UsageError
from qvim_studio.core.match import Match
from qvim_studio.core.request import VramMode

Read = Callable[[Mapping[str, Any], AllowedFolders], Any]
NEEDED = {
    edit_from: ("sound",),
    vary_from: ("sound",),
    restyle_from: ("sound",),
    morph_from: ("sound", "other"),
    upscale_from: ("sound", "upscaler"),
    kit_from: ("take",),
}


@pytest.fixture
def folders(tmp_path: Path) -> AllowedFolders:
    (tmp_path / "mine").mkdir()
    return AllowedFolders([tmp_path / "mine"])


@pytest.fixture
def sound(tmp_path: Path, folders: AllowedFolders) -> str:
    return str(tmp_path / "mine" / "hiss.wav")


@pytest.mark.parametrize("read", NEEDED)
def test_what_a_request_needs_is_named_where_it_is_missing(
    read: Read, folders: AllowedFolders, sound: str
) -> None:
    whole = dict.fromkeys(NEEDED[read], sound)
    read(whole, folders)
    for name in whole:
        without = {other: value for other, value in whole.items() if other != name}
        with pytest.raises(UsageError, match=f"needs {name}, got none"):
            read(without, folders)


@pytest.mark.parametrize(
    ("read", "names"),
    [
        (form_from, ("take", "timbre", "start_from", "library", "checkpoint", "upscaler")),
        (edit_from, ("sound", "imitation", "timbre")),
        (morph_from, ("other",)),
        (upscale_from, ("sound", "upscaler")),
        (kit_from, ("take", "checkpoint")),
        (search_from, ("take", "folder")),
    ],
)
def test_no_file_outside_the_folders_comes_into_a_request(
    read: Read, names: tuple[str, ...], folders: AllowedFolders, sound: str, tmp_path: Path
) -> None:
    whole = dict.fromkeys(NEEDED.get(read, ()), sound)
    for name in names:
        with pytest.raises(ForbiddenPathError):
            read({**whole, name: str(tmp_path / "private.wav")}, folders)


def test_null_is_as_if_a_value_were_not_there(folders: AllowedFolders, sound: str) -> None:
    form = form_from({"take": None, "text": "dog", "seed": None, "timbre": None}, folders)
    assert form.take is None and dict(form.values) == {"text": "dog"}
    edit = edit_from({"sound": sound, "parts": None, "continue_s": 1, "imitation": None}, folders)
    assert (edit.parts, edit.continue_s, edit.highs_above_hz) == ([], 1, None)
    assert edit.form.take is None


def test_a_morph_lies_in_the_middle_and_goes_over_time_for_null(
    folders: AllowedFolders, sound: str
) -> None:
    both = {"sound": sound, "other": sound}
    assert morph_from(both, folders).at == 0.5
    assert morph_from({**both, "at": None}, folders).at is None
    assert morph_from({**both, "at": 0}, folders).at == 0


def test_an_upscale_takes_its_mode_by_name(folders: AllowedFolders, sound: str) -> None:
    asked = {"sound": sound, "upscaler": "audiosr-basic", "seed": 3, "vram_mode": "low"}
    form = upscale_from(asked, folders)
    assert (form.sound, form.upscaler, form.seed) == (Path(sound), "audiosr-basic", 3)
    assert (form.vram_mode, form.known_hz) == (VramMode.LOW, None)


@pytest.mark.parametrize(
    "part", [[0.5], [0.5, 0.6, 0.7], ["0.5", 0.8], [True, 0.8], [None, 1.0], 0.5, "ab"]
)
def test_a_part_is_two_numbers(part: object, folders: AllowedFolders, sound: str) -> None:
    read = edit_from({"sound": sound, "parts": [[0, 0.5], [0.75, 1]]}, folders)
    assert read.parts == [(0, 0.5), (0.75, 1)]
    with pytest.raises(UsageError, match="a begin and an end in seconds"):
        edit_from({"sound": sound, "parts": [part]}, folders)


def test_a_pack_names_everything_that_it_lacks_and_checks_each_file(
    folders: AllowedFolders, sound: str, tmp_path: Path
) -> None:
    whole = {"sounds": [sound], "name": "Breath", "creator": "MK", "source": "QVIM"}
    assert pack_from(whole, folders) == {**whole, "sounds": [Path(sound)]}
    with pytest.raises(UsageError, match="needs sounds, creator, got none"):
        pack_from({**whole, "sounds": [], "creator": ""}, folders)
    with pytest.raises(UsageError, match="takes a list of paths, got 5"):
        pack_from({**whole, "sounds": [sound, 5]}, folders)
    with pytest.raises(ForbiddenPathError):
        pack_from({**whole, "sounds": [sound, str(tmp_path / "private.wav")]}, folders)


def test_a_search_keeps_what_is_no_file_as_it_is(folders: AllowedFolders, sound: str) -> None:
    asked = {"take": sound, "folder": None, "text": "rain", "limit": 3, "balance": 1}
    assert search_from(asked, folders) == {**asked, "take": Path(sound)}


def test_answers_hold_recipes_notes_and_matches() -> None:
    made = [MadeSound(TONE, None, {"seed": n}, {"kind": n}, ("One note.",)) for n in (1, 2)]
    assert made_facts(made) == {
        "clips": [{"kind": n, "recipe": {"seed": n}} for n in (1, 2)],
        "notes": ["One note."],
    }
    assert made_facts([]) == {"clips": [], "notes": []}
    found = found_facts([SoundHit(Path("a.wav"), Match(3, 0.5, 0.6))])
    [row] = found["results"]
    assert (row["path"], row["kind"], row["movement"]) == ("a.wav", 3, 0.5)
