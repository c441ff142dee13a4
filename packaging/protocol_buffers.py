"""Protocol Buffers messages, read without their schema: field numbers and raw values."""

from collections.abc import Iterator


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and value of each field of a message; fixed-size numbers come as bytes."""
    position = 0
    while position < len(message):
        key, position = varint(message, position)
        kind = key & 7
        if kind == 0:
            value, position = varint(message, position)
            yield key >> 3, value
            continue
        size = {1: 8, 5: 4}.get(kind, 0)
        if kind == 2:
            size, position = varint(message, position)
        yield key >> 3, message[position : position + size]
        position += size


def varints(packed: bytes) -> Iterator[int]:
    """The numbers of a packed field."""
    position = 0
    while position < len(packed):
        value, position = varint(packed, position)
        yield value


def varint(message: bytes, position: int) -> tuple[int, int]:
    """The number that begins at ``position``, and where the next one begins."""
    value = shift = 0
    while True:
        byte = message[position]
        position += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, position
