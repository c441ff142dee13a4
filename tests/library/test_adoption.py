from __future__ import annotations

import json
import os
import shutil
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import soundfile
from library_fixtures import VOICE, add_clips, write_clips

from qvim_studio.core.request import GenerationRequest
from qvim_studio.export.files.recipe import read_recipe
from qvim_studio.library.adoption import read_entry
from qvim_studio.library.folders import FolderKind
from qvim_studio.library.library import Library
from qvim_studio.library.recipes import request_from
from qvim_studio.library.sound_facts import read_sound

DOOR = GenerationRequest(text="door", duration_s=0.2, variations=2)


def names(library: Library, *kinds: FolderKind) -> list[str]:
    return [entry.path.name for entry in library.sounds.entries(*kinds)]


def write_sound(path: Path, level: float = 0.5) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, level * VOICE.samples, 48_000)


def index(library: Library, folder_id: int, folder: Path) -> dict[str, int]:
    """Record everything that is new or changed, as the indexer does."""
    changes = library.adoption.find_changes(folder_id)
    stamps = {**changes.new, **changes.changed}
    return {
        name: library.adoption.record(folder_id, name, stamp, read_sound(folder / name)[0], "")
        for name, stamp in stamps.items()
    }


def test_clips_that_nobody_told_about_are_found_by_their_recipes(
    library: Library, tmp_path: Path
) -> None:
    write_clips(tmp_path, DOOR, "door")
    (tmp_path / "foreign.json").write_text('{"a": 1}')
    (tmp_path / "foreign.wav").write_bytes(b"RIFF")
    (tmp_path / "lonely.json").write_text("{}")
    write_sound(tmp_path / "no_recipe.wav")
    folder = library.folders.add(tmp_path, FolderKind.MADE)
    assert library.adoption.adopt_clips(folder) == 2
    assert names(library, FolderKind.MADE) == ["door_01.wav", "door_02.wav"]
    assert library.adoption.adopt_clips(folder) == 0


@pytest.mark.parametrize("names_kept", [("door_01", "door_fit_02"), ("door_fit_02",)])
def test_fitted_sounds_of_a_request_keep_their_own_licence(
    library: Library, tmp_path: Path, names_kept: tuple[str, ...]
) -> None:
    paths = write_clips(tmp_path, DOOR.with_changes(fits=2, variations=1), "door")
    folder = library.folders.add(tmp_path, FolderKind.MADE)
    library.adoption.add_result(folder, [path for path in paths if path.stem in names_kept])
    library.adoption.adopt_clips(folder)
    found = {entry.path.stem: entry for entry in library.sounds.entries(FolderKind.MADE)}
    made, fitted = found["door_01"], found["door_fit_02"]
    assert (made.licence, made.is_fitted) == ("Apache-2.0", False)
    assert (fitted.licence, fitted.is_fitted) == ("CC-BY-4.0", True)
    assert fitted.checkpoint_title == "Rain by Ann" and made.group == fitted.group
    recipe = library.sounds.recipe(fitted.id)
    assert recipe is not None and recipe.provenance["licence"] == "CC-BY-4.0"
    assert recipe.is_fitted and "provenance" not in recipe.details
    assert recipe.seed == DOOR.seed + 1 and request_from(recipe, None).seed == DOOR.seed
    assert read_entry(fitted.path).is_fitted and not read_entry(made.path).is_fitted


@pytest.mark.parametrize(
    "foreign",
    [
        {"seed": 2**70},
        {"seed": -1},
        {"seed": float("inf")},
        {"similarity": float("nan")},
        {"similarity": 10**400},
        {"seed": "7"},
        {"request": {"text": 7}},
        {"provenance": {"licence": None}},
        {"recipe_version": [9, 0]},
        {"request": {"text": "half a char\udcfcter"}},
        {"provenance": {"licence": "\ud800"}},
    ],
    ids=lambda foreign: next(iter(foreign)),
)
def test_a_recipe_that_no_library_can_keep_holds_up_no_other(
    library: Library, tmp_path: Path, foreign: dict[str, Any]
) -> None:
    recipe = write_clips(tmp_path, DOOR, "door")[0].with_suffix(".json")
    recipe.write_text(json.dumps(json.loads(recipe.read_text()) | foreign))
    assert library.adoption.adopt_clips(library.folders.add(tmp_path, FolderKind.MADE)) == 1
    assert names(library, FolderKind.MADE) == ["door_02.wav"]


