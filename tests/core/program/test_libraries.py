"""The list of libraries against the environment that the tests run in."""

from __future__ import annotations

from importlib import metadata

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
