"""Finds the layer of a UNet that a file of changes means, in the names of each trainer.

kohya's scripts write underscores for dots, and for UNets of the original code that code's names
(``lora_unet_input_blocks_1_1_…``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from qvim_studio.checkpoints.original_names import RESNET_PARTS, unet_names

KOHYA = "lora_unet_"
PREFIXES = ("base_model.model.", "unet.", "model.", "diffusion_model.", "module.")
_BLOCK = re.compile(r"(input_blocks|output_blocks|middle_block)_(\d+)_(.+)")
_OTHER = re.compile(r"(time_embed|out|film_emb)(?:_(\d+))?")
_DOWN, _MIDDLE = "down_blocks.{}.{}.", "mid_block.attentions."


class LayerNames:
    """The layers of one UNet, by their names in diffusers."""

    def __init__(self, layers: Iterable[str]) -> None:
        self._layers = frozenset(layers)
        self._by_underscores = {layer.replace(".", "_"): layer for layer in self._layers}
        self._resnets = self._count(_DOWN.format(0, "resnets"))
        levels = [self._count(_DOWN.format(level, "attentions")) for level in range(8)]
        self._transformers = max(levels) // max(self._resnets, 1)
        self._last_middle = self._count(_MIDDLE) + 1

    def find(self, name: str, projection: str = "") -> str:
        """The layer of that name. projection: what an attention processor projects, such as
        "to_out". Raises ValueError for a layer that the UNet does not have."""
        if name.startswith(KOHYA):
            plain = name.removeprefix(KOHYA)
            found = self._by_underscores.get(plain) or self._original(plain)
        else:
            for prefix in PREFIXES:
                name = name.removeprefix(prefix)
            plain = f"{name}.{projection.replace('to_out', 'to_out.0')}" if projection else name
            found = plain if plain in self._layers else self._original(plain.replace(".", "_"))
        if found not in self._layers:
            raise ValueError(f"the base has no layer {plain}")
        return found

    def _original(self, plain: str) -> str:
        """The layer that the original code calls so, with underscores; empty without one."""
        name = _dotted(plain)
        if not name:
            return ""
        ends = f"middle_block.{self._last_middle}.in_layers.0.weight"  # says where the middle ends
        try:
            found = unet_names([f"{name}.weight", ends], self._resnets, self._transformers)
        except (ValueError, ZeroDivisionError):
            return ""
        layer = found[f"{name}.weight"].removesuffix(".weight")
        return self._by_underscores.get(layer.replace(".", "_"), "")

    def _count(self, place: str) -> int:
        numbers = {
            layer.removeprefix(place).split(".")[0]
            for layer in self._layers
            if layer.startswith(place)
        }
        return len(numbers)


def _dotted(plain: str) -> str:
    """A name of the original code with the dots that its own parser needs; empty for others."""
    if found := _OTHER.fullmatch(plain):
        return ".".join(filter(None, found.groups()))
    found = _BLOCK.fullmatch(plain)
    if found is None:
        return ""
    kind, number, rest = found.groups()
    for part in RESNET_PARTS:
        rest = rest.replace(part.replace(".", "_"), part)
    place, joint, inside = rest.partition("_")
    if kind != "middle_block" and joint and place.isdigit():
        rest = f"{place}.{inside}"
    return f"{kind}.{number}.{rest}"