def test_a_json_of_a_hundred_thousand_brackets_is_passed_over(
    library: Library, tmp_path: Path
) -> None:
    write_clips(tmp_path, DOOR, "door")[0].with_suffix(".json").write_text("[" * 100_000)
    assert library.adoption.adopt_clips(library.folders.add(tmp_path, FolderKind.MADE)) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_no_text_holds_up_no_other_sound(library: Library, tmp_path: Path) -> None:
    for name in ("own/a.wav", "takes/a.wav"):
        write_sound(tmp_path / name)
        shutil.copy(tmp_path / name, os.fsencode((tmp_path / name).parent) + b"/T\xfcr.wav")
    own = library.folders.add(tmp_path / "own", FolderKind.SOUNDS)
    assert list(index(library, own, tmp_path / "own")) == ["a.wav"]
    takes = library.folders.add(tmp_path / "takes", FolderKind.TAKES)
    assert len(library.adoption.adopt_takes(takes)) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_take_whose_name_is_no_text_costs_no_result(library: Library, tmp_path: Path) -> None:
    paths = write_clips(tmp_path, DOOR, "door")
    folder = library.folders.add(tmp_path, FolderKind.MADE)
    take = tmp_path / os.fsdecode(b"T\xfcr.wav")
    assert len(library.adoption.add_result(folder, paths, take)) == len(paths)


def test_letters_of_a_take_s_name_survive_in_titles(library: Library, tmp_path: Path) -> None:
    voice = DOOR.with_changes(text="", imitation=VOICE)
    write_clips(tmp_path, voice, "Tür_zu")
    library.adoption.adopt_clips(library.folders.add(tmp_path, FolderKind.MADE))
    assert {entry.title for entry in library.sounds.entries(FolderKind.MADE)} == {"Tür zu"}


def test_thumbnails_of_found_clips_are_read_later(library: Library, tmp_path: Path) -> None:
    paths = write_clips(tmp_path, DOOR, "door")
    paths[1].write_bytes(b"torn")
    library.adoption.adopt_clips(library.folders.add(tmp_path, FolderKind.MADE))
    waiting = library.adoption.undescribed(10)
    assert len(waiting) == 2
    library.adoption.describe(waiting)
    assert library.adoption.undescribed(10) == []
    good, torn = library.sounds.entries(FolderKind.MADE)
    assert good.peaks is not None and torn.peaks is None


def test_clips_that_could_not_be_read_are_no_copies_and_are_read_when_they_change(
    library: Library, tmp_path: Path
) -> None:
    paths = write_clips(tmp_path, DOOR, "door")
    whole = [path.read_bytes() for path in paths]
    for path in paths:
        path.write_bytes(b"torn")
    folder = library.folders.add(tmp_path, FolderKind.MADE)
    library.adoption.add_result(folder, paths)
    assert library.sounds.duplicates() == []
    for path, content in zip(paths, whole, strict=True):
        path.write_bytes(content)
    library.adoption.adopt_clips(folder)
    library.adoption.describe(library.adoption.undescribed(10))
    clips = library.sounds.entries(FolderKind.MADE)
    assert all(clip.peaks is not None and clip.duration_s == 0.2 for clip in clips)
    library.adoption.adopt_clips(folder)
    assert library.adoption.undescribed(10) == []


def test_the_same_request_twice_gives_two_groups(library: Library, tmp_path: Path) -> None:
    first, second = (add_clips(library, tmp_path, "door") for _ in range(2))
    groups = [entry.group for entry in library.sounds.entries_of(first + second)]
    assert groups[0] == groups[1] != groups[2] == groups[3]


