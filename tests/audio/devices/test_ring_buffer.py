from __future__ import annotations

import threading

import numpy as np

from qvim_studio.audio.devices.ring_buffer import RingBuffer


def frames(start: int, count: int) -> np.ndarray:
    return np.arange(start, start + count, dtype=np.float32)[:, None]


def test_frames_come_out_in_order_across_the_seam() -> None:
    ring = RingBuffer(8, 1)
    read = []
    for start in range(0, 30, 5):
        ring.write(frames(start, 5))
        read.append(ring.read())
    np.testing.assert_array_equal(np.concatenate(read), frames(0, 30))
    assert ring.dropped_frames == 0


def test_a_full_buffer_drops_the_newest_and_counts_them() -> None:
    ring = RingBuffer(8, 1)
    ring.write(frames(0, 6))
    ring.write(frames(6, 6))
    np.testing.assert_array_equal(ring.read(), frames(0, 8))
    assert ring.dropped_frames == 4
    assert ring.read().shape == (0, 1)


def test_two_threads_lose_nothing() -> None:
    ring = RingBuffer(4096, 2)
    total = 50_000
    source = np.random.default_rng(0).standard_normal((total, 2)).astype(np.float32)

    def write() -> None:
        position = 0
        while position < total:
            block = source[position : position + 240]
            before = ring.dropped_frames
            ring.write(block)
            position += len(block) - (ring.dropped_frames - before)

    writer = threading.Thread(target=write)
    writer.start()
    read = []
    count = 0
    while count < total:
        block = ring.read()
        read.append(block)
        count += len(block)
    writer.join()
    np.testing.assert_array_equal(np.concatenate(read), source)
