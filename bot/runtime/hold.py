"""What one part of this process may do alone, for as long as it may."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from adapters import LeaseLostError
from storage import fair_share


class Hold:
    """One `async with lease(names)`: waits for its part, and ends its body when that changes."""

    def __init__(self, names: tuple[str, ...], elsewhere: Callable[[], None]) -> None:
        self.names = names
        self._elsewhere = elsewhere
        self._held: tuple[str, ...] = ()
        self._taken = asyncio.Event()
        self._body: asyncio.Task[object] | None = None
        self._is_lost = False

    async def taken(self) -> tuple[str, ...]:
        """Wait until some of the names are this process's own."""
        await self._taken.wait()
        return self._held

    def see(self, held: frozenset[str], elsewhere: frozenset[str], alive: int) -> None:
        """This process holds these leases, other living ones those; so many processes share them."""
        mine = tuple(name for name in self.names if name in held)
        if not self._taken.is_set():
            if mine:
                self._held = mine
                self._taken.set()
            elif elsewhere.issuperset(self.names):
                self._elsewhere()
        elif mine != self._held or len(mine) > fair_share(len(self.names), alive):
            self.lose()

    def lose(self) -> None:
        """End the body: what it does alone may be another's by now."""
        if self._body is not None and not self._is_lost:
            self._is_lost = True
            self._body.cancel()

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Run the body; raises LeaseLostError in place of the cancellation that `lose` brought."""
        body = self._body = asyncio.current_task()
        try:
            yield
        except asyncio.CancelledError:
            if self._is_lost and body is not None and body.uncancel() == 0:
                raise LeaseLostError("another process may be receiving now") from None
            raise
        finally:
            self._body = None
