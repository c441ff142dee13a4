"""The benches of window and library print what they measure, and refuse to measure nothing."""

from __future__ import annotations

import json

import pytest

from qvim_studio.commands import cli


@pytest.fixture(autouse=True)
def no_log_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log of the whole test process stays as it is."""
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)


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
