"""Writes an ``.npy`` of float16 samples piece by piece, so that sets may be larger than memory."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

import numpy as np

DTYPE = np.dtype("<f2")


class SampleFile:
    """Append mono samples; after the ``with`` block ``numpy.load`` reads the file."""

    def __init__(self, path: Path) -> None:
        self.length = 0
        self._file: IO[bytes] = path.open("wb")
        self._write_header()

    def append(self, samples: np.ndarray) -> int:
        """Add samples (n,) and return the position of the first."""
        start = self.length
        self._file.write(samples.astype(DTYPE).tobytes())
        self.length += len(samples)
        return start

    def __enter__(self) -> SampleFile:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.seek(0)
        self._write_header()
        self._file.close()

    def _write_header(self) -> None:
        """numpy reserves room for the length to grow, so the header keeps its size."""
        header: dict[str, Any] = {
            "descr": np.lib.format.dtype_to_descr(DTYPE),
            "fortran_order": False,
            "shape": (self.length,),
        }
        np.lib.format.write_array_header_1_0(self._file, header)
