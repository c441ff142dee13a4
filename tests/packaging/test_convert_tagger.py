"""The converter of the tagger: a TensorFlow checkpoint read without TensorFlow."""

from __future__ import annotations

import struct
import types
from pathlib import Path

import numpy as np
import pytest
from converters import field, load_converter, varint

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def converter(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    return load_converter("convert_tagger", monkeypatch)


def block(entries: list[tuple[int, bytes, bytes]]) -> bytes:
    """Shared beginning of the key, rest of the key, value; then one restart point and a trailer."""
    body = b"".join(
        varint(shared) + varint(len(rest)) + varint(len(value)) + rest + value
        for shared, rest, value in entries
    )
    return body + struct.pack("<II", 0, 1) + b"\0" + b"crc "


def entry(shape: tuple[int, ...], offset: int, size: int) -> bytes:
    dimensions = b"".join(field(2, field(1, length)) for length in shape)
    return field(1, 1) + field(2, dimensions) + field(4, offset) + field(5, size)


def test_variables_are_read_from_index_and_values(converter: types.ModuleType) -> None:
    first = np.arange(6, dtype="<f4").reshape(2, 3)
    second = np.arange(300, dtype="<f4")
    data = block(
        [
            (0, b"a/kernel/VARIABLE_VALUE", entry((2, 3), 0, 24)),
            (2, b"mean/VARIABLE_VALUE", entry((300,), 24, 1200)),
            (0, b"graph", entry((), 1224, 4)),
        ]
    )
    size = len(data) - 5
    index = block([(0, b"z", varint(0) + varint(size))])
    handles = varint(0) + varint(0) + varint(len(data)) + varint(len(index) - 5)
    footer = handles.ljust(48, b"\0")
    values = first.tobytes() + second.tobytes() + b"text"
    found = converter.read_bundle(data + index + footer, values)
    assert found.keys() == {"a/kernel/VARIABLE_VALUE", "a/mean/VARIABLE_VALUE"}
    np.testing.assert_array_equal(found["a/kernel/VARIABLE_VALUE"], first)
    np.testing.assert_array_equal(found["a/mean/VARIABLE_VALUE"], second)


def test_normalizations_are_folded_into_their_convolutions(converter: types.ModuleType) -> None:
    rng = np.random.default_rng(0)
    variables = {}
    for number in range(27):
        name = "depthwise_kernel" if number % 2 else "kernel"
        shape = (3, 3, 2, 1) if number % 2 else (1, 1, 2, 2)
        variables[converter.LAYER.format(2 * number, name)] = rng.random(shape)
        for part in ("beta", "moving_mean", "moving_variance"):
            variables[converter.LAYER.format(2 * number + 1, part)] = rng.random(2)
    variables[converter.LAYER.format(54, "kernel")] = rng.random((2, 5))
    variables[converter.LAYER.format(54, "bias")] = rng.random(5)
    folded = converter.convert(variables)

    sound = rng.random(2)
    kernel = variables[converter.LAYER.format(0, "kernel")][0, 0]
    beta, mean, variance = (
        variables[converter.LAYER.format(1, part)]
        for part in ("beta", "moving_mean", "moving_variance")
    )
    expected = (sound @ kernel - mean) / np.sqrt(variance + 1e-4) + beta
    weight = folded["convolutions.0.weight"][:, :, 0, 0].astype(float)
    np.testing.assert_allclose(weight @ sound + folded["convolutions.0.bias"], expected, atol=0.02)
    assert folded["convolutions.1.weight"].shape == (2, 1, 3, 3)
    assert folded["head.weight"].shape == (5, 2)
    assert folded["head.weight"].dtype == np.float16
