"""Which GPU PyTorch can use here, and what it can do: one door to CUDA, ROCm, MPS and XPU.

torch calls NVIDIA's and AMD's "cuda", Apple's "mps" and Intel's "xpu". None of them was at hand:
what PyTorch does not promise of a device is not asked of it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import psutil
import torch

from qvim_studio.core.result import GpuUse

log = logging.getLogger(__name__)

TYPES = ("cuda", "mps", "xpu")  # in the order in which they are taken


@dataclass(frozen=True)
class Accelerator:
    """A GPU that PyTorch can use.

    type: as torch.device has it. title: maker, model and the way PyTorch reaches it. dtype: the
    precision to compute in. has_graphs: passes can be recorded, see graphs.
    """

    type: str
    title: str
    dtype: torch.dtype
    has_graphs: bool = False


class Accelerators:
    """What PyTorch says of this machine. library: torch; tests hand in one of their own."""

    def __init__(self, library: Any = torch) -> None:
        self._torch = library

    @property
    def build(self) -> str:
        """The version of PyTorch, which names what it was built for."""
        return str(self._torch.__version__)

    def find(self) -> Accelerator | None:
        """The GPU that is used; None where there is none."""
        available = (each for each in TYPES if self._is_available(each))
        found = next(available, None)
        return None if found is None else _DESCRIBE[found](self._torch)

    def free_bytes(self, device: str) -> int:
        """What a generation may take now on this type of device.

        Of Apple's, what the system would give without swapping; of those that tell no free memory,
        as some of Intel's, what this process has not taken.
        """
        if device == "mps":
            held = self._torch.mps.driver_allocated_memory()
            free = self._torch.mps.recommended_max_memory() - held
            return max(min(free, psutil.virtual_memory().available), 0)
        module = self._module(device)
        try:
            return int(module.mem_get_info()[0])
        except RuntimeError as error:
            log.info("%s tells no free memory: %s", device, error)
            return int(module.get_device_properties(0).total_memory - module.memory_reserved())

    def use(self, device: str) -> GpuUse:
        """What is held on this type of device now. Apple's tells nothing of other programs, some of
        Intel's neither."""
        if device == "mps":
            held = int(self._torch.mps.driver_allocated_memory())
            return GpuUse(held, held, int(self._torch.mps.recommended_max_memory()))
        module = self._module(device)
        own, total = (
            int(module.memory_reserved()),
            int(module.get_device_properties(0).total_memory),
        )
        try:
            return GpuUse(own, total - int(module.mem_get_info()[0]), total)
        except RuntimeError:
            return GpuUse(own, own, total)

    def restart_peak(self, device: str) -> None:
        """Forget the most that was allocated; Apple's GPUs do not count it."""
        if device != "mps":
            self._module(device).reset_peak_memory_stats()

    def peak_bytes(self, device: str) -> int:
        """The most that was allocated since then; of Apple's, what is held now, and the allocator
        gives nothing back by itself."""
        if device == "mps":
            return int(self._torch.mps.driver_allocated_memory())
        return int(self._module(device).max_memory_allocated())

    def peak_reserved_bytes(self, device: str) -> int:
        """The same with what PyTorch keeps for later."""
        if device == "mps":
            return self.peak_bytes(device)
        return int(self._module(device).max_memory_reserved())

    def limit_memory(self, device: str, most_bytes: int) -> None:
        """Let this process take no more of the device's memory."""
        module = self._module(device)
        whole = module.recommended_max_memory() if device == "mps" else module.mem_get_info()[1]
        module.set_per_process_memory_fraction(min(1.0, most_bytes / whole))

    def synchronize(self, device: str) -> None:
        """Wait until everything asked for has been computed."""
        self._module(device).synchronize()

    def free_caches(self) -> None:
        """Give what PyTorch keeps for later back to the GPUs."""
        for device in TYPES:
            if self._is_available(device):
                self._module(device).empty_cache()

    def _is_available(self, device: str) -> bool:
        if device == "mps":
            return bool(self._torch.backends.mps.is_available())
        return bool(self._module(device).is_available())

    def _module(self, device: str) -> Any:
        return getattr(self._torch, device)


def read_gpu_use(accelerators: Accelerators | None = None) -> GpuUse | None:
    """Of the GPU that is used, now; None where there is none."""
    accelerators = accelerators or Accelerators()
    found = accelerators.find()
    return None if found is None else accelerators.use(found.type)


def _cuda(library: Any) -> Accelerator:
    """NVIDIA's, or AMD's under the same name: torch.version.hip tells them apart."""
    name = library.cuda.get_device_name(0)
    has_bfloat16 = library.cuda.is_bf16_supported(including_emulation=False)
    dtype = torch.bfloat16 if has_bfloat16 else torch.float16
    if library.version.hip:
        return Accelerator("cuda", f"{name} (ROCm {library.version.hip})", dtype)
    title = f"{name} (CUDA {library.version.cuda})"
    return Accelerator("cuda", title, dtype, has_graphs=True)


def _mps(_library: Any) -> Accelerator:
    """In float32: half precision differs between generations of chips."""
    return Accelerator("mps", "Apple GPU (MPS)", torch.float32)


def _xpu(library: Any) -> Accelerator:
    name = library.xpu.get_device_name(0)
    dtype = (
        torch.bfloat16
        if library.xpu.is_bf16_supported(including_emulation=False)
        else torch.float16
    )
    return Accelerator("xpu", f"{name} (XPU)", dtype)


_DESCRIBE = {"cuda": _cuda, "mps": _mps, "xpu": _xpu}
