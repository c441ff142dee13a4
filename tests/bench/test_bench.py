from __future__ import annotations

import json
from pathlib import Path

import pytest

from qvim_studio.bench.filled_library import VARIATIONS, fill_history
from qvim_studio.bench.sounds import measure_library
from qvim_studio.commands import cli
from qvim_studio.library.folders import FolderKind
from qvim_studio.library.library import Library


@pytest.fixture(autouse=True)
def no_log_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log of the whole test process stays as it is."""
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)


def test_a_filled_history_is_grouped_and_found(tmp_path: Path) -> None:
    library = Library(tmp_path / "library.db")
    fill_history(library, 40, tmp_path / "not there")
    entries = library.sounds.entries(FolderKind.MADE)
    assert len(entries) == 40
    assert len({entry.group for entry in entries}) == 40 // VARIATIONS
    assert all(entry.peaks is not None for entry in entries)
    assert library.search(entries[0].asked) >= {1, 2, 3, 4}
    library.close()


@pytest.mark.slow  # indexes 300 sounds: 1.5 s
def test_the_library_is_measured() -> None:
    result = measure_library(300)
    assert result["sounds"] == 300
    assert 0 < result["nearest_ms"] < 1000
    assert 0 < result["words_max_ms"] < 1000
    for speed in ("tagged_per_s", "listened_per_s", "embedded_s", "embedded_cpu_s"):
        assert result[speed] > 0
    assert 0 < result["tagged_cpu_s"] < result["listened_cpu_s"] < 5


@pytest.mark.slow  # opens a window with 200 clips: 2 s
@pytest.mark.qt_log_ignore("does not support propagateSizeHints", extend=True)
def test_the_window_is_measured_on_the_command_line(
    capsys: pytest.CaptureFixture[str], qapp: object
) -> None:
    assert cli.main(["bench", "ui", "--quick", "--clips", "200", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert set(result) >= {"window_visible_s", "history_open_s", "history_search_ms"}
    assert 0 < result["window_visible_s"] < 60


@pytest.mark.parametrize(
    ("what", "given", "measure", "asked"),
    [
        ("library", ("--sounds", "9"), "sounds.measure_library", ((9,), {})),
        ("ui", ("--clips", "40", "--quick"), "window.measure_window", ((40,), {"is_quick": True})),
    ],
)
def test_a_bench_prints_what_it_measures(
    what: str,
    given: tuple[str, ...],
    measure: str,
    asked: object,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[object] = []
    monkeypatch.setattr(
        f"qvim_studio.bench.{measure}",
        lambda *values, **named: calls.append((values, named)) or {"opened_s": 0.25},
    )
    assert cli.main(["bench", what, *given, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["opened_s"] == 0.25
    assert cli.main(["bench", what, *given]) == 0
    assert "0.25" in capsys.readouterr().out
    assert calls == [asked, asked]


@pytest.mark.parametrize("options", [("library", "--sounds", "0"), ("ui", "--clips", "3")])
def test_nothing_to_measure_is_refused(
    options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["bench", *options]) == 2
    assert "at least" in capsys.readouterr().err
