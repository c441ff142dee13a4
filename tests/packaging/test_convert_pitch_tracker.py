"""The converter of the pitch tracker's network: ONNX read without onnx."""

from __future__ import annotations

import types
import zipfile
from pathlib import Path

import numpy as np
import pytest
from converters import field, load_converter, varint

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def converter(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    return load_converter("convert_pitch_tracker", monkeypatch)


def tensor(name: str, array: np.ndarray, data_type: int, is_packed: bool) -> bytes:
    packed = field(1, b"".join(varint(size) for size in array.shape))
    shape = packed if is_packed else b"".join(field(1, size) for size in array.shape)
    return shape + field(2, data_type) + field(8, name.encode()) + field(9, array.tobytes())


@pytest.mark.parametrize("is_packed", [True, False])
def test_constants_of_a_graph_are_read(converter: types.ModuleType, is_packed: bool) -> None:
    kernel = np.arange(300, dtype="<f4").reshape(2, 150)
    positions = np.array([3, 200_000], "<i4")
    graph = field(1, b"a node") + field(5, tensor("v1", kernel, 1, is_packed))
    graph += field(5, tensor("v2", positions, 6, is_packed))
    fixed = varint(9 << 3 | 5) + b"four" + varint(10 << 3 | 1) + b"eight by"
    constants = converter.read_constants(field(1, 10) + fixed + field(7, graph))
    assert list(constants) == ["v1", "v2"]
    assert np.array_equal(constants["v1"], kernel)
    assert np.array_equal(constants["v2"], positions)


def test_another_version_of_the_network_is_refused(
    converter: types.ModuleType, tmp_path: Path
) -> None:
    wheel = tmp_path / "swift_f0-9.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(converter.MODEL, b"another")
    with pytest.raises(SystemExit, match=r"expected .* \(swift-f0 0\.3\.0\)"):
        converter.main(wheel)
