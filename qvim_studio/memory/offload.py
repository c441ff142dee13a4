"""Lets networks visit the GPU only while they compute; their weights stay in main memory.

Nothing is copied back: inference changes no weights, so the GPU's copy is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary, ref

import torch
from torch import nn

# Types of modules that visit as a whole; anything else visits layer by layer.
UNITS = (
    *("ResidualBlock", "GridTransformer", "StepEmbedding"),  # ours
    *("ResnetBlock2D", "Transformer2DModel", "TimestepEmbedding"),  # of diffusers
)
NEVER_AHEAD = ("mps", "xpu")  # copies have no stream of their own there


@dataclass(frozen=True, eq=False)
class _Visitor:
    """One tensor of a module: its owner, the original in main memory and the copy on the device."""

    kept: dict[str, Any]
    name: str
    home: torch.Tensor
    there: torch.Tensor


@contextmanager
def visiting(network: nn.Module, device: str) -> Iterator[None]:
    """Within the context the network is on ``device``; afterwards, and after an error, it is
    back."""
    visitors = _copy(network, device)
    _enter(visitors)
    try:
        yield
    finally:
        _leave(visitors)


def stream(network: nn.Module, device: str) -> None:
    """From now on every block of the network visits ``device`` for each of its calls alone.

    While a block computes, the one that came after it in the pass before is copied already: two
    are on the device at once.
    """
    _Stream(network, device)


class _Stream:
    """Brings blocks to the device in the order of their calls, one ahead.

    The hooks of the blocks hold it. Between passes it holds no blocks, so an unused network is
    freed at once.
    """

    def __init__(self, network: nn.Module, device: str) -> None:
        self._device = device
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="prefetch")
        self._copies = torch.cuda.Stream() if _has_streams(device) else None
        self._follower: WeakKeyDictionary[nn.Module, ref[nn.Module]] = WeakKeyDictionary()
        self._current: nn.Module | None = None
        self._coming: tuple[nn.Module, Future[list[_Visitor]]] | None = None
        self._here: dict[nn.Module, list[_Visitor]] = {}
        network.register_forward_hook(self._end, always_call=True)
        for unit in _units(network):
            unit.register_forward_pre_hook(self._arrive)
            unit.register_forward_hook(self._depart, always_call=True)

    def _end(self, *_: Any) -> None:
        """Drop blocks that were copied but not used, as after an error."""
        self._current = self._coming = None

    def _arrive(self, unit: nn.Module, *_: Any) -> None:
        visitors = self._take(unit)
        _enter(visitors)
        self._here[unit] = visitors
        if self._current is not None:
            self._follower[self._current] = ref(unit)
        self._current = unit
        follower = self._follower[unit]() if unit in self._follower else None
        is_ahead = self._device not in NEVER_AHEAD
        if is_ahead and follower is not None and follower not in self._here:
            self._coming = (follower, self._worker.submit(self._fetch, follower))

    def _depart(self, unit: nn.Module, *_: Any) -> None:
        visitors = self._here.pop(unit, None)
        if visitors is not None:  # None: no room was left for it
            _leave(visitors)

    def _take(self, unit: nn.Module) -> list[_Visitor]:
        expected, fetched = self._coming or (None, None)
        self._coming = None
        if fetched is None or expected is not unit:
            return _copy(unit, self._device)
        try:
            visitors = fetched.result()
        except torch.OutOfMemoryError:  # no room for two: the one before has left meanwhile
            return _copy(unit, self._device)
        if self._copies is not None:
            for visitor in visitors:  # else its memory is given away while the block still reads it
                visitor.there.record_stream(torch.cuda.current_stream())
        return visitors

    def _fetch(self, unit: nn.Module) -> list[_Visitor]:
        with torch.cuda.stream(self._copies) if self._copies is not None else nullcontext():
            visitors = _copy(unit, self._device)
        if self._copies is not None:
            self._copies.synchronize()
        return visitors


def _has_streams(device: str) -> bool:
    """Whether copies run beside the arithmetic."""
    return torch.device(device).type == "cuda"


def _units(network: nn.Module) -> Iterator[nn.Module]:
    for child in network.children():
        is_leaf = any(True for _ in child.parameters(recurse=False)) or not any(child.children())
        if type(child).__name__ in UNITS or is_leaf:
            if any(True for _ in (*child.parameters(), *child.buffers())):
                yield child
        else:
            yield from _units(child)


def _copy(network: nn.Module, device: str) -> list[_Visitor]:
    visitors = []
    for module in network.modules():
        for kept in (module._parameters, module._buffers):  # noqa: SLF001 - to put others there
            for name, value in kept.items():
                if value is None:
                    continue
                there = value.detach().to(device, non_blocking=_has_streams(device))
                if isinstance(value, nn.Parameter):
                    there = nn.Parameter(there, requires_grad=False)
                visitors.append(_Visitor(kept, name, value, there))
    return visitors


def _enter(visitors: list[_Visitor]) -> None:
    for visitor in visitors:
        visitor.kept[visitor.name] = visitor.there


def _leave(visitors: list[_Visitor]) -> None:
    for visitor in visitors:
        visitor.kept[visitor.name] = visitor.home
