"""How many workers a machine has room for, and what each may take."""

from __future__ import annotations

import pytest

from qvim_studio.rendering.worker_count import choose_count, worker_bytes, worker_environments

GIB = 2**30


@pytest.mark.parametrize(
    ("free", "cores", "gpus", "count"),
    [
        (64 * GIB, 8, 0, 8),  # a worker for each core
        (5 * GIB, 8, 0, 4),  # as far as four fifths of the memory reach
        (GIB // 2, 8, 0, 1),  # at least one, which then says what it lacks
        (64 * GIB, 32, 2, 2),  # a worker for each GPU
    ],
)
def test_memory_cores_and_gpus_set_the_number(free: int, cores: int, gpus: int, count: int) -> None:
    assert choose_count(GIB, free, cores, gpus) == count


def test_workers_share_the_cores_and_take_a_gpu_each() -> None:
    assert worker_environments(2, cores=5) == [{"OMP_NUM_THREADS": "2"}] * 2
    assert worker_environments(3, cores=2)[0] == {"OMP_NUM_THREADS": "1"}
    placed = worker_environments(3, cores=6, gpus=2, own={"CUDA_VISIBLE_DEVICES": "4,6"})
    assert [each["CUDA_VISIBLE_DEVICES"] for each in placed] == ["4", "6", "4"]
    assert worker_environments(2, 2, gpus=2, own={})[1]["CUDA_VISIBLE_DEVICES"] == "1"


def test_a_worker_of_the_starter_takes_more_than_an_interpreter() -> None:
    assert 0.6 * GIB < worker_bytes({"starter"}) < 4 * GIB
