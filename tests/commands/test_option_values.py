"""``--option`` and ``checkpoints describe``: typed by what the checkpoint declares."""

from __future__ import annotations

import json

import pytest

from qvim_studio.commands import cli
from qvim_studio.commands.option_values import option_values
from qvim_studio.core.errors import UsageError


def test_texts_become_the_checkpoint_s_types() -> None:
    values = option_values(["steps=7", "guidance=2", "light=yes"], "starter")
    assert dict(values) == {"steps": 7, "guidance": 2.0, "light": True}
    assert not option_values([], "no such checkpoint is asked for")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("steps", "Got --option steps, expected NAME=VALUE"),
        ("top_k=3", "has no option 'top_k'; it has steps, guidance"),
        ("steps=0", "Steps .steps. must lie between 1 and 1000, got 0"),
        ("steps=many", "takes a whole number, got 'many'"),
    ],
)
def test_others_are_refused_in_a_sentence(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        option_values([text], "starter")


def test_a_checkpoint_is_described_before_anything_of_it_is_loaded(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["checkpoints", "describe", "starter", "--json"]) == 0
    description = json.loads(capsys.readouterr().out)
    assert description["family"] == "audioldm" and description["sample_rate_hz"] == 16_000
    assert {"voice", "text"} <= set(description["inputs"])
    assert "steps" in {option["name"] for option in description["options"]}
    assert cli.main(["checkpoints", "describe", "audioldm-s-full"]) == 0
    assert "--option steps=" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "origin"),
    [
        (
            "musicgen-small",
            "facebook/musicgen-small, commit 4c8334b02c6ec4e8664a91979669a501ec497792",
        ),
        (
            "audiosr-basic",
            "haoheliu/audiosr_basic, commit 74a47f49061a1e788e968cc43ad45c0b6243f37d",
        ),
        ("semanticodec-50", "haoheliu/SemantiCodec, its newest commit (none is pinned)"),
    ],
)
def test_a_description_names_the_commit_of_the_download(
    name: str, origin: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["checkpoints", "describe", name]) == 0
    assert f"downloaded from {origin}\n" in capsys.readouterr().out
    assert cli.main(["checkpoints", "describe", name, "--json"]) == 0
    description = json.loads(capsys.readouterr().out)
    assert origin.startswith(f"{description['repo']}, ")
    assert description["pinned_revision"] in origin
    assert bool(description["pinned_revision"]) == ("newest" not in origin)
