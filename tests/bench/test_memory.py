"""``bench memory``: estimates by mode, and errors that are measured."""

from __future__ import annotations

import json

import pytest

from qvim_studio.bench import memory
from qvim_studio.bench.accuracy import Trial
from qvim_studio.commands import cli
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.memory.compute_plan import STEPS_DOWN


@pytest.fixture(autouse=True)
def no_log_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log of the whole test process stays as it is."""
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)


def test_every_mode_has_an_estimate(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", "memory", "--no-error", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["estimated_peak_bytes"].keys() == {
        "starter",
        *("AudioLDM-s", "AudioLDM-m", "AudioLDM-l"),
    }
    for peaks in result["estimated_peak_bytes"].values():
        assert peaks["minimal"] < peaks["high"]
    assert result["output_error"] == {}


@pytest.mark.slow  # generates in every mode: 1 s
def test_every_mode_has_an_error_on_trained_weights() -> None:
    checkpoint = find_checkpoint("starter")
    trial = Trial(checkpoint, texts=("dog bark",), seeds=1, frames=8)
    rows = memory.measure_mode_errors(checkpoint, trial, steps=1)
    errors = {name: row["relative_error"] for name, row in rows.items()}
    assert errors["low"] == pytest.approx(errors["high"], rel=0.01)
    assert 0 < errors["minimal in float32"] < 0.05 < errors[memory.FOUR_BITS]
    assert rows["minimal"]["stored_share"] > 0.9


def test_the_table_shows_estimates_and_errors() -> None:
    peaks = dict.fromkeys((mode.value for mode in STEPS_DOWN), 2**30)
    text = memory.report(
        {
            "seconds_of_audio": 3.0,
            "variations": 2,
            "estimated_peak_bytes": {"starter": peaks},
            "output_error": {memory.FOUR_BITS: {"relative_error": 0.25, "stored_share": 0.5}},
        }
    )
    assert "2 variations of 3 s" in text
    assert text.count("1.00") == len(peaks)
    assert text.splitlines()[-1].split() == [*memory.FOUR_BITS.split(), "0.2500", "50", "%"]


def test_impossible_lengths_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", "memory", "--seconds", "500"]) == 2
    assert "0.2 to 120 seconds" in capsys.readouterr().err
