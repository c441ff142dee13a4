"""``bench memory``: estimates by mode, and errors that are measured."""

from __future__ import annotations

import json

import pytest

from qvim_studio.bench import accuracy, memory
from qvim_studio.bench.shapes import sizes_of
from qvim_studio.commands import cli
from qvim_studio.families.audioldm.sizes import known_sizes
from qvim_studio.families.catalog import list_checkpoints


@pytest.fixture(autouse=True)
def no_log_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log of the whole test process stays as it is."""
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)


def test_every_mode_has_an_estimate_and_an_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "STEPS", 1)
    monkeypatch.setattr(accuracy, "SEEDS", 1)
    assert cli.main(["bench", "memory", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["estimated_peak_bytes"].keys() == {
        "starter",
        *("AudioLDM-s", "AudioLDM-m", "AudioLDM-l"),
    }
    errors = {name: row["relative_error"] for name, row in result["output_error"].items()}
    assert errors["low"] == pytest.approx(errors["high"], rel=0.01)
    assert 0 < errors["minimal in float32"] < 0.05 < errors[memory.FOUR_BITS]
    assert result["output_error"]["minimal"]["stored_share"] > 0.9
    assert memory.FOUR_BITS in memory.report(result)


def test_impossible_lengths_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", "memory", "--seconds", "500"]) == 2
    assert "0.2 to 120 seconds" in capsys.readouterr().err


@pytest.mark.parametrize("id", ["audioldm-s-full", "audioldm-m-full", "audioldm-l-full"])
def test_the_registry_knows_the_true_sizes(id: str) -> None:
    checkpoint = next(c for c in list_checkpoints() if c.id == id)
    assert known_sizes(checkpoint.sizes) == sizes_of(id.split("-")[1])
