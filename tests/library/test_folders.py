from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from library_fixtures import add_clips

from qvim_studio.core.errors import OutputError, UsageError
from qvim_studio.library import folders
from qvim_studio.library.folders import FolderKind
from qvim_studio.library.library import Library


def clip_paths(library: Library) -> list[Path]:
    return [entry.path for entry in library.sounds.entries(FolderKind.MADE)]


def test_a_folder_is_added_once_and_counted(library: Library, tmp_path: Path) -> None:
    add_clips(library, tmp_path / "out")
    assert library.folders.add(tmp_path / "out", FolderKind.MADE) == 1
    (folder,) = library.folders.all()
    assert (folder.kind, folder.path, folder.sounds, folder.is_there) == (
        FolderKind.MADE,
        tmp_path / "out",
        2,
        True,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_folder_whose_name_is_no_text_is_refused(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"T\xfcr")
    folder.mkdir()
    with pytest.raises(UsageError, match="The folder Tür cannot be in the library"):
        library.folders.add(folder, FolderKind.SOUNDS)


def test_a_folder_is_lost_only_with_sounds_in_it(library: Library, tmp_path: Path) -> None:
    library.folders.add(tmp_path / "not made yet", FolderKind.TAKES)
    add_clips(library, tmp_path / "out")
    assert library.folders.lost() == []
    (tmp_path / "out").rename(tmp_path / "unplugged")
    assert library.folders.lost() == [tmp_path / "out"]


def test_one_folder_cannot_be_two_things(library: Library, tmp_path: Path) -> None:
    library.folders.add(tmp_path, FolderKind.MADE)
    with pytest.raises(UsageError, match="generated sounds"):
        library.folders.add(tmp_path, FolderKind.SOUNDS)


def test_a_folder_that_was_moved_is_linked_again(library: Library, tmp_path: Path) -> None:
    ids = add_clips(library, tmp_path / "out")
    (tmp_path / "out").rename(tmp_path / "new")
    with pytest.raises(UsageError, match=r"None of the 2 sounds .* holds dog_large_01\.wav"):
        library.folders.relink(1, tmp_path)
    library.folders.relink(1, tmp_path / "new")
    assert clip_paths(library) == [tmp_path / "new" / f"dog_large_0{n}.wav" for n in (1, 2)]
    assert [entry.id for entry in library.sounds.entries(FolderKind.MADE)] == ids


def test_relocating_takes_clips_and_recipes_along_and_leaves_the_rest(
    library: Library, tmp_path: Path
) -> None:
    add_clips(library, tmp_path / "out")
    (tmp_path / "out" / "mine.txt").write_text("not the library's")
    before = [path.read_bytes() for path in clip_paths(library)]
    assert library.folders.relocate(1, tmp_path / "new") == 2
    assert [path.read_bytes() for path in clip_paths(library)] == before
    assert all(path.parent == tmp_path / "new" for path in clip_paths(library))
    assert all(path.with_suffix(".json").is_file() for path in clip_paths(library))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_relocating_that_fails_half_way_leaves_everything_where_it_was(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_clips(library, tmp_path / "out")
    before = clip_paths(library)
    copy = folders._copy_with_time
    copied: list[Path] = []

    def fail_at_the_third(source: Path, part: Path) -> None:
        if len(copied) == 2:
            raise OSError(28, "No space left on device")
        copied.append(source)
        copy(source, part)

    monkeypatch.setattr(folders, "_copy_with_time", fail_at_the_third)
    with pytest.raises(OutputError, match="disk is full"):
        library.folders.relocate(1, tmp_path / "new")
    assert clip_paths(library) == before
    assert all(path.is_file() for path in before)
    monkeypatch.setattr(folders, "_copy_with_time", copy)
    assert library.folders.relocate(1, tmp_path / "new") == 2


def test_relocating_never_overwrites(library: Library, tmp_path: Path) -> None:
    add_clips(library, tmp_path / "out")
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "dog_large_02.wav").write_text("somebody else's")
    with pytest.raises(UsageError, match="already exists"):
        library.folders.relocate(1, tmp_path / "new")
    assert (tmp_path / "new" / "dog_large_02.wav").read_text() == "somebody else's"
    assert all(path.is_file() for path in clip_paths(library))


def test_relocating_to_the_same_folder_by_another_path_deletes_nothing(
    library: Library, tmp_path: Path
) -> None:
    add_clips(library, tmp_path / "out")
    before = sorted(path.name for path in (tmp_path / "out").iterdir())
    (tmp_path / "link").symlink_to(tmp_path / "out")
    for place in (tmp_path / "out" / ".." / "out", tmp_path / "link"):
        assert library.folders.relocate(1, place) == 0
        assert sorted(path.name for path in (tmp_path / "out").iterdir()) == before
        assert library.folders.all()[0].path == place


def test_relocating_leaves_a_file_that_the_target_is_a_link_to(
    library: Library, tmp_path: Path
) -> None:
    add_clips(library, tmp_path / "out")
    first = clip_paths(library)[0]
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / first.name).symlink_to(first)
    library.folders.relocate(1, tmp_path / "new")
    assert all(path.is_file() for path in clip_paths(library))


