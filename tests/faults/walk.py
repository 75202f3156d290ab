"""The one walk that every fault is put into: people write before, during and after it; then everything is counted."""

import asyncio
import contextlib
import time
from collections import Counter
from dataclasses import dataclass, field

from sandbox.slack import SlackServer
from sandbox.surface import SurfaceError
from tests.acceptance.counting import slowed
from tests.acceptance.flow import Flow, opened
from tests.faults.account import HELPED, PERSON, Account, Newcomer
from tests.faults.columns import PLATFORMS
from tests.faults.databases import Postgres
from tests.faults.scene import Scene

BEFORE, DURING, AFTER = 2, 4, 2
BUSY, BUSY_SECONDS = 5, 1.0
QUESTION = "When does my parcel arrive?"
ANSWER = "two to four working days"
REDELIVERED_AFTER_SECONDS = (61.0, 301.0)
"""When Slack brings again what was not acknowledged; Telegram's pauses are shorter."""
AT_REST_WITHIN_SECONDS = 100.0


@dataclass(slots=True)
class Outcome:
    """What the walk of one fault came to."""

    repeats: Counter[str] = field(default_factory=Counter)
    """Second copies that people saw, each with the hint that says so: by platform."""
    healed_seconds: float = 0.0
    """After so long nothing was pending any more."""
    slowed: str = ""
    """How much longer the other platforms took, when that was too much."""
    kills: int = 0
    """How often the process was killed."""


@dataclass(slots=True)
class Walk:
    scene: Scene
    target: str
    """The platform that the fault is about; the staff sit there too."""
    spares_others: bool = False
    """Somebody asks something on the other platforms while the trouble lasts, and is answered before it is over."""
    is_timed: bool = False
    """And in about the same time as before."""
    reorders: frozenset[str] = frozenset()
    flows: dict[str, Flow] = field(default_factory=dict)
    newcomers: list[Newcomer] = field(default_factory=list)
    usual_seconds: float = 0.0
    faulty_seconds: float = 0.0

    @property
    def flow(self) -> Flow:
        """The exchange that has the fault at both of its ends."""
        return self.flows[self.target]

    # -- before

    async def begin(self) -> None:
        flows = await asyncio.gather(*(self._opened(platform) for platform in PLATFORMS))
        self.flows = dict(zip(PLATFORMS, flows, strict=True))
        await self.write(BEFORE)
        for flow in self.flows.values():
            await flow.is_complete()
        if self.spares_others and self.is_timed:
            self.usual_seconds = await self.answered_elsewhere()

    async def _opened(self, platform: str) -> Flow:
        """On a busy machine a command or a button may find no answer in time, before there is any fault."""
        for _ in range(BUSY):
            with contextlib.suppress(SurfaceError):
                return await opened(self.scene.town, platform)
            await asyncio.sleep(BUSY_SECONDS)
        return await opened(self.scene.town, platform)

    async def write(self, times: int) -> None:
        await asyncio.gather(*(flow.go_on(times) for flow in self.flows.values()))

    # -- during

    async def go_through(self) -> None:
        """Everybody goes on writing, and on each platform somebody new asks for a person."""
        await asyncio.gather(self.write(DURING), self.ask_anew())
        if self.spares_others:
            self.faulty_seconds = await self.answered_elsewhere()

    async def ask_anew(self) -> None:
        town = self.scene.town
        for platform in PLATFORMS:
            newcomer = town.newcomer(platform)
            if platform == "discord":
                # A first direct message on Discord is in a chat that no bot can find out about afterwards.
                forum = town.room(newcomer, "questions").id
                post = await newcomer.server.open_thread(newcomer.id, forum, "A wish", PERSON)
                newcomer = newcomer.at(post)
            else:
                await newcomer.says(PERSON)
            self.newcomers.append(Newcomer(newcomer))

    async def answered_elsewhere(self) -> float:
        """How long somebody waits for an answer on the platforms that have nothing to do with it."""
        others = [one for one in PLATFORMS if one != self.target]
        return max(await asyncio.gather(*(self._answered(one) for one in others)))

    async def _answered(self, platform: str) -> float:
        customer = self.scene.town.newcomer(platform)
        begun_at = time.monotonic()
        await customer.says(QUESTION)
        await customer.sees(ANSWER)
        return time.monotonic() - begun_at

    # -- after

    async def end(self) -> Outcome:
        await self.scene.child.until_ready()
        await self.write(AFTER)
        for seconds in REDELIVERED_AFTER_SECONDS:
            await asyncio.sleep(0.5)
            await self.scene.later(seconds)
        begun_at = time.monotonic()
        await self._rest()
        outcome = Outcome(healed_seconds=time.monotonic() - begun_at, kills=self.scene.child.kills)
        for flow in self.flows.values():
            await flow.is_complete()
        for newcomer in self.newcomers:
            await newcomer.dweller.sees(HELPED)
        await asyncio.gather(*map(self.goes_on, self.newcomers))
        await self._rest()
        await self.scene.child.until_ready()
        await self.scene.town.settle()
        flows = list(self.flows.values())
        account = Account(self.scene, self.target, self.reorders, flows, self.newcomers)
        outcome.repeats["telegram"] = await account.check()
        if self.spares_others and self.is_timed:
            outcome.slowed = slowed(self.usual_seconds, self.faulty_seconds)
        return outcome

    async def _rest(self) -> None:
        """Wait until nothing is pending, for as long as the pauses between tries may last."""
        ends_at = time.monotonic() + AT_REST_WITHIN_SECONDS
        while left := await self._pending():
            assert time.monotonic() < ends_at, f"still pending: {left}"
            await self._pause()

    async def _pause(self) -> None:
        await asyncio.sleep(0.3)
        if self._slack_rests:
            await self.scene.later(1.0 + max(REDELIVERED_AFTER_SECONDS) / 10)

    async def _pending(self) -> dict[str, int]:
        rows = await self.scene.database.ask(
            "SELECT 'events', count(*) FROM intake WHERE state <> 'handled' "
            "UNION ALL SELECT 'actions', count(*) FROM outbox WHERE state = 'pending'"
        )
        if isinstance(self.scene.database, Postgres):
            # What such a process holds, nobody else may do.
            rows += await self.scene.database.ask(
                "SELECT 'processes beyond their time', count(*) FROM processes WHERE alive_until < clock_timestamp()"
            )
        left = {what: count for what, count in rows if count}
        if self._slack_rests:
            left["deliveries of Slack"] = self._slack_rests
        return left

    @property
    def _slack_rests(self) -> int:
        """How many deliveries Slack will only try again after minutes."""
        slack = self.scene.town.servers["slack"]
        assert isinstance(slack, SlackServer)
        return slack.deliveries.resting

    async def goes_on(self, newcomer: Newcomer) -> None:
        """What began in the trouble takes more: no lane of it is stuck."""
        town, word = self.scene.town, newcomer.word
        await newcomer.dweller.says(word)
        agent, ends_at = town.agents()[0], time.monotonic() + AT_REST_WITHIN_SECONDS
        while newcomer.thread is None:
            assert time.monotonic() < ends_at, f"staff do not see {word!r}"
            newcomer.thread = next((one for one in town.threads(agent) if one.count(word)), None)
            await self._pause()