def test_a_vanished_clip_comes_back_with_its_marks(library: Library, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ids = add_clips(library, out)
    library.sounds.set_starred(ids, True)
    path = library.sounds.path_of(ids[0])
    path.rename(tmp_path / "elsewhere.wav")
    library.adoption.adopt_clips(1)
    assert [entry.id for entry in library.sounds.entries(FolderKind.MADE)] == ids[1:]
    (tmp_path / "elsewhere.wav").rename(path)
    library.adoption.adopt_clips(1)
    assert [e.is_starred for e in library.sounds.entries(FolderKind.MADE)] == [True, True]


def test_a_known_clip_whose_recipe_is_gone_stays(library: Library, tmp_path: Path) -> None:
    ids = add_clips(library, tmp_path / "out")
    library.sounds.path_of(ids[0]).with_suffix(".json").unlink()
    assert library.adoption.adopt_clips(1) == 0
    assert [entry.id for entry in library.sounds.entries(FolderKind.MADE)] == ids


def test_a_clip_without_a_recipe_beside_it_is_found_by_the_one_inside(tmp_path: Path) -> None:
    first, second = write_clips(tmp_path, DOOR, "door")
    first.with_suffix(".json").unlink()
    second.with_suffix(".json").write_text("torn")
    write_sound(tmp_path / "no_recipe.wav")
    (tmp_path / "torn.wav").write_bytes(b"RIFF")
    with closing(Library(tmp_path / "library.db", read_recipe)) as library:
        folder = library.folders.add(tmp_path, FolderKind.MADE)
        assert library.adoption.adopt_clips(folder) == 2
        assert names(library, FolderKind.MADE) == ["door_01.wav", "door_02.wav"]
        assert {entry.asked for entry in library.sounds.entries(FolderKind.MADE)} == {"door"}


def test_a_folder_that_cannot_be_reached_loses_nothing(library: Library, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ids = add_clips(library, out)
    out.rename(tmp_path / "unplugged")
    assert library.adoption.adopt_clips(1) == 0
    assert [entry.id for entry in library.sounds.entries(FolderKind.MADE)] == ids
    assert not library.folders.all()[0].is_there


def test_takes_are_known_once(library: Library, tmp_path: Path) -> None:
    write_sound(tmp_path / "take_1.wav")
    folder = library.folders.add(tmp_path, FolderKind.TAKES)
    assert len(library.adoption.adopt_takes(folder)) == 1
    assert library.adoption.adopt_takes(folder) == []
    take = library.sounds.entries(FolderKind.TAKES)[0]
    assert (take.title, take.duration_s) == ("take_1", 0.1)
    assert take.peaks is not None


def test_one_take_joins_while_another_is_still_growing(library: Library, tmp_path: Path) -> None:
    write_sound(tmp_path / "take_1.wav")
    (tmp_path / "take_2.wav").write_bytes(b"RIFF")
    folder = library.folders.add(tmp_path, FolderKind.TAKES)
    assert len(library.adoption.adopt_take(folder, "take_1.wav")) == 1
    assert library.adoption.adopt_take(folder, "gone.wav") == []
    assert names(library, FolderKind.TAKES) == ["take_1.wav"]
    assert library.sounds.entries(FolderKind.TAKES)[0].peaks is not None


def test_a_take_that_changed_is_read_again(library: Library, tmp_path: Path) -> None:
    (tmp_path / "take_1.wav").write_bytes(b"torn")
    folder = library.folders.add(tmp_path, FolderKind.TAKES)
    ids = library.adoption.adopt_takes(folder)
    write_sound(tmp_path / "take_1.wav")
    library.adoption.adopt_takes(folder)
    assert library.adoption.undescribed(10) == ids


def test_new_changed_and_vanished_sounds_are_told_apart(library: Library, tmp_path: Path) -> None:
    for name in ("a.wav", "deep/b.flac", ".hidden/c.wav"):
        write_sound(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no sound")
    folder = library.folders.add(tmp_path, FolderKind.SOUNDS)
    assert sorted(index(library, folder, tmp_path)) == ["a.wav", "deep/b.flac"]
    changes = library.adoption.find_changes(folder)
    assert (changes.new, changes.changed, changes.vanished) == ({}, {}, ())
    write_sound(tmp_path / "a.wav", 0.25)
    (tmp_path / "deep" / "b.flac").unlink()
    changes = library.adoption.find_changes(folder)
    assert (changes.new, list(changes.changed), changes.vanished) == (
        {},
        ["a.wav"],
        ("deep/b.flac",),
    )


def test_a_sound_moved_inside_its_folder_keeps_its_tags(library: Library, tmp_path: Path) -> None:
    write_sound(tmp_path / "a.wav")
    folder = library.folders.add(tmp_path, FolderKind.SOUNDS)
    first = index(library, folder, tmp_path)["a.wav"]
    library.sounds.set_tags(first, ["dear"])
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.wav").rename(tmp_path / "deep" / "b.wav")
    assert index(library, folder, tmp_path) == {"deep/b.wav": first}
    assert library.sounds.entries_of([first])[0].tags == ("dear",)
    assert library.search("dear deep b") == {first}


def test_a_folder_inside_another_is_indexed_once(library: Library, tmp_path: Path) -> None:
    add_clips(library, tmp_path / "out")
    write_sound(tmp_path / "own.wav")
    folder = library.folders.add(tmp_path, FolderKind.SOUNDS)
    assert list(library.adoption.find_changes(folder).new) == ["own.wav"]


def test_a_sound_that_cannot_be_used_is_not_tried_twice(library: Library, tmp_path: Path) -> None:
    (tmp_path / "broken.wav").write_bytes(b"no audio")
    folder = library.folders.add(tmp_path, FolderKind.SOUNDS)
    stamp = library.adoption.find_changes(folder).new["broken.wav"]
    library.adoption.record(folder, "broken.wav", stamp, None, "is no audio")
    assert library.adoption.find_changes(folder).new == {}
    assert library.sounds.entries(FolderKind.SOUNDS) == []


@pytest.mark.parametrize("kind", [FolderKind.MADE, FolderKind.TAKES, FolderKind.SOUNDS])
def test_an_empty_library_lists_nothing(library: Library, kind: FolderKind) -> None:
    assert library.sounds.entries(kind) == []


def test_a_library_that_is_lost_is_made_anew_from_the_files(
    library: Library, tmp_path: Path
) -> None:
    add_clips(library, tmp_path / "out")
    asked = [(e.path, e.asked, e.seed) for e in library.sounds.entries(FolderKind.MADE)]
    library.close()
    shutil.rmtree(tmp_path / "data")
    anew = Library(tmp_path / "data" / "library.db")
    anew.adoption.adopt_clips(anew.folders.add(tmp_path / "out", FolderKind.MADE))
    found = anew.sounds.entries(FolderKind.MADE)
    assert [(e.path, e.asked, e.seed) for e in found] == asked
    anew.close()


def test_a_sound_without_a_recipe_is_no_news(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    write_sound(tmp_path / "bell.wav")
    assert read_entry(tmp_path / "bell.wav").title == "bell"
    assert caplog.records == []


def test_the_newest_clips_are_described_first_up_to_the_given_number(
    library: Library, tmp_path: Path
) -> None:
    for number in (1, 2, 3):
        path = tmp_path / f"take_{number}.wav"
        path.write_bytes(b"torn")
        os.utime(path, (number, number))
    folder = library.folders.add(tmp_path, FolderKind.TAKES)
    ids = library.adoption.adopt_takes(folder)
    for number in (1, 2, 3):
        path = tmp_path / f"take_{number}.wav"
        write_sound(path)
        os.utime(path, (number, number))
    library.adoption.adopt_takes(folder)
    described = library.adoption.undescribed(3)
    assert sorted(described) == ids
    assert library.adoption.undescribed(1) == described[:1]
    assert library.sounds.entries_of(described[:1])[0].path.name == "take_3.wav"


def test_a_clip_has_its_length_before_it_is_read(library: Library, tmp_path: Path) -> None:
    paths = write_clips(tmp_path, DOOR, "door")
    paths[1].write_bytes(b"torn")
    library.adoption.adopt_clips(library.folders.add(tmp_path, FolderKind.MADE))
    lengths = [entry.duration_s for entry in library.sounds.entries(FolderKind.MADE)]
    assert lengths == [0.2, 0.0]


def test_an_entry_of_a_file_says_what_its_recipe_says(tmp_path: Path) -> None:
    path = write_clips(tmp_path, DOOR.with_changes(seed=5), "door")[1]
    entry = read_entry(path)
    assert (entry.path, entry.group, entry.title) == (path, str(tmp_path), "door")
    assert (entry.seed, entry.duration_s) == (6, 0.2)
    assert (entry.checkpoint_title, entry.licence) == ("Scripted", "Apache-2.0")
    assert entry.peaks is not None and entry.created_s == path.stat().st_mtime
    write_sound(tmp_path / "bell.wav")
    bare = read_entry(tmp_path / "bell.wav")
    assert (bare.seed, bare.checkpoint_title, bare.licence) == (0, "", "")
    assert (bare.match, bare.is_fitted) == (None, False)


def test_an_own_folder_that_cannot_be_reached_hides_nothing(
    library: Library, tmp_path: Path
) -> None:
    write_sound(tmp_path / "own" / "a.wav")
    folder = library.folders.add(tmp_path / "own", FolderKind.SOUNDS)
    index(library, folder, tmp_path / "own")
    (tmp_path / "own").rename(tmp_path / "unplugged")
    changes = library.adoption.find_changes(folder)
    assert (changes.new, changes.changed, changes.vanished) == ({}, {}, ())
    assert names(library, FolderKind.SOUNDS) == ["a.wav"]


def test_hidden_files_and_links_that_dangle_are_no_sounds(library: Library, tmp_path: Path) -> None:
    for folder in ("takes", "own"):
        write_sound(tmp_path / folder / "a.WAV")
        write_sound(tmp_path / folder / ".b.wav")
        (tmp_path / folder / "gone.wav").symlink_to(tmp_path / "nowhere.wav")
        (tmp_path / folder / "folder.wav").mkdir()
    takes = library.folders.add(tmp_path / "takes", FolderKind.TAKES)
    assert len(library.adoption.adopt_takes(takes)) == 1
    own = library.folders.add(tmp_path / "own", FolderKind.SOUNDS)
    changes = library.adoption.find_changes(own)
    assert list(changes.new) == ["a.WAV"] and changes.nameless == ()


def test_two_copies_that_vanish_leave_their_marks_to_one_each(
    library: Library, tmp_path: Path
) -> None:
    for name in ("a.wav", "b.wav"):
        write_sound(tmp_path / name)
    folder = library.folders.add(tmp_path, FolderKind.SOUNDS)
    ids = set(index(library, folder, tmp_path).values())
    for name in ("a.wav", "b.wav"):
        (tmp_path / name).rename(tmp_path / f"new {name}")
    assert set(index(library, folder, tmp_path).values()) == ids


def test_a_result_is_described_and_found_at_once(library: Library, tmp_path: Path) -> None:
    ids = add_clips(library, tmp_path / "out", "dog, large")
    assert library.search("large") == set(ids)
    assert all(entry.peaks is not None for entry in library.sounds.entries_of(ids))
    assert library.adoption.undescribed(9) == []
    assert {library.sounds.recipe(id_).imitation_path for id_ in ids} == {""}


def test_a_take_is_found_by_its_name_and_dated_by_its_file(
    library: Library, tmp_path: Path
) -> None:
    write_sound(tmp_path / "porch_1.wav")
    os.utime(tmp_path / "porch_1.wav", (1_795_255_200, 1_795_255_200))
    ids = library.adoption.adopt_takes(library.folders.add(tmp_path, FolderKind.TAKES))
    assert library.search("porch") == set(ids)
    assert library.sounds.entries_of(ids)[0].created_s == 1_795_255_200.0
