"""Measures the most memory that a generation held: of the GPU, or of this process."""

from __future__ import annotations

import sys
from pathlib import Path

from qvim_studio.memory.accelerators import Accelerators

RESET_PEAK = "5"  # Linux: proc(5), clear_refs: the peak resident size starts again


class MemoryMeter:
    """Create the meter before a run and read it afterwards.

    On a GPU it measures what torch allocated, without the driver's memory; on the processor the
    peak resident size of the process, on Linux since the meter was created, elsewhere since the
    process began.
    """

    def __init__(self, device: str, accelerators: Accelerators | None = None) -> None:
        """device: the type of torch.device. accelerators: None asks PyTorch."""
        self._device = device
        self._accelerators = accelerators or Accelerators()
        if device != "cpu":
            self._accelerators.restart_peak(device)
        elif sys.platform == "linux":
            _restart_peak()

    def peak_bytes(self) -> int:
        if self._device == "cpu":
            return process_peak_bytes()
        return self._accelerators.peak_bytes(self._device)


def process_peak_bytes() -> int:
    """The most memory that this process held resident."""
    if sys.platform == "linux":
        # Not getrusage: its maximum is inherited from the parent.
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024
    if sys.platform == "win32":
        import psutil

        return psutil.Process().memory_info().peak_wset
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _restart_peak() -> None:
    try:
        Path("/proc/self/clear_refs").write_text(RESET_PEAK, encoding="ascii")
    except OSError:
        return  # not allowed in some containers: then the peak is that since the start
