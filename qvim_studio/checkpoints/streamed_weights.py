"""Writes tensors as safetensors one after the other, so that large files take little memory.

The libraries' own ``save_file`` copies every tensor first; this module writes each straight from
its place, such as the mapped pages of another file.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from pathlib import Path

import torch

from qvim_studio.core.engine import IsCancelled, raise_if_cancelled

# https://github.com/huggingface/safetensors#format
DTYPE_NAMES = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.int16: "I16",
    torch.int8: "I8",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}
ALIGNMENT = 8  # bytes: where the values begin
BLOCK_BYTES = 16 * 2**20  # bytes that are written between two checks for a cancel

OnWritten = Callable[[int], None]


def write_streamed(
    tensors: Mapping[str, torch.Tensor],
    path: Path,
    on_written: OnWritten = lambda count: None,
    is_cancelled: IsCancelled = lambda: False,
    block_bytes: int = BLOCK_BYTES,
) -> None:
    """Write a safetensors file of these tensors, in their order and their own types.

    on_written: called with the bytes of each block. Raises OSError, CancelledError (the file is
    then incomplete), and ValueError for a type that safetensors does not support.
    """
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, tensor in tensors.items():
        if tensor.dtype not in DTYPE_NAMES:
            raise ValueError(f"{name} holds {tensor.dtype}, which safetensors does not know")
        begin, end = end, end + tensor.nbytes
        header[name] = {
            "dtype": DTYPE_NAMES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [begin, end],
        }
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % ALIGNMENT)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            values = tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy().data
            for begin in range(0, len(values), block_bytes):
                raise_if_cancelled(is_cancelled)
                block = values[begin : begin + block_bytes]
                file.write(block)
                on_written(len(block))
