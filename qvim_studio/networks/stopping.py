"""Ends a cancelled computation between two layers of any network, not only between two steps.

A step of a long sound takes minutes on a processor, and so do its decoder and its vocoder; the flag
is therefore looked at before every layer. What is not a network (edits of samples) looks by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.nn.modules.module import register_module_forward_pre_hook

from qvim_studio.core.engine import IsCancelled, raise_if_cancelled


@contextmanager
def stops_between_layers(is_cancelled: IsCancelled) -> Iterator[None]:
    """Inside it every layer that this thread runs raises CancelledError once the flag is set."""
    thread = threading.get_ident()

    def look(_layer: torch.nn.Module, _given: Any) -> None:
        if threading.get_ident() == thread and not _is_capturing():
            raise_if_cancelled(is_cancelled)

    hook = register_module_forward_pre_hook(look)
    try:
        yield
    finally:
        hook.remove()


def _is_capturing() -> bool:
    """A CUDA graph is recorded to its end: it is short, and half a graph is of no use."""
    return torch.cuda.is_initialized() and torch.cuda.is_current_stream_capturing()
