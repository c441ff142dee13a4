"""The release script: what it writes, what it refuses, and that a failed build leaves nothing."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import types
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
VERSION_FILE = "qvim_studio/__init__.py"
CHANGELOG = "resources/guide/changelog.md"
MODULE = '"""A program."""\n\n__version__ = "0.1.0"\n__all__ = []\n'
CHANGES = (
    "# Changelog\n\n## [Unreleased]\n\n### Added\n- A door.\n\n## [0.1.0]\n\nThe first version.\n"
)
DAY = date(2026, 12, 1)


@pytest.fixture(scope="module")
def release() -> types.ModuleType:
    spec = importlib.util.spec_from_file_location("release", ROOT / "packaging/release.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(sys.modules, "release", module)  # where dataclasses look
        spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny copy of the repository, with one commit on main."""
    folder = tmp_path_factory.mktemp("committed")
    for name, text in ((VERSION_FILE, MODULE), (CHANGELOG, CHANGES), (".gitignore", "dist/\n")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", ".")
    author = ("-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
    git(folder, *author, "commit", "--quiet", "--message", "A program")
    return folder


@pytest.fixture
def tree(committed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(committed, tmp_path / "tree"))


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True, cwd=folder)


def texts(tree: Path) -> tuple[str, str]:
    module, changelog = (
        (tree / name).read_text(encoding="utf-8") for name in (VERSION_FILE, CHANGELOG)
    )
    return module, changelog


def builds(size: int, version: str = "0.2.0") -> Callable[[Path], None]:
    """A build whose wheel has so many bytes, with holes where the disk allows."""

    def build(root: Path) -> None:
        (root / "dist").mkdir()
        with (root / f"dist/qvim_studio-{version}-py3-none-any.whl").open("wb") as wheel:
            wheel.truncate(size)

    return build


def never(root: Path) -> None:
    pytest.fail("nothing is to be built")


def test_a_release_states_its_version_and_dates_what_was_unreleased(
    release: types.ModuleType, tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release.main(["0.2.0"], tree, builds(2_000_000)) == 0
    module, changelog = texts(tree)
    assert module == MODULE.replace("0.1.0", "0.2.0")
    day = date.today().isoformat()
    assert f"## [Unreleased]\n\n## [0.2.0] - {day}\n\n### Added\n- A door.\n" in changelog
    said = capsys.readouterr().out
    assert "2.0 MB" in said and "git tag v0.2.0" in said


def test_the_build_sees_the_new_version(release: types.ModuleType, tree: Path) -> None:
    seen = []

    def build(root: Path) -> None:
        seen.append(texts(root)[0])
        builds(1)(root)

    assert release.main(["0.2.0"], tree, build) == 0
    assert '__version__ = "0.2.0"' in seen[0]


def test_a_check_says_what_would_happen_and_changes_nothing(
    release: types.ModuleType, tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release.main(["0.2.0", "--check"], tree, never) == 0
    assert texts(tree) == (MODULE, CHANGES)
    said = capsys.readouterr().out
    assert "would state version 0.2.0" in said and "[0.2.0] - " in said and "git tag" in said


def test_a_wheel_of_the_limit_is_accepted_and_a_larger_one_undoes_the_changes(
    release: types.ModuleType, tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    most = release.MAX_WHEEL_BYTES
    assert release.main(["0.2.0"], tree, builds(most + 1)) == 1
    assert texts(tree) == (MODULE, CHANGES)
    assert "at most 95 MB" in capsys.readouterr().err
    shutil.rmtree(tree / "dist")
    assert release.main(["0.2.0"], tree, builds(most)) == 0


def test_a_build_without_the_wheel_of_the_version_undoes_the_changes(
    release: types.ModuleType, tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release.main(["0.2.0"], tree, builds(1, version="0.1.0")) == 1
    assert texts(tree) == (MODULE, CHANGES)
    assert "0 wheels of version 0.2.0" in capsys.readouterr().err


def test_an_interrupted_build_undoes_the_changes(release: types.ModuleType, tree: Path) -> None:
    def build(root: Path) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        release.main(["0.2.0"], tree, build)
    assert texts(tree) == (MODULE, CHANGES)


def test_a_text_that_cannot_be_written_undoes_the_others(
    release: types.ModuleType, tree: Path
) -> None:
    planned = release.plan_release(tree, "0.2.0", DAY)
    (tree / CHANGELOG).unlink()
    (tree / CHANGELOG).mkdir()
    with pytest.raises(release.ReleaseError, match=f"{CHANGELOG} cannot be written"):
        release.carry_out(tree, planned, never)
    assert (tree / VERSION_FILE).read_text(encoding="utf-8") == MODULE


def test_a_machine_without_git_gets_a_sentence(
    release: types.ModuleType, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tree / "nothing"))
    with pytest.raises(release.ReleaseError, match="git cannot be run"):
        release.plan_release(tree, "0.2.0", DAY)


def test_a_tree_that_is_not_committed_is_refused(release: types.ModuleType, tree: Path) -> None:
    (tree / "new.txt").touch()
    with pytest.raises(release.ReleaseError, match=r"Not committed: new\.txt\."):
        release.plan_release(tree, "0.2.0", DAY)


def test_another_branch_is_refused(release: types.ModuleType, tree: Path) -> None:
    git(tree, "switch", "--quiet", "--create", "door")
    with pytest.raises(release.ReleaseError, match="branch is door, expected main"):
        release.plan_release(tree, "0.2.0", DAY)


def test_a_tag_of_the_version_is_refused(release: types.ModuleType, tree: Path) -> None:
    git(tree, "tag", "v0.2.0")
    with pytest.raises(release.ReleaseError, match=r"tag v0\.2\.0 is there already"):
        release.plan_release(tree, "0.2.0", DAY)


def test_a_tree_without_a_changelog_is_refused(
    release: types.ModuleType, tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / CHANGELOG).unlink()
    assert release.main(["0.2.0"], tree, never) == 1
    assert f"{CHANGELOG} cannot be read" in capsys.readouterr().err


def test_a_folder_that_is_no_repository_is_refused(release: types.ModuleType, tree: Path) -> None:
    shutil.rmtree(tree / ".git")
    with pytest.raises(release.ReleaseError, match="git branch failed"):
        release.plan_release(tree, "0.2.0", DAY)


@pytest.mark.parametrize("version", ["0.2", "v0.2.0", "0.2.0rc1", "0.02.0", ""])
def test_only_three_numbers_are_a_version(release: types.ModuleType, version: str) -> None:
    with pytest.raises(release.ReleaseError, match="three numbers"):
        release.with_version(MODULE, version)


@pytest.mark.parametrize("version", ["0.1.0", "0.0.9"])
def test_a_version_is_newer_than_the_stated_one(release: types.ModuleType, version: str) -> None:
    with pytest.raises(release.ReleaseError, match="not newer"):
        release.with_version(MODULE, version)
    assert '"0.10.0"' in release.with_version(MODULE.replace("0.1.0", "0.9.0"), "0.10.0")


@pytest.mark.parametrize("text", ["", MODULE + MODULE], ids=["none", "two"])
def test_a_module_states_one_version(release: types.ModuleType, text: str) -> None:
    with pytest.raises(release.ReleaseError, match="expected one line"):
        release.with_version(text, "0.2.0")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (CHANGES.replace("- A door.\n", ""), "lists no change"),
        (CHANGES.replace("Unreleased", "Next"), "needs one heading"),
        (CHANGES.replace("0.1.0", "0.2.0"), "has version 0.2.0 already"),
    ],
    ids=["empty", "no heading", "twice"],
)
def test_a_changelog_that_cannot_be_dated_is_refused(
    release: types.ModuleType, text: str, reason: str
) -> None:
    with pytest.raises(release.ReleaseError, match=reason):
        release.with_heading(text, "0.2.0", DAY)


def test_the_texts_of_this_repository_can_be_released(release: types.ModuleType) -> None:
    module, changelog = texts(ROOT)
    assert '__version__ = "99.0.0"' in release.with_version(module, "99.0.0")
    assert "## [99.0.0] - 2026-12-01\n" in release.with_heading(changelog, "99.0.0", DAY)


def test_the_contributors_page_names_the_script_and_each_manual_step(
    release: types.ModuleType,
) -> None:
    page = (ROOT / ".github/CONTRIBUTING.md").read_text(encoding="utf-8").split("## Release")[1]
    assert "packaging/release.py" in page
    assert all(
        word in page and word.lower() in release.MANUAL_STEPS.lower()
        for word in ("slow", "Windows", "installers", "Tag")
    )
