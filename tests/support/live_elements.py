"""Counts what a network holds while it computes."""

from __future__ import annotations

import weakref
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class LiveElements(TorchDispatchMode):
    """Counts the elements of all tensors that are alive at once: torch's accounting, on meta."""

    def __init__(self) -> None:
        super().__init__()
        self.now = self.peak = 0
        self._known: set[int] = set()

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None):
        made = function(*args, **(kwargs or {}))
        for tensor in tree_leaves(made):
            if isinstance(tensor, torch.Tensor) and tensor.is_meta:
                self._meet(tensor.untyped_storage(), tensor.element_size())
        return made

    def _meet(self, storage: torch.UntypedStorage, element_bytes: int) -> None:
        key, count = storage._cdata, storage.nbytes() // element_bytes
        if key not in self._known:
            self._known.add(key)
            self.now += count
            self.peak = max(self.peak, self.now)
            weakref.finalize(storage, self._part, key, count)

    def _part(self, key: int, count: int) -> None:
        self._known.discard(key)
        self.now -= count
