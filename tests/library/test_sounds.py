from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from library_fixtures import VOICE, add_clips, write_clips

from qvim_studio.audio.files.peaks import overview
from qvim_studio.core.errors import UsageError
from qvim_studio.core.request import GenerationRequest, Start, clip_hash
from qvim_studio.library import sounds
from qvim_studio.library.folders import FolderKind
from qvim_studio.library.library import Library
from qvim_studio.library.recipes import request_from
from qvim_studio.library.sound_facts import read_sound


def test_a_result_is_listed_with_all_that_its_recipe_says(library: Library, tmp_path: Path) -> None:
    ids = add_clips(library, tmp_path / "out", "dog, large", variations=3)
    entries = library.sounds.entries(FolderKind.MADE)
    assert [entry.id for entry in entries] == ids
    assert [entry.match and entry.match.kind for entry in entries] == [5, 4, 3]
    assert [entry.seed for entry in entries] == [7, 8, 9]
    assert {entry.group for entry in entries} == {entries[0].group}
    first = entries[0]
    assert (first.title, first.asked) == ("dog, large", "dog, large")
    assert (first.checkpoint_title, first.licence, first.commercial) == (
        "Scripted",
        "Apache-2.0",
        "yes",
    )
    assert first.duration_s == pytest.approx(0.2)


def test_the_thumbnail_is_the_sound_itself(library: Library, tmp_path: Path) -> None:
    ids = add_clips(library, tmp_path / "out", variations=1)
    entry = library.sounds.entries_of(ids)[0]
    exact = overview(read_sound(entry.path)[1].mono(), 64)
    np.testing.assert_allclose(entry.peaks, exact, atol=0.5 / 127)


def test_the_recipe_asks_for_the_very_clip_again(library: Library, tmp_path: Path) -> None:
    request = GenerationRequest(
        VOICE, text="door", follow=0.3, duration_s=0.5, variations=2, seed=40, steps=9,
        start=Start.NOISE,
    )  # fmt: skip
    folder = library.folders.add(tmp_path, FolderKind.MADE)
    paths = write_clips(tmp_path, request, "door")
    ids = library.adoption.add_result(folder, paths, Path("/takes/one.wav"))
    recipe = library.sounds.recipe(ids[1])
    assert recipe.imitation_path == "/takes/one.wav"
    assert recipe.details["is_generated"] is True
    assert recipe.request["imitation_sha256"] == clip_hash(VOICE)
    again = request_from(recipe, VOICE)
    assert again.recipe() == request.with_changes(seed=41).recipe()


def test_a_recipe_of_a_newer_program_gives_a_sentence(library: Library, tmp_path: Path) -> None:
    ids = add_clips(library, tmp_path, variations=1)
    recipe = library.sounds.recipe(ids[0])
    recipe.request["sampler"] = "of tomorrow"
    with pytest.raises(UsageError, match="of tomorrow"):
        request_from(recipe, VOICE)


def test_marks_outlive_the_session(library: Library, tmp_path: Path) -> None:
    first, second = add_clips(library, tmp_path / "out")
    library.sounds.set_starred([first, second], True)
    library.sounds.rate([first], 4)
    library.sounds.rename(first, " Rex ")
    library.sounds.set_note(first, "for the yard scene")
    library.sounds.set_tags(first, ["animal", " big ", "", "Animal"])
    library.sounds.add_tags([first, second], ["yard"])
    library.close()
    entry = library.sounds.entries_of([first])[0]
    assert (entry.is_starred, entry.rating, entry.title) == (True, 4, "Rex")
    assert (entry.note, entry.tags) == ("for the yard scene", ("animal", "big", "yard"))
    assert entry.asked == "dog, large"
    assert entry.path.name == "dog_large_01.wav"
    assert library.sounds.tags() == ["animal", "big", "yard"]


def test_the_trash_hides_and_gives_back_everything(library: Library, tmp_path: Path) -> None:
    ids = add_clips(library, tmp_path / "out")
    library.sounds.set_tags(ids[0], ["dear"])
    before = library.sounds.entries_of(ids)
    library.sounds.trash(ids)
    assert library.sounds.entries(FolderKind.MADE) == []
    assert {entry.id for entry in library.sounds.trashed()} == set(ids)
    assert all(entry.path.is_file() for entry in before)
    library.sounds.restore(ids)
    after = library.sounds.entries_of(ids)
    assert [(e.path, e.tags) for e in after] == [(e.path, e.tags) for e in before]


