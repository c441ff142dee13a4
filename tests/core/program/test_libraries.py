"""The list of libraries against the environment that the tests run in."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest

from qvim_studio.core.program.libraries import Library, list_libraries


@pytest.fixture(scope="module")
def listed() -> dict[str, Library]:
    return {library.name: library for library in list_libraries()}


def test_libraries_have_the_installed_version_and_a_licence(listed: dict[str, Library]) -> None:
    for name in ("torch", "numpy", "safetensors", "PySide6_Essentials"):
        assert listed[name].version == metadata.version(name)
    assert all(library.licence for library in listed.values())
    assert listed["numpy"].licence.startswith("BSD-3-Clause")
    assert listed["Qt (in pyside6-essentials)"].licence == "LGPL-3.0-only"


def test_what_only_libraries_need_is_listed_and_what_only_tests_need_is_not(
    listed: dict[str, Library],
) -> None:
    assert "tokenizers" in listed
    assert {"pytest", "ruff", "qvim-studio"}.isdisjoint(listed)
    assert list(listed) == sorted(listed, key=str.lower)


@pytest.mark.parametrize(
    ("lines", "licence"),
    [
        ("License-Expression: MIT OR Apache-2.0", "MIT OR Apache-2.0"),
        ("License: BSD", "BSD"),
        ("License: UNKNOWN\nClassifier: License :: OSI Approved :: MIT License", "MIT License"),
        ("License: " + 70 * "a", "see its package"),
        ("", "see its package"),
    ],
)
def test_licence_is_in_the_words_of_the_package(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    lines: str,
    licence: str,
) -> None:
    folder = tmp_path_factory.mktemp("site")
    info = folder / "planted_sound-1.5.dist-info"
    info.mkdir()
    text = f"Metadata-Version: 2.4\nName: planted-sound\nVersion: 1.5\n{lines}\n"
    (info / "METADATA").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    ours = folder / "planted_program-1.dist-info"
    ours.mkdir()
    needed = "Name: planted-program\nVersion: 1\nRequires-Dist: planted-sound\n"
    other = 'Requires-Dist: absent; python_version < "3"\nRequires-Dist: not a name!\n'
    (ours / "METADATA").write_text(f"Metadata-Version: 2.4\n{needed}{other}", encoding="utf-8")
    assert list_libraries("planted-program") == [Library("planted-sound", "1.5", licence)]


def test_what_is_installed_for_an_extra_is_listed_but_not_what_contributors_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    extras = [("cluster", "planted-ray"), ("test", "planted-linter"), ("music", "absent")]
    lines = [f"Provides-Extra: {extra}" for extra, _ in extras]
    lines += [f'Requires-Dist: {name}; extra == "{extra}"' for extra, name in extras]
    plant(tmp_path, "planted-program", *lines)
    plant(tmp_path, "planted-ray", "License-Expression: MIT", "Requires-Dist: planted-wire")
    for name in ("planted-wire", "planted-linter"):
        plant(tmp_path, name, "License-Expression: MIT")
    names = [library.name for library in list_libraries("planted-program")]
    assert names == ["planted-ray", "planted-wire"]


def plant(folder: Path, name: str, *lines: str) -> None:
    """What an installed package says of itself."""
    info = folder / f"{name.replace('-', '_')}-1.dist-info"
    info.mkdir()
    text = "\n".join(["Metadata-Version: 2.4", f"Name: {name}", "Version: 1", *lines])
    (info / "METADATA").write_text(text + "\n", encoding="utf-8")


def test_a_program_that_is_not_installed_has_no_libraries() -> None:
    assert list_libraries("no-such-program") == []


def test_packages_that_need_each_other_are_listed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    plant(tmp_path, "planted-circle", "Requires-Dist: planted-half")
    plant(tmp_path, "planted-half", "License: " + 60 * "a", "Requires-Dist: planted-circle")
    assert list_libraries("planted-circle") == [Library("planted-half", "1", 60 * "a")]
