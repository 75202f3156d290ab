"""A customer and an agent who go on writing to each other, and the count of what arrived."""

import asyncio

from tests.acceptance.counting import BACK, THERE, Copy, copies_in, count_repeats, word_of
from tests.acceptance.dwellers import Dweller
from tests.acceptance.town import Town

WRITTEN_IN_A_ROUND = 10
PAUSE_SECONDS = 0.1


class Flow:
    """A customer and an agent who go on writing to each other, whatever happens to the bot."""

    def __init__(self, customer: Dweller, thread: Dweller) -> None:
        self.customer, self.thread = customer, thread
        self.count = 0
        """How often both have said something."""
        self._name = customer.name
        self._turn = asyncio.Lock()

    async def go_on(self, times: int = WRITTEN_IN_A_ROUND) -> None:
        for _ in range(times):
            await self.both_write()
            await asyncio.sleep(PAUSE_SECONDS)

    async def both_write(self) -> None:
        # Somebody whose round was cut short may still be in it as the next one begins.
        async with self._turn:
            await self.customer.says(word_of(THERE, self.count, self._name))
            await self.agent_writes()

    async def agent_writes(self) -> None:
        await self.thread.says(word_of(BACK, self.count, self._name))
        self.count += 1

    def written(self, mark: str) -> list[str]:
        """What was said so far: by the customer (THERE), by the agent (BACK)."""
        return [word_of(mark, number, self._name) for number in range(self.count)]

    async def is_complete(self) -> None:
        """Wait for as long as more and more arrives: how much there is to catch up depends on the machine."""
        for reader, mark in ((self.thread, THERE), (self.customer, BACK)):
            while missing := self.missing(reader, mark):
                await reader.town.until(
                    lambda reader=reader, mark=mark, known=missing: self.missing(reader, mark) < known,
                    lambda reader=reader, known=missing: f"{reader} goes on lacking {known}",
                )

    def missing(self, reader: Dweller, mark: str) -> set[str]:
        return set(self.written(mark)) - {one.word for one in seen(reader)}


def seen(reader: Dweller) -> list[Copy]:
    """Everything relayed that the bot shows in this room, with what does not belong there."""
    return copies_in(one.text for one in reader.heard())


def check(flow: Flow, *, in_order: bool = True) -> int:
    """Each message once and in order, except for repeats that say so, on a platform that cannot be asked; how many
    there were.
    """
    return sum(
        count_repeats(
            reader,
            seen(reader),
            flow.written(mark),
            may_be_marked=reader.platform == "telegram",
            in_order=in_order,
        )
        for reader, mark in ((flow.thread, THERE), (flow.customer, BACK))
    )


async def opened(town: Town, platform: str) -> Flow:
    customer = town.newcomer(platform)
    return Flow(customer, await town.claimed(customer, f"Please help {customer.name}"))
