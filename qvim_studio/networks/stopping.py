"""Ends a cancelled computation between two layers of a network, not only between two steps.

A step of a long sound takes minutes on a processor, as do decoder and vocoder, so the flag is
checked before every layer. Code without a network, such as edits of samples, checks it by itself.
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
    """Within the context, every layer that this thread runs raises CancelledError once the flag is
    set."""
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
    """Whether a CUDA graph is being recorded, which is not interrupted because half a graph is
    useless."""
    return torch.cuda.is_initialized() and torch.cuda.is_current_stream_capturing()
