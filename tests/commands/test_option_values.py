"""``--option``: typed by what the checkpoint declares."""

from __future__ import annotations

import pytest

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
