"""Property tests: few examples, the same ones in every run, nothing kept between runs."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A machine under load is slow for reasons of its own: how long one example takes is no property.
settings.register_profile(
    "studio",
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("studio")
