"""A memory that forgets: bounded in number and, if wanted, in time. Lives in the event loop and goes by its clock."""

import asyncio
from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """The last `size` entries, none older than `seconds`."""

    def __init__(self, size: int, seconds: float | None = None) -> None:
        self._size, self._seconds = size, seconds
        self._entries: OrderedDict[K, tuple[float, V]] = OrderedDict()

    def put(self, key: K, value: V) -> None:
        # Asking for the loop is a call of the system, and most memories have no use for the time.
        put_at = asyncio.get_running_loop().time() if self._seconds is not None else 0.0
        self._entries[key] = (put_at, value)
        self._entries.move_to_end(key)
        if len(self._entries) > self._size:
            self._entries.popitem(last=False)

    def get(self, key: K) -> V | None:
        return self._entries[key][1] if key in self else None

    def pop(self, key: K) -> V | None:
        value = self.get(key)
        self._entries.pop(key, None)
        return value

    def __contains__(self, key: K) -> bool:
        entry = self._entries.get(key)
        if entry is None:
            return False
        if self._seconds is not None and asyncio.get_running_loop().time() - entry[0] > self._seconds:
            del self._entries[key]
            return False
        return True
