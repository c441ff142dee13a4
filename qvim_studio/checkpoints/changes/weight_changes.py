"""What a trained change adds to the weight of one layer: LoRA, LoHa and LoKr.

LoRA is a product of two matrices (Hu et al. 2022); LoHa the elementwise product of two such
products (Hyeon-Woo et al., "FedPara", 2022); LoKr a Kronecker product (Edalati et al., "KronA",
2022).
LyCORIS (Yeh et al. 2024) names the tensors of the last two.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch

Tensors = Mapping[str, torch.Tensor]


@dataclass(frozen=True, eq=False)
class WeightChange(ABC):
    """The change of one layer. kind: its name among people who train such changes. scale:
    alpha / rank."""

    kind: ClassVar[str]
    scale: float

    @property
    @abstractmethod
    def rank(self) -> int:
        """Of its smallest matrices; 0 where it has none."""

    @abstractmethod
    def delta(self) -> torch.Tensor:
        """What is added at full strength, before the scale: float32, (out, …)."""

    def added_to(self, weight: torch.Tensor, strength: float) -> torch.Tensor:
        """The changed weight, in its own type. Raises ValueError if the shapes do not fit."""
        try:
            delta = self.delta()
        except RuntimeError as error:
            raise ValueError("its matrices do not fit together") from error
        if len(delta) != len(weight) or delta.numel() != weight.numel():
            raise ValueError(
                f"it changes {len(delta)} x {delta.numel() // len(delta)} values where "
                f"{tuple(weight.shape)} are"
            )
        change = strength * self.scale * delta.to(weight.device)
        return (weight.float() + change.view_as(weight)).to(weight.dtype)


@dataclass(frozen=True, eq=False)
class LowRankPair(WeightChange):
    """LoRA. down (rank, …), up (out, rank, …)."""

    down: torch.Tensor
    up: torch.Tensor
    kind: ClassVar[str] = "LoRA"

    @property
    def rank(self) -> int:
        return len(self.down)

    def delta(self) -> torch.Tensor:
        return self.up.float().flatten(1) @ self.down.float().flatten(1)


@dataclass(frozen=True, eq=False)
class HadamardPair(WeightChange):
    """LoHa. parts: ``w1_a`` (out, rank) and ``w1_b`` (rank, …), the same of ``w2``; with the cores
    ``t1`` and ``t2`` (rank, rank, kernel) of a convolution, ``w1_a`` is (rank, out)."""

    parts: Tensors
    kind: ClassVar[str] = "LoHa"

    @property
    def rank(self) -> int:
        return len(self.parts["w1_b"])

    def delta(self) -> torch.Tensor:
        return _product(self.parts, "1") * _product(self.parts, "2")


@dataclass(frozen=True, eq=False)
class KroneckerPair(WeightChange):
    """LoKr. parts: ``w1`` (a, b) and ``w2`` (c, d, …) of a layer (a · c, b · d, …), each whole or
    as a product of ``_a`` and ``_b``; ``t2``: the core of a convolution's second factor."""

    parts: Tensors
    kind: ClassVar[str] = "LoKr"

    @property
    def rank(self) -> int:
        return len(next((self.parts[n] for n in ("w2_b", "w1_b") if n in self.parts), ()))

    def delta(self) -> torch.Tensor:
        first, second = self._factor("1"), self._factor("2")
        first = first.reshape(*first.shape, *[1] * (second.ndim - first.ndim))
        return torch.kron(first, second.contiguous())

    def _factor(self, number: str) -> torch.Tensor:
        whole = self.parts.get(f"w{number}")
        if whole is not None:
            return whole.float()
        return _product(self.parts, number)


def _product(parts: Tensors, number: str) -> torch.Tensor:
    """One factor of two matrices, with its core where it has one."""
    first, second = parts[f"w{number}_a"].float(), parts[f"w{number}_b"].float()
    core = parts.get(f"t{number}")
    if core is None:
        return first.flatten(1) @ second.flatten(1)
    return torch.einsum("ijkl,ip,jr->prkl", core.float(), first, second)
