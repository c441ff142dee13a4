"""Keeps the model libraries' progress bars and advice out of our output."""

from __future__ import annotations


def quiet_libraries() -> None:
    """Errors alone come through; what a load misses is checked and said by ourselves.

    Imports both libraries, which takes seconds: called where one of them is about to load.
    """
    from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before transformers)

    from diffusers.utils import logging as diffusers_logging  # isort: skip
    from transformers.utils import logging as transformers_logging  # isort: skip

    for library in (diffusers_logging, transformers_logging):
        library.set_verbosity_error()
        library.disable_progress_bar()
