"""Does the mechanical steps of a release: version, changelog, wheel and source distribution.

    python packaging/release.py 0.2.0 --check    change nothing; say what would happen
    python packaging/release.py 0.2.0            do it, then list the steps that are left

Everything stays on this machine: nothing is committed, tagged, pushed or uploaded. If the build
fails or the wheel is too large, the version and the changelog are as before.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSION_FILE = "qvim_studio/__init__.py"
CHANGELOG = "resources/guide/changelog.md"
BRANCH = "main"
MAX_WHEEL_BYTES = 95_000_000  # package indexes take up to 100 MB by default
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
STATED = re.compile(r'^__version__ = "([^"]*)"$', re.MULTILINE)
UNRELEASED = "## [Unreleased]\n"
MANUAL_STEPS = """\
Steps that are left:
1. Read the changes (git diff) and commit them.
2. See that the workflow is green on Linux, Windows and macOS, with the slow tests and the types.
3. Make the installers, each on its own system: see "Release" in .github/CONTRIBUTING.md.
4. Tag the commit: git tag v{version}"""


class ReleaseError(Exception):
    """A release is impossible; the sentence says why and what to do."""


@dataclass(frozen=True)
class Release:
    """What a release writes. before, after: texts by their path in the repository."""

    version: str
    before: dict[str, str]
    after: dict[str, str]


def plan_release(root: Path, version: str, day: date) -> Release:
    """What a release of the tree at ``root`` changes; writes nothing.

    Raises ReleaseError unless the tree is clean and on main, the version is newer than the stated
    one and without a tag, and the changelog has something unreleased.
    """
    before = {name: _read(root, name) for name in (VERSION_FILE, CHANGELOG)}
    after = {
        VERSION_FILE: with_version(before[VERSION_FILE], version),
        CHANGELOG: with_heading(before[CHANGELOG], version, day),
    }
    _check_tree(root, version)
    return Release(version, before, after)


def with_version(text: str, version: str) -> str:
    """The module with another __version__. Raises ReleaseError unless that is newer."""
    stated = STATED.findall(text)
    if len(stated) != 1:
        raise ReleaseError(
            f"{VERSION_FILE} states {len(stated)} versions, expected one line such as "
            '__version__ = "0.2.0".'
        )
    if _numbers(version) <= _numbers(stated[0]):
        raise ReleaseError(
            f"Version {version} is not newer than {stated[0]}, which {VERSION_FILE} states. "
            "Choose a higher version."
        )
    return STATED.sub(f'__version__ = "{version}"', text)


def with_heading(text: str, version: str, day: date) -> str:
    """The changelog with all that is unreleased below a heading of the version. Raises ReleaseError
    if nothing is unreleased, or the version is there already."""
    if text.count(UNRELEASED) != 1:
        raise ReleaseError(f"{CHANGELOG} needs one heading {UNRELEASED.strip()!r}; write it first.")
    if f"\n## [{version}]" in text:
        raise ReleaseError(f"{CHANGELOG} has version {version} already. Choose a higher version.")
    head, rest = text.split(UNRELEASED)
    if not re.search(r"^- ", rest.split("\n## [")[0], re.MULTILINE):
        raise ReleaseError(
            f"{CHANGELOG} lists no change under Unreleased; write what is new first."
        )
    return f"{head}{UNRELEASED}\n## [{version}] - {day.isoformat()}\n{rest}"


def carry_out(root: Path, release: Release, build: Callable[[Path], None]) -> Path:
    """Write the texts, build, and return the wheel. Raises ReleaseError, with the texts as before,
    if a text cannot be written, the build fails, or the wheel is absent or too large."""
    try:
        _write(root, release.after)
        build(root)
        return _checked_wheel(root, release.version)
    except BaseException:
        _write(root, release.before)
        raise


def build_distributions(root: Path) -> None:
    """Make the wheel and the source distribution in ``root/dist``. Raises ReleaseError."""
    built = subprocess.run([sys.executable, "-m", "build", str(root)], check=False, cwd=root)
    if built.returncode:
        raise ReleaseError(
            f"python -m build ended with status {built.returncode}; mend what it reports above. "
            "The version and the changelog are as before."
        )


def main(
    arguments: Sequence[str] | None = None,
    root: Path = ROOT,
    build: Callable[[Path], None] = build_distributions,
) -> int:
    """Status 0, or 1 with a sentence on stderr."""
    parser = argparse.ArgumentParser(description="Do the mechanical steps of a release.")
    parser.add_argument("version", help="such as 0.2.0")
    parser.add_argument(
        "--check", action="store_true", help="change nothing; say what would happen"
    )
    chosen = parser.parse_args(arguments)
    try:
        day = date.today()
        release = plan_release(root, chosen.version, day)
        if chosen.check:
            print(f"{VERSION_FILE} would state version {release.version}.")
            print(f"{CHANGELOG} would get the heading [{release.version}] - {day.isoformat()}.")
            print("python -m build would make the wheel and the source distribution in dist/.")
        else:
            wheel = carry_out(root, release, build)
            print(f"{wheel} has {wheel.stat().st_size / 1e6:.1f} MB.")
        print(MANUAL_STEPS.format(version=release.version))
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _check_tree(root: Path, version: str) -> None:
    branch = _git(root, "branch", "--show-current").strip()
    if branch != BRANCH:
        raise ReleaseError(
            f"The branch is {branch or 'none'}, expected {BRANCH}: git switch {BRANCH}"
        )
    changed = _git(root, "status", "--porcelain").splitlines()
    if changed:
        named = ", ".join(line[3:] for line in changed[:5])
        raise ReleaseError(f"Not committed: {named}. Commit these changes or put them away first.")
    if _git(root, "tag", "--list", f"v{version}").strip():
        raise ReleaseError(f"The tag v{version} is there already. Choose a higher version.")


def _git(root: Path, *arguments: str) -> str:
    try:
        asked = subprocess.run(
            ["git", *arguments], check=False, cwd=root, capture_output=True, encoding="utf-8"
        )
    except OSError as error:
        raise ReleaseError(f"git cannot be run ({error.strerror}). Install it first.") from error
    if asked.returncode:
        raise ReleaseError(f"git {arguments[0]} failed in {root}: {asked.stderr.strip()}")
    return asked.stdout


def _numbers(version: str) -> tuple[int, ...]:
    matched = VERSION.fullmatch(version)
    if matched is None:
        raise ReleaseError(f"{version!r} is no version, expected three numbers such as 0.2.0.")
    return tuple(map(int, matched.groups()))


def _checked_wheel(root: Path, version: str) -> Path:
    wheels = sorted((root / "dist").glob(f"*-{version}-*.whl"))
    if len(wheels) != 1:
        raise ReleaseError(
            f"dist/ holds {len(wheels)} wheels of version {version}, expected one. "
            "The version and the changelog are as before."
        )
    size = wheels[0].stat().st_size
    if size > MAX_WHEEL_BYTES:
        raise ReleaseError(
            f"{wheels[0].name} has {size / 1e6:.1f} MB, expected at most "
            f"{MAX_WHEEL_BYTES / 1e6:.0f} MB. Leave files out of it in pyproject.toml. "
            "The version and the changelog are as before."
        )
    return wheels[0]


def _read(root: Path, name: str) -> str:
    try:
        return (root / name).read_text(encoding="utf-8")
    except OSError as error:
        raise ReleaseError(f"{name} cannot be read in {root}: {error.strerror}.") from error


def _write(root: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        try:
            (root / name).write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise ReleaseError(
                f"{name} cannot be written in {root}: {error.strerror}. Make room or allow it, "
                "then run git restore on it."
            ) from error


if __name__ == "__main__":
    sys.exit(main())
