"""What was set for a checkpoint comes back with it, and nothing else does."""

from __future__ import annotations

import pytest

from qvim_studio.core.options import OptionValues
from qvim_studio.core.request import GenerationRequest
from qvim_studio.session.requests.checkpoint_values import CheckpointMemory, CheckpointValues

VALUES = CheckpointValues(9, 3.5, 0.4, OptionValues({"top_k": 50, "is_loud": True}))


def test_values_survive_the_settings() -> None:
    memory = CheckpointMemory({})
    memory.keep("music", VALUES)
    memory.keep("plain", CheckpointValues())
    stored = memory.stored()
    assert stored.keys() == {"music"}
    again = CheckpointMemory(stored)
    assert again.of("music") == VALUES and again.of("never used") == CheckpointValues()


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"steps": "many"}', '{"steps": -3}', '{"options": {"a": [1]}}']
)
def test_what_cannot_be_used_leaves_the_checkpoint_its_own(text: str) -> None:
    assert CheckpointValues.of_text(text) == CheckpointValues()


def test_a_request_says_what_was_set() -> None:
    asked = GenerationRequest(text="dog", steps=9, guidance=3.5, options=VALUES.options)
    assert CheckpointValues.of(asked) == CheckpointValues(9, 3.5, None, VALUES.options)
