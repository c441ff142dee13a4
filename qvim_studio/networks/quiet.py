"""Keeps progress bars and advice of the model libraries out of our output."""

from __future__ import annotations


def quiet_libraries() -> None:
    """Let the libraries report only errors; our own code checks whether a load is complete.

    Call it right before one of the two libraries loads a network, because it imports both, which
    takes seconds.
    """
    from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before transformers)

    from diffusers.utils import logging as diffusers_logging  # isort: skip
    from transformers.utils import logging as transformers_logging  # isort: skip

    for library in (diffusers_logging, transformers_logging):
        library.set_verbosity_error()
        library.disable_progress_bar()