def test_a_folder_reached_by_another_path_is_no_second_folder(
    library: Library, tmp_path: Path
) -> None:
    add_clips(library, tmp_path / "out")
    (tmp_path / "link").symlink_to(tmp_path / "out")
    ids = add_clips(library, tmp_path / "link", "door")
    assert len(library.folders.all()) == 1
    assert library.sounds.path_of(ids[0]) == tmp_path / "out" / "door_01.wav"
    other = library.folders.add(tmp_path / "other", FolderKind.MADE)
    with pytest.raises(UsageError, match="already"):
        library.folders.relink(other, tmp_path / "link")


def test_two_folders_cannot_share_a_place(library: Library, tmp_path: Path) -> None:
    add_clips(library, tmp_path / "one")
    add_clips(library, tmp_path / "two")
    with pytest.raises(UsageError, match="already"):
        library.folders.relink(1, tmp_path / "two")


def test_forgetting_touches_no_file_and_no_clip(library: Library, tmp_path: Path) -> None:
    add_clips(library, tmp_path / "out")
    sounds = library.folders.add(tmp_path / "own", FolderKind.SOUNDS)
    library.folders.forget(sounds)
    library.folders.forget(1)
    assert [folder.kind for folder in library.folders.all()] == [FolderKind.MADE]


def test_only_the_users_own_folders_are_forgotten(library: Library, tmp_path: Path) -> None:
    made = library.folders.add(tmp_path / "out", FolderKind.MADE)
    own = library.folders.add(tmp_path / "own", FolderKind.SOUNDS)
    for folder in (made, own):
        library.folders.forget(folder)
    assert [folder.id for folder in library.folders.all()] == [made]


def test_two_folders_with_sounds_do_not_become_one(library: Library, tmp_path: Path) -> None:
    add_clips(library, tmp_path / "out")
    add_clips(library, tmp_path / "more", "dog, large")
    with pytest.raises(UsageError, match="is already a folder of the library"):
        library.folders.relink(1, tmp_path / "more")
    assert [folder.path.name for folder in library.folders.all()] == ["out", "more"]


def test_an_empty_folder_gives_way_to_one_with_sounds(library: Library, tmp_path: Path) -> None:
    add_clips(library, tmp_path / "out")
    library.folders.add(tmp_path / "new", FolderKind.SOUNDS)
    assert library.folders.relocate(1, tmp_path / "new") == 2
    assert [(folder.id, folder.path) for folder in library.folders.all()] == [(1, tmp_path / "new")]


def test_a_folder_without_sounds_is_linked_to_any_place(library: Library, tmp_path: Path) -> None:
    folder = library.folders.add(tmp_path / "empty", FolderKind.TAKES)
    library.folders.relink(folder, tmp_path / "elsewhere")
    assert library.folders.all()[0].path == tmp_path / "elsewhere"


def test_relocating_uses_a_copy_that_an_earlier_attempt_left(
    library: Library, tmp_path: Path
) -> None:
    add_clips(library, tmp_path / "out")
    first = clip_paths(library)[0]
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / first.name).write_bytes(first.read_bytes())
    assert library.folders.relocate(1, tmp_path / "new") == 2
    assert not first.exists() and all(path.is_file() for path in clip_paths(library))


def test_a_path_that_leads_nowhere_equals_only_itself(tmp_path: Path) -> None:
    assert folders.is_same_file(tmp_path / "gone", tmp_path / "gone")
    assert not folders.is_same_file(tmp_path / "gone", tmp_path)


def test_a_folder_that_lost_some_sounds_is_linked_again(library: Library, tmp_path: Path) -> None:
    add_clips(library, tmp_path / "out")
    clip_paths(library)[0].unlink()
    (tmp_path / "out").rename(tmp_path / "new")
    library.folders.relink(1, tmp_path / "new")
    assert library.folders.all()[0].path == tmp_path / "new"


def test_an_empty_folder_does_not_move_to_a_place_that_takes_nothing(
    library: Library, tmp_path: Path
) -> None:
    folder = library.folders.add(tmp_path / "empty", FolderKind.TAKES)
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="Nothing can be written"):
        library.folders.relocate(folder, tmp_path / "file")
    assert library.folders.all()[0].path == tmp_path / "empty"