def test_the_trash_is_emptied_only_of_what_is_old(library: Library, tmp_path: Path) -> None:
    ids = add_clips(library, tmp_path / "out")
    kept, gone = library.sounds.entries_of(ids)
    library.sounds.trash([gone.id])
    assert library.sounds.empty_trash() == 0
    assert gone.path.is_file()
    assert library.sounds.empty_trash(older_than_s=0.0) == 1
    assert not gone.path.exists() and not gone.path.with_suffix(".json").exists()
    assert kept.path.is_file()
    assert library.sounds.trashed() == []
    library.adoption.adopt_clips(1)
    assert [e.id for e in library.sounds.entries(FolderKind.MADE)] == [kept.id]


def test_a_file_in_use_stays_in_the_trash_and_holds_up_no_other(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = add_clips(library, tmp_path / "out")
    library.sounds.trash(ids)
    unlink = Path.unlink

    def refuse_the_first(path: Path, missing_ok: bool = False) -> None:
        if path.name == "dog_large_01.wav":
            raise PermissionError(13, "used by another process")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse_the_first)
    assert library.sounds.empty_trash(older_than_s=0.0) == 1
    assert [entry.id for entry in library.sounds.trashed()] == ids[:1]
    monkeypatch.undo()
    assert library.sounds.empty_trash(older_than_s=0.0) == 1
    assert not any((tmp_path / "out").iterdir())


def test_a_file_that_another_sound_has_too_outlives_the_trash(
    library: Library, tmp_path: Path
) -> None:
    """Libraries of older versions know one folder by several paths."""
    kept = add_clips(library, tmp_path / "out", variations=1)
    (tmp_path / "copy").mkdir()
    twin = library.folders.add(tmp_path / "copy", FolderKind.MADE)
    (tmp_path / "copy").rmdir()
    (tmp_path / "copy").symlink_to(tmp_path / "out")
    library.adoption.adopt_clips(twin)
    library.sounds.trash([entry.id for entry in library.sounds.entries(FolderKind.MADE)][1:])
    assert library.sounds.empty_trash(older_than_s=0.0) == 0
    assert library.sounds.path_of(kept[0]).is_file()
    library.sounds.trash(kept)
    assert library.sounds.empty_trash(older_than_s=0.0) == 2
    assert not any((tmp_path / "out").iterdir())


