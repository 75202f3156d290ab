"""A customer and an agent who go on writing to each other, and the count of what arrived."""

import asyncio

from tests.acceptance.dwellers import Dweller
from tests.acceptance.town import Town

WRITTEN_IN_A_ROUND = 10
PAUSE_SECONDS = 0.1
REPEATED = "may appear twice"


class Flow:
    """A customer and an agent who go on writing to each other, whatever happens to the bot."""

    def __init__(self, customer: Dweller, thread: Dweller) -> None:
        self.customer, self.thread = customer, thread
        self.count = 0

    async def go_on(self, times: int = WRITTEN_IN_A_ROUND) -> None:
        for _ in range(times):
            await self.customer.says(f"there{self.count}x")
            await self.thread.says(f"back{self.count}x")
            self.count += 1
            await asyncio.sleep(PAUSE_SECONDS)

    async def is_complete(self) -> None:
        """Wait for as long as more and more arrives: how much there is to catch up depends on the machine."""
        for reader, mark in ((self.thread, "there"), (self.customer, "back")):
            while missing := self.missing(reader, mark):
                await reader.town.until(
                    lambda reader=reader, mark=mark, known=missing: self.missing(reader, mark) < known,
                    lambda reader=reader, known=missing: f"{reader} goes on lacking {known}",
                )

    def missing(self, reader: Dweller, mark: str) -> set[str]:
        return {f"{mark}{number}x" for number in range(self.count)} - {one for one, _ in seen(reader, mark)}


def seen(reader: Dweller, mark: str) -> list[tuple[str, bool]]:
    """The relayed messages in their order, and whether each says that it may be a repeat."""
    heard = [one.text for one in reader.heard() if mark in one.text and not one.buttons]
    return [(text[text.index(mark) :].split()[0], REPEATED in text) for text in heard]


def check(flow: Flow, *, in_order: bool = True) -> int:
    """Each message once and in order, except for repeats that say so, on a platform that cannot be asked."""
    repeats = 0
    for reader, mark in ((flow.thread, "there"), (flow.customer, "back")):
        found = seen(reader, mark)
        once = list(dict.fromkeys(word for word, _ in found))
        wanted = [f"{mark}{number}x" for number in range(flow.count)]
        assert once == wanted or (not in_order and sorted(once) == sorted(wanted)), f"{reader}: {once}"
        again = len(found) - len(once)
        marked = sum(is_marked for _, is_marked in found)
        assert again <= marked, f"{reader} was shown silent repeats"
        assert reader.platform == "telegram" or not marked
        repeats += again
    return repeats


async def opened(town: Town, platform: str) -> Flow:
    customer = town.newcomer(platform)
    return Flow(customer, await town.claimed(customer, f"Please help {customer.name}"))
