"""A UNet's passes replayed as CUDA graphs.

A pass launches about 750 kernels, and a large GPU may spend more time waiting than computing.

The kernels stay the same. A graph belongs to the shapes of its inputs and is captured when a later
request repeats them, so that nobody's first sound waits for it.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import torch

from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.modes import FULL_BITS, GRAPHS_KEPT

log = logging.getLogger(__name__)

WARM_UP_PASSES = 3  # libraries choose their kernels first (PyTorch's notes on CUDA graphs)

Pass = Callable[..., torch.Tensor]
Shapes = tuple[tuple[int, ...], ...]


def can_replay(plan: ComputePlan) -> bool:
    """Whether all weights stay at fixed addresses on the GPU, where a graph expects them."""
    traits = plan.traits
    is_whole = not traits.swaps_parts and traits.stored_bits == FULL_BITS
    records = plan.accelerator is not None and plan.accelerator.has_graphs
    return records and is_whole and not plan.streams


class ReplayedUnet:
    """Stands in for a UNet without cross-attention, for one thread.

    The graphs of the last few shapes are kept; each holds the activations of one pass. If the
    driver refuses a capture, passes run as usual.
    """

    def __init__(
        self, unet: Any, capture: Callable[[Pass, tuple[torch.Tensor, ...]], Pass]
    ) -> None:
        """unet: a UNet of diffusers. capture: capture_pass, or a stand-in without a GPU."""
        self._unet = unet
        self._capture = capture
        self._replays: OrderedDict[Shapes, Pass] = OrderedDict()
        self._met: set[Shapes] = set()
        self._met_before: set[Shapes] = set()
        self._is_refused = False

    @property
    def dtype(self) -> torch.dtype:
        return self._unet.dtype

    def begin_request(self) -> None:
        """Begin a request: shapes met so far get a graph when they come again."""
        self._met_before |= self._met
        self._met.clear()

    def __call__(
        self,
        sample: torch.Tensor,
        timestep: torch.Tensor,
        encoder_hidden_states: None,
        class_labels: torch.Tensor,
        return_dict: bool = False,
    ) -> tuple[torch.Tensor]:
        """As UNet2DConditionModel; timestep: (), on the UNet's device."""
        inputs = (sample, timestep, class_labels)
        shapes = tuple(tuple(value.shape) for value in inputs)
        self._met.add(shapes)
        if shapes not in self._replays and shapes in self._met_before and not self._is_refused:
            self._remember(shapes, inputs)
        if shapes not in self._replays:
            return (self._pass(*inputs),)
        self._replays.move_to_end(shapes)
        return (self._replays[shapes](*inputs),)

    def _pass(
        self, sample: torch.Tensor, timestep: torch.Tensor, labels: torch.Tensor
    ) -> torch.Tensor:
        given = {"encoder_hidden_states": None, "class_labels": labels, "return_dict": False}
        return self._unet(sample, timestep, **given)[0]

    def _remember(self, shapes: Shapes, inputs: tuple[torch.Tensor, ...]) -> None:
        while len(self._replays) >= GRAPHS_KEPT:
            self._replays.popitem(last=False)
        try:
            self._replays[shapes] = self._capture(self._pass, inputs)
        except RuntimeError as error:
            log.warning("CUDA graphs are not used any more: %s", error)
            self._is_refused = True
            self._replays.clear()


def capture_pass(compute: Pass, inputs: tuple[torch.Tensor, ...]) -> Pass:
    """Record ``compute`` over copies of the inputs; what it returns takes others of their shapes.

    Raises RuntimeError if the driver cannot, or the memory is full.
    """
    fixed = tuple(value.clone() for value in inputs)
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(WARM_UP_PASSES):
            compute(*fixed)
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    # Other threads may go on asking the driver for its free memory.
    with torch.cuda.graph(graph, capture_error_mode="thread_local"):
        result = compute(*fixed)

    def replay(*values: torch.Tensor) -> torch.Tensor:
        for place, value in zip(fixed, values, strict=True):
            place.copy_(value)
        graph.replay()
        return result.clone()

    return replay
