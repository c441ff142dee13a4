"""PyTorch as it looks on machines with GPUs that nobody here has."""

from __future__ import annotations

from types import SimpleNamespace

GIB = 2**30


class FakeGpu:
    """torch.cuda or torch.xpu of a machine; ``did`` says what was asked of it."""

    def __init__(
        self,
        is_there: bool = True,
        name: str = "",
        has_bfloat16: bool = True,
        free_bytes: int | None = 8 * GIB,
    ) -> None:
        """free_bytes: None where the driver does not tell."""
        self.is_there = is_there
        self.name = name
        self.has_bfloat16 = has_bfloat16
        self.free_bytes = free_bytes
        self.did: list[object] = []

    def is_available(self) -> bool:
        return self.is_there

    def get_device_name(self, index: int) -> str:
        return self.name

    def is_bf16_supported(self, including_emulation: bool = True) -> bool:
        return self.has_bfloat16 or including_emulation

    def mem_get_info(self) -> tuple[int, int]:
        if self.free_bytes is None:
            raise RuntimeError("The device doesn't support querying the available free memory.")
        return self.free_bytes, 16 * GIB

    def get_device_properties(self, index: int) -> SimpleNamespace:
        return SimpleNamespace(total_memory=16 * GIB)

    def memory_reserved(self) -> int:
        return 6 * GIB

    def max_memory_allocated(self) -> int:
        return 5 * GIB

    def max_memory_reserved(self) -> int:
        return 6 * GIB

    def reset_peak_memory_stats(self) -> None:
        self.did.append("restarted")

    def synchronize(self) -> None:
        self.did.append("waited")

    def empty_cache(self) -> None:
        self.did.append("emptied")

    def set_per_process_memory_fraction(self, share: float) -> None:
        self.did.append(share)


class FakeMps:
    """torch.mps, which knows neither free memory nor peaks."""

    def __init__(self, held_bytes: int = 1 * GIB, most_bytes: int = 12 * GIB) -> None:
        self.held_bytes = held_bytes
        self.most_bytes = most_bytes
        self.did: list[object] = []

    def driver_allocated_memory(self) -> int:
        return self.held_bytes

    def recommended_max_memory(self) -> int:
        return self.most_bytes

    def synchronize(self) -> None:
        self.did.append("waited")

    def empty_cache(self) -> None:
        self.did.append("emptied")

    def set_per_process_memory_fraction(self, share: float) -> None:
        self.did.append(share)


class FakeTorch:
    """What Accelerators asks torch; a machine without a GPU unless some is handed in."""

    def __init__(
        self,
        cuda: FakeGpu | None = None,
        hip: str | None = None,
        mps: FakeMps | None = None,
        xpu: FakeGpu | None = None,
    ) -> None:
        self.__version__ = "2.13.0+cpu"
        self.cuda = cuda or FakeGpu(is_there=False)
        self.xpu = xpu or FakeGpu(is_there=False)
        self.mps = mps or FakeMps()
        self.backends = SimpleNamespace(mps=SimpleNamespace(is_available=lambda: mps is not None))
        self.version = SimpleNamespace(hip=hip, cuda=None if hip else "13.0")
