"""Reading the arrays of an ONNX file: enough of its format for weights, without a runtime of hundreds of megabytes.

An ONNX file is a protocol buffer: ModelProto.graph (7) holds GraphProto.initializer (5), each a TensorProto with
dims (1), data_type (2), name (8) and raw_data (9).
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

_GRAPH, _INITIALIZER = 7, 5
_DIMENSIONS, _TYPE, _NAME, _RAW = 1, 2, 8, 9
_TYPES: dict[int, Any] = {1: np.float32, 2: np.uint8, 3: np.int8, 6: np.int32, 7: np.int64}
_VARINT, _FIXED_64, _BYTES, _FIXED_32 = 0, 1, 2, 5
_LONGEST_VARINT = 63


def read_weights(model: memoryview) -> dict[str, NDArray[Any]]:
    """Return the arrays of an ONNX model by name, in the file's order, as views; raises ValueError for another file."""
    try:
        return dict(
            tensor
            for graph in _values(model, _GRAPH)
            for stored in _values(graph, _INITIALIZER)
            if (tensor := _tensor(stored)) is not None
        )
    except (IndexError, TypeError, UnicodeDecodeError) as error:
        raise ValueError("this is no ONNX model") from error


def _tensor(stored: memoryview) -> tuple[str, NDArray[Any]] | None:
    """Return name and array; None for one of a type that no weight has."""
    dimensions: list[int] = []
    kind, name, raw = 0, "", memoryview(b"")
    for field, value in _fields(stored):
        if field == _DIMENSIONS:
            dimensions += [value] if isinstance(value, int) else _packed(value)
        elif field == _TYPE and isinstance(value, int):
            kind = value
        elif field == _NAME and isinstance(value, memoryview):
            name = bytes(value).decode()
        elif field == _RAW and isinstance(value, memoryview):
            raw = value
    return (name, np.frombuffer(raw, _TYPES[kind]).reshape(dimensions)) if kind in _TYPES else None


def _values(message: memoryview, wanted: int) -> Iterator[memoryview]:
    for field, value in _fields(message):
        if field == wanted and isinstance(value, memoryview):
            yield value


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    position = 0
    while position < len(message):
        tag, position = _varint(message, position)
        wire = tag & 7
        if wire == _VARINT:
            value, position = _varint(message, position)
            yield tag >> 3, value
            continue
        if wire == _BYTES:
            size, position = _varint(message, position)
        elif wire in {_FIXED_32, _FIXED_64}:
            size = 4 if wire == _FIXED_32 else 8
        else:
            raise ValueError("this is no ONNX model")
        yield tag >> 3, message[position : position + size]
        position += size


def _packed(values: memoryview) -> list[int]:
    numbers, position = [], 0
    while position < len(values):
        number, position = _varint(values, position)
        numbers.append(number)
    return numbers


def _varint(message: memoryview, position: int) -> tuple[int, int]:
    number = shift = 0
    while shift <= _LONGEST_VARINT:
        byte = message[position]
        position += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, position
        shift += 7
    raise ValueError("this is no ONNX model")
