"""Reading fields that may be missing or odd: a message is told as far as it is understood."""

from collections.abc import Mapping
from typing import Any

_LARGEST = 1 << 53
_MOST_DIGITS = 40
_NOTHING: Mapping[str, Any] = {}


def mapping(found: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The object under the key; an empty one when there is none."""
    value = found.get(key)
    return value if isinstance(value, Mapping) else _NOTHING


def mappings(found: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The objects in the list under the key."""
    return objects(found.get(key))


def objects(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []


def words(found: Mapping[str, Any], key: str) -> str:
    value = found.get(key)
    return value if isinstance(value, str) else ""


def number(found: Mapping[str, Any], key: str) -> float:
    """A number that others can take; 0 when there is none."""
    value = found.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return value if abs(value) <= _LARGEST else 0


def whole(found: Mapping[str, Any], key: str) -> int:
    """A whole number, also one in quotes, as bits and ids are; 0 when there is none."""
    value = found.get(key)
    if isinstance(value, str):
        return int(value) if value.isdecimal() and len(value) <= _MOST_DIGITS else 0
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def amount(found: Mapping[str, Any], key: str) -> float:
    """A number above zero; 0.0 when there is none."""
    return max(0.0, float(number(found, key)))
