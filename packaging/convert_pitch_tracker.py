"""Makes ``resources/pitch/model.safetensors`` from the wheel of swift-f0 0.3.0 (MIT).

    pip download --no-deps swift-f0==0.3.0
    python packaging/convert_pitch_tracker.py swift_f0-0.3.0-py3-none-any.whl

The wheel holds the network as one ONNX file; its constants are read here with a few lines of
Protocol Buffers, so that neither onnx nor onnxruntime is ever installed. Weights keep their values;
the three filter banks stay sparse (flat position in (bins, 128) and weight).
"""

import hashlib
import sys
import zipfile
from pathlib import Path

import numpy as np
from protocol_buffers import fields, varints
from safetensors.numpy import save_file

MODEL = "swift_f0/model.onnx"
MODEL_SHA256 = "6385e8c2ebc3872e82c9ff5946228de44cd3be77a750ea53698b7dbfe94b0a22"
TARGET = Path(__file__).resolve().parent.parent / "resources" / "pitch" / "model.safetensors"
BLOCKS = ((357, 361), (366, 370), (375, 379), (384, 388), (393, 397), (402, 406))
# Name of each layer → number of its weight among the graph's values; its bias has the next one.
LAYERS = {
    "stem": 353,
    **{f"blocks.{n}.first": first for n, (first, _) in enumerate(BLOCKS)},
    **{f"blocks.{n}.second": second for n, (_, second) in enumerate(BLOCKS)},
    "head": 413,
    "evidence": 417,
    "pitch": 425,
    "voicing.hidden": 430,
    "voicing.output": 434,
}
BANKS = {1024: 123, 2048: 241, 512: 342}
# Fields of ONNX's ModelProto, GraphProto and TensorProto, and its numbers for data types.
GRAPH, INITIALIZER = 7, 5
DIMS, DATA_TYPE, NAME, RAW_DATA = 1, 2, 8, 9
DTYPES = {1: "<f4", 6: "<i4", 7: "<i8", 11: "<f8"}


def main(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        model = archive.read(MODEL)
    found = hashlib.sha256(model).hexdigest()
    if found != MODEL_SHA256:
        raise SystemExit(f"{MODEL} in {wheel} is {found}, expected {MODEL_SHA256} (swift-f0 0.3.0)")
    TARGET.parent.mkdir(exist_ok=True)
    save_file(convert(read_constants(model)), TARGET)


def convert(constants: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What ``audio.following.pitch`` expects; kernels have the shape (out, in, bands, time)."""
    converted: dict[str, np.ndarray] = {}
    for name, number in LAYERS.items():
        kernel = constants[f"v{number}"]
        is_over_time = kernel.ndim == 3
        converted[f"{name}.weight"] = kernel[:, :, None] if is_over_time else kernel
        converted[f"{name}.bias"] = constants[f"v{number + 1}"]
    for size, number in BANKS.items():
        converted[f"bands.{size}.position"] = constants[f"v{number}"]
        converted[f"bands.{size}.weight"] = constants[f"v{number + 1}"]
    return converted


def read_constants(model: bytes) -> dict[str, np.ndarray]:
    """The initializers of an ONNX file's graph by their names."""
    graph = next(value for field, value in fields(model) if field == GRAPH)
    assert isinstance(graph, bytes)
    tensors = (value for field, value in fields(graph) if field == INITIALIZER)
    return dict(_read_tensor(value) for value in tensors if isinstance(value, bytes))


def _read_tensor(message: bytes) -> tuple[str, np.ndarray]:
    shape: list[int] = []
    dtype, name, raw = "", "", b""
    for field, value in fields(message):
        if isinstance(value, int):
            if field == DIMS:
                shape.append(value)
            elif field == DATA_TYPE:
                dtype = DTYPES[value]
        elif field == DIMS:
            shape.extend(varints(value))
        elif field == NAME:
            name = value.decode()
        elif field == RAW_DATA:
            raw = value
    return name, np.frombuffer(raw, dtype).reshape(shape)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
