"""Finds the GPU that PyTorch can use, and its abilities: one interface to CUDA, ROCm, MPS and XPU.

torch calls GPUs of NVIDIA and AMD "cuda", of Apple "mps" and of Intel "xpu". The code was written
without any of them and uses only what PyTorch documents for a device.
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

    type: as in torch.device. title: maker, model and PyTorch's backend. dtype: the precision to
    compute in. has_graphs: whether passes can be recorded, see memory.graphs.
    """

    type: str
    title: str
    dtype: torch.dtype
    has_graphs: bool = False


class Accelerators:
    """The GPUs of this machine. library: torch, or a stand-in in tests."""

    def __init__(self, library: Any = torch) -> None:
        self._torch = library

    @property
    def build(self) -> str:
        """The version of PyTorch, which names what it was built for."""
        return str(self._torch.__version__)

    def find(self) -> Accelerator | None:
        """The GPU in use; None without a GPU."""
        available = (each for each in TYPES if self._is_available(each))
        found = next(available, None)
        return None if found is None else _DESCRIBE[found](self._torch)

    def count(self) -> int:
        """The number of GPUs of the type in use; 0 without a GPU."""
        found = self.find()
        if found is None:
            return 0
        if found.type == "mps":  # Apple's machines have one
            return 1
        return int(self._module(found.type).device_count())

    def free_bytes(self, device: str) -> int:
        """The bytes that a generation may take at present on this type of device.

        For Apple's GPUs, the bytes that the system would give without swapping. For GPUs that do
        not report free memory, such as some of Intel's, the total less what this process holds.
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
        """The memory in use on this type of device. Apple's GPUs and some of Intel's do not report
        other programs."""
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
        """Reset the peak of allocated bytes; Apple's GPUs keep no peak."""
        if device != "mps":
            self._module(device).reset_peak_memory_stats()

    def peak_bytes(self, device: str) -> int:
        """The peak of allocated bytes since restart_peak; for Apple's GPUs the bytes held at
        present, because their allocator frees nothing by itself."""
        if device == "mps":
            return int(self._torch.mps.driver_allocated_memory())
        return int(self._module(device).max_memory_allocated())

    def peak_reserved_bytes(self, device: str) -> int:
        """As peak_bytes, with the memory that PyTorch's allocator keeps for later."""
        if device == "mps":
            return self.peak_bytes(device)
        return int(self._module(device).max_memory_reserved())

    def limit_memory(self, device: str, most_bytes: int) -> None:
        """Let this process take no more than ``most_bytes`` of the device's memory."""
        module = self._module(device)
        whole = module.recommended_max_memory() if device == "mps" else module.mem_get_info()[1]
        module.set_per_process_memory_fraction(min(1.0, most_bytes / whole))

    def synchronize(self, device: str) -> None:
        """Wait until everything asked for has been computed."""
        self._module(device).synchronize()

    def free_caches(self) -> None:
        """Free the memory that PyTorch's allocator keeps for later."""
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
    """The memory of the GPU in use; None without a GPU."""
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
