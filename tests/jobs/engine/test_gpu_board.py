"""The numbers of a GPU are shared for as long as a GPU reports them."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from qvim_studio.core.result import GpuUse
from qvim_studio.jobs.engine.gpu_board import GpuBoard, keep_writing

FIRST, LAST = GpuUse(2**30, 2**31, 2**33), GpuUse(2**29, 2**40, 2**41)


def write_until_it_ends(board: GpuBoard, read: Callable[[], GpuUse | None]) -> None:
    before = set(threading.enumerate())
    keep_writing(board, read, every_s=0.0)
    for thread in set(threading.enumerate()) - before:
        thread.join(10.0)
        assert not thread.is_alive()


def test_a_board_is_empty_until_it_is_written_and_after_it_is_cleared() -> None:
    board = GpuBoard()
    assert board.read() is None
    board.write(LAST)
    assert board.read() == LAST  # more than 32 bits
    board.clear()
    assert board.read() is None


def test_the_latest_numbers_stay_when_a_gpu_reports_no_more() -> None:
    board, reports = GpuBoard(), iter((FIRST, LAST, None))
    write_until_it_ends(board, lambda: next(reports))
    assert board.read() == LAST and next(reports, "all read") == "all read"


@pytest.mark.parametrize("error", [RuntimeError("no driver"), OSError("no device")])
def test_a_gpu_that_cannot_be_asked_ends_the_reports_quietly(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def read() -> GpuUse:
        raise error

    board = GpuBoard()
    caplog.set_level("INFO")
    write_until_it_ends(board, read)
    assert board.read() is None and str(error) in caplog.text
