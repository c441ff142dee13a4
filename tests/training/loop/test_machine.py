"""A trainer keeps freed memory, leaves the process as it was, and computes in a fit precision."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch

from qvim_studio.commands import cli
from qvim_studio.commands.training import parts as command
from qvim_studio.training.loop import machine


def test_every_trainer_keeps_what_it_frees(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[object] = []

    @contextmanager
    def keeping() -> Iterator[None]:
        done.append("keep")
        yield
        done.append("give back")

    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    monkeypatch.setattr(machine, "kept_memory", keeping)
    monkeypatch.setitem(command.PARTS, "clap", lambda options: done.append(options.part))
    assert cli.main(["train", "clap"]) == 0
    assert done == ["keep", "clap", "give back"]


@pytest.mark.parametrize("error", [None, RuntimeError("a bug")])
def test_a_trainer_leaves_the_process_as_it_was(error: Exception | None) -> None:
    ours, handler = logging.getLogger("qvim_studio"), logging.NullHandler()
    logging.getLogger().addHandler(handler)
    handler.setLevel(logging.ERROR)
    before = torch.get_num_threads(), ours.level
    try:
        with contextlib.suppress(RuntimeError), machine.prepared_process(before[0] + 1):
            assert torch.get_num_threads() == before[0] + 1
            assert handler.level == ours.level == logging.INFO
            if error is not None:
                raise error
        assert (torch.get_num_threads(), ours.level) == before
        assert handler.level == logging.ERROR
    finally:
        logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize("multiplies", [True, False])
def test_a_processor_that_would_emulate_bfloat16_computes_in_float32(
    multiplies: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "processor_multiplies_bfloat16", lambda: multiplies)
    layer, given = torch.nn.Linear(4, 4), torch.ones(1, 4)
    with machine.mixed_precision(torch.device("cpu")):
        made = layer(given)
    assert made.dtype is (torch.bfloat16 if multiplies else torch.float32)
