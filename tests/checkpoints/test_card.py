"""Cards of folders from anywhere: types are checked, null counts as absent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qvim_studio.checkpoints.card import CheckpointCard, Defaults, read_card
from qvim_studio.commands import cli
from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.request import Start
from qvim_studio.families.catalog import find_checkpoint, register_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "foreign"
    for part in ("unet", "vae", "vocoder", "scheduler"):
        (made / part).mkdir(parents=True)
    (made / "model_index.json").write_text('{"_class_name": "AudioLDMPipeline"}')
    return made


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        ({"id": 7}, "id is 7, expected a text"),
        ({"title": ["a"]}, "title is .*, expected a text"),
        ({"licence": {}}, "licence is {}, expected a text"),
        ({"commercial": True}, "commercial is true"),
        ({"title": "\ud800"}, "half a character"),
        ({"controls": "loudness"}, "expected a list of texts"),
        ({"controls": [1]}, "expected a list of texts"),
        ({"defaults": [1]}, "expected names with their values"),
        ({"defaults": {"steps": 2.5}}, "expected a whole number from 1 to 1000"),
        ({"defaults": {"steps": 10**400}}, "expected a whole number"),
        ({"defaults": {"guidance": "much"}}, "expected a number from 0 to 30"),
        ({"defaults": {"start": "there"}}, "'there' is not a valid Start"),
        ({"files": []}, None),
        ({"files": {"a": 3}}, "a is 3, expected a text"),
    ],
)
def test_a_value_of_another_type_is_refused_in_a_sentence(
    folder: Path, card: object, reason: str | None
) -> None:
    (folder / "studio.json").write_text(json.dumps(card))
    if reason is None:
        assert read_card(folder) == CheckpointCard()
        return
    with pytest.raises(CheckpointError, match=reason):
        register_folder(folder)
    assert find_checkpoint("starter").is_installed


def test_brackets_nested_too_deeply_are_refused_in_a_sentence(folder: Path) -> None:
    (folder / "studio.json").write_text("[" * 60_000)
    with pytest.raises(CheckpointError, match=r"studio\.json cannot be understood"):
        read_card(folder)
    (folder / "model_index.json").write_text("[" * 60_000)
    with pytest.raises(CheckpointError, match=r"expected a readable model_index\.json"):
        register_folder(folder)


def test_null_counts_as_absent(folder: Path) -> None:
    (folder / "studio.json").write_text(
        '{"title": null, "id": null, "controls": null, "defaults": {"steps": null, "start": null}}'
    )
    known = register_folder(folder)
    assert (known.id, known.title, known.controls) == ("foreign", "foreign", ())
    assert known.defaults == Defaults() and known.defaults.start is Start.NOISE


def test_a_foreign_card_never_stops_the_starter(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    (folder / "studio.json").write_text('{"id": 7, "title": 3}')
    assert cli.main(["checkpoints", "import", str(folder)]) == 1
    assert "id is 7, expected a text" in capsys.readouterr().err
    assert cli.main(["checkpoints", "list", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["problems"] == []
    assert next(row for row in answer["checkpoints"] if row["id"] == "starter")["installed"]
