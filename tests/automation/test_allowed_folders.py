"""Only files of allowed folders may be named, whatever links and dots say."""

from __future__ import annotations

from pathlib import Path

import pytest

from qvim_studio.automation.allowed_folders import AllowedFolders, ForbiddenPathError
from qvim_studio.core.errors import UsageError


@pytest.fixture
def folders(tmp_path: Path) -> AllowedFolders:
    for name in ("mine", "mine too", "private"):
        (tmp_path / name).mkdir()
    return AllowedFolders([tmp_path / "mine"])


def test_a_file_of_an_allowed_folder_is_given_by_its_real_path(
    folders: AllowedFolders, tmp_path: Path
) -> None:
    wanted = tmp_path / "mine" / "deep" / "dog.wav"
    assert folders.check(str(tmp_path / "mine/deep/../deep/dog.wav")) == wanted.resolve()
    assert folders.check(str(tmp_path / "mine")) == (tmp_path / "mine").resolve()


@pytest.mark.parametrize(
    "name", ["private/x.wav", "mine/../private/x.wav", "mine too/x.wav", "mine/link/x.wav", "."]
)
def test_other_places_are_forbidden(folders: AllowedFolders, tmp_path: Path, name: str) -> None:
    (tmp_path / "mine" / "link").symlink_to(tmp_path / "private")
    with pytest.raises(ForbiddenPathError, match="--allow"):
        folders.check(f"{tmp_path}/{name}")


def test_a_link_that_leads_to_itself_is_forbidden(folders: AllowedFolders, tmp_path: Path) -> None:
    (tmp_path / "mine" / "circle").symlink_to(tmp_path / "mine" / "circle")
    with pytest.raises(ForbiddenPathError):
        folders.check(str(tmp_path / "mine" / "circle" / "x.wav"))


@pytest.mark.parametrize("name", ["dog.wav", "../dog.wav", "", "/dog\0.wav"])
def test_a_path_must_be_whole(folders: AllowedFolders, name: str) -> None:
    with pytest.raises(UsageError, match="absolute"):
        folders.check(name)


def test_a_checkpoint_is_an_id_or_an_allowed_folder(
    folders: AllowedFolders, tmp_path: Path
) -> None:
    assert folders.check_checkpoint("starter", ["starter"]) == "starter"
    assert folders.check_checkpoint("unknown", ["starter"]) == "unknown"
    with pytest.raises(ForbiddenPathError):
        folders.check_checkpoint(str(tmp_path / "private"), ["starter"])


def test_a_folder_at_hand_is_no_checkpoint_by_its_bare_name(
    folders: AllowedFolders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="absolute"):
        folders.check_checkpoint("private", ["starter"])
