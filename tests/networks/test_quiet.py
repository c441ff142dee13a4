"""The model libraries report only errors, and draw no progress bars."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from qvim_studio.networks.quiet import quiet_libraries
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before transformers)

from diffusers.utils import logging as diffusers_logging  # isort: skip
from transformers.utils import logging as transformers_logging  # isort: skip

LIBRARIES = (diffusers_logging, transformers_logging)


@pytest.fixture
def talkative() -> Iterator[None]:
    levels = [library.get_verbosity() for library in LIBRARIES]
    had_bars = [library.is_progress_bar_enabled() for library in LIBRARIES]
    for library in LIBRARIES:
        library.set_verbosity_info()
        library.enable_progress_bar()
    yield
    for library, level, has_bar in zip(LIBRARIES, levels, had_bars, strict=True):
        library.set_verbosity(level)
        if not has_bar:
            library.disable_progress_bar()


@pytest.mark.usefixtures("talkative")
def test_talkative_libraries_fall_silent_but_for_errors() -> None:
    quiet_libraries()
    for library in LIBRARIES:
        assert library.get_verbosity() == library.ERROR
        assert not library.is_progress_bar_enabled()
