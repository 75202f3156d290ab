"""JSON as servers write it, which is not always as it should be: one odd value must not take everything with it."""

import json
import math
from typing import Any

import orjson

_LEAST, _MOST = -(1 << 63), (1 << 64) - 1


def loads(text: bytes | str) -> Any:
    """The value: a half of a character becomes a question mark, a number out of range null. Raises ValueError."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return _read_leniently(text)


def _read_leniently(text: bytes | str) -> Any:
    """As the standard library reads it, which minds less, in a form that can be written again."""
    whole = text.decode("utf-8-sig", errors="replace") if isinstance(text, bytes) else text
    try:
        value = json.loads(whole, parse_int=_number, parse_float=_number, parse_constant=_number)
        return orjson.loads(json.dumps(value, ensure_ascii=False).encode(errors="replace"))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _number(written: str) -> int | float | None:
    value = float(written)
    if not math.isfinite(value):
        return None
    is_whole = written.removeprefix("-").isdecimal() and _LEAST <= int(written) <= _MOST
    return int(written) if is_whole else value
