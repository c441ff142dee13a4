"""Searches and the analysis of sounds are timed."""

from __future__ import annotations

import pytest

from qvim_studio.bench.sounds import measure_library


@pytest.mark.slow  # indexes 300 sounds: 1.5 s
def test_the_library_is_measured() -> None:
    result = measure_library(300)
    assert result["sounds"] == 300
    assert 0 < result["nearest_ms"] < 1000
    assert 0 < result["words_max_ms"] < 1000
    for speed in ("tagged_per_s", "listened_per_s", "embedded_s", "embedded_cpu_s"):
        assert result[speed] > 0
    assert 0 < result["tagged_cpu_s"] < result["listened_cpu_s"] < 5