def test_the_users_own_files_are_never_deleted(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "own" / "door.wav"
    path.parent.mkdir()
    soundfile.write(path, VOICE.samples, 48_000)
    folder = library.folders.add(path.parent, FolderKind.SOUNDS)
    stamp = library.adoption.find_changes(folder).new["door.wav"]
    id_ = library.adoption.record(folder, "door.wav", stamp, read_sound(path)[0], "")
    library.sounds.trash([id_])
    assert library.sounds.empty_trash(older_than_s=0.0) == 0
    assert path.is_file()


def test_the_same_sound_is_known_under_any_name_and_format(
    library: Library, tmp_path: Path
) -> None:
    ids = add_clips(library, tmp_path / "out")
    samples, rate = soundfile.read(library.sounds.path_of(ids[1]), dtype="int32")
    own = tmp_path / "own"
    own.mkdir()
    soundfile.write(own / "copy.flac", samples, rate, "PCM_24")
    folder = library.folders.add(own, FolderKind.SOUNDS)
    stamp = library.adoption.find_changes(folder).new["copy.flac"]
    library.adoption.record(folder, "copy.flac", stamp, read_sound(own / "copy.flac")[0], "")
    groups = library.sounds.duplicates()
    assert [[entry.path.name for entry in group] for group in groups] == [
        ["dog_large_02.wav", "copy.flac"]
    ]


@pytest.mark.parametrize("rating", [0, 5])
def test_a_rating_is_of_none_to_five_stars(library: Library, tmp_path: Path, rating: int) -> None:
    ids = add_clips(library, tmp_path / "out", variations=1)
    library.sounds.rate(ids, rating)
    assert library.sounds.entries_of(ids)[0].rating == rating
    for wrong in (-1, 6):
        with pytest.raises(UsageError, match=f"got {wrong}"):
            library.sounds.rate(ids, wrong)
    assert library.sounds.entries_of(ids)[0].rating == rating


def test_what_the_library_does_not_know_has_no_path_and_no_recipe(library: Library) -> None:
    assert library.sounds.path_of(99) is None
    assert library.sounds.recipe(99) is None
    assert library.sounds.entries_of([99]) == []
    assert library.sounds.imitation_path("a hash") == ""


def test_the_latest_take_of_an_imitation_is_known(library: Library, tmp_path: Path) -> None:
    folder = library.folders.add(tmp_path, FolderKind.MADE)
    for text in ("door", "gate"):
        request = GenerationRequest(VOICE, text=text, duration_s=0.2, variations=1)
        paths = write_clips(tmp_path, request, text)
        library.adoption.add_result(folder, paths, Path(f"/takes/{text}.wav"))
    assert library.sounds.imitation_path(clip_hash(VOICE)) == "/takes/gate.wav"


def test_sounds_leave_the_trash_after_thirty_days(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = add_clips(library, tmp_path / "out", variations=1)
    library.sounds.trash(ids)
    now = sounds.time.time()
    for days, gone in ((29.9, 0), (30.1, 1)):
        monkeypatch.setattr(sounds.time, "time", lambda later=now + days * 86_400: later)
        assert library.sounds.empty_trash() == gone


def test_sounds_on_a_disk_that_is_not_connected_stay_in_the_trash(
    library: Library, tmp_path: Path
) -> None:
    ids = add_clips(library, tmp_path / "out")
    library.sounds.trash(ids)
    (tmp_path / "out").rename(tmp_path / "unplugged")
    assert library.sounds.empty_trash(older_than_s=0.0) == 0
    assert {entry.id for entry in library.sounds.trashed()} == set(ids)


def test_the_latest_in_the_trash_comes_first(library: Library, tmp_path: Path) -> None:
    first, second = add_clips(library, tmp_path / "out")
    library.sounds.trash([second])
    library.sounds.trash([first])
    assert [entry.id for entry in library.sounds.trashed()] == [first, second]


def test_a_request_whose_sounds_are_gone_is_forgotten(library: Library, tmp_path: Path) -> None:
    ids = add_clips(library, tmp_path / "out", variations=1)
    library.sounds.trash(ids)
    library.sounds.empty_trash(older_than_s=0.0)
    assert library.database.connection().execute("SELECT * FROM requests").fetchall() == []


def test_marks_find_a_sound_again(library: Library, tmp_path: Path) -> None:
    first, second = add_clips(library, tmp_path / "out")
    library.sounds.rename(first, "Rex")
    library.sounds.set_note(second, "for the yard scene")
    library.sounds.add_tags([first, second], [" big ", " "])
    assert library.search("rex") == {first} and library.search("yard") == {second}
    assert library.search("big") == {first, second}
    assert library.sounds.entries_of([second])[0].tags == ("big",)
    library.sounds.set_tags(first, ["porch"])
    assert library.search("porch") == {first} and library.search("big") == {second}


def test_a_sound_of_the_users_own_belongs_to_its_folder_alone(
    library: Library, tmp_path: Path
) -> None:
    path = tmp_path / "own" / "deep" / "door.wav"
    path.parent.mkdir(parents=True)
    soundfile.write(path, VOICE.samples, 48_000)
    folder = library.folders.add(tmp_path / "own", FolderKind.SOUNDS)
    stamp = library.adoption.find_changes(folder).new["deep/door.wav"]
    id_ = library.adoption.record(folder, "deep/door.wav", stamp, read_sound(path)[0], "")
    [entry] = library.sounds.entries(FolderKind.SOUNDS)
    assert (entry.id, entry.path, entry.title, entry.asked) == (id_, path, "door", "")
    assert (entry.group, entry.is_fitted, entry.match) == (str(folder), False, None)
    assert (entry.checkpoint_title, entry.licence, entry.commercial) == ("", "", "")
