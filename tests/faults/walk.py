"""The one walk that every fault is put into: people write before, during and after it; then everything is counted."""

import asyncio
import contextlib
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox.slack import SlackServer
from sandbox.surface import SurfaceError
from tests.acceptance.dwellers import Dweller, plain
from tests.acceptance.flow import REPEATED, Flow, check, opened, seen
from tests.faults.columns import PLATFORMS
from tests.faults.databases import Postgres
from tests.faults.scene import Scene

BEFORE, DURING, AFTER = 2, 4, 2
BUSY, BUSY_SECONDS = 5, 1.0
QUESTION = "When does my parcel arrive?"
ANSWER = "two to four working days"
PERSON = "I would like to talk to a person please"
HELPED = "Your ticket is #"
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
    is_timed: bool = False
    reorders: frozenset[str] = frozenset()
    flows: dict[str, Flow] = field(default_factory=dict)
    newcomers: list[Dweller] = field(default_factory=list)
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
        if self.is_timed:
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
        if self.is_timed:
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
            self.newcomers.append(newcomer)

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
            await newcomer.sees(HELPED)
        await asyncio.gather(*map(self._goes_on, self.newcomers))
        await self._rest()
        await self.scene.child.until_ready()
        await self.scene.town.settle()
        for flow in self.flows.values():
            # First what is stored: where that is in another order, what is shown is, too.
            await self._check_stored(flow)
            # Only Telegram's readers may see any, and only with the hint: anything else ends the walk here.
            outcome.repeats["telegram"] += check(flow, in_order=not self.reorders)
        for newcomer in self.newcomers:
            outcome.repeats["telegram"] += await self._check_newcomer(newcomer)
        if self.is_timed and self.faulty_seconds > max(4 * self.usual_seconds, self.usual_seconds + 2):
            outcome.slowed = f"{self.usual_seconds:.1f} s became {self.faulty_seconds:.1f} s"
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

    async def _goes_on(self, newcomer: Dweller) -> None:
        """What began in the trouble takes more: no lane of it is stuck."""
        town, words = self.scene.town, f"still {newcomer.called}"
        await newcomer.says(words)
        agent, ends_at = town.agents()[0], time.monotonic() + AT_REST_WITHIN_SECONDS
        while not any(one.count(words) for one in town.threads(agent)):
            assert time.monotonic() < ends_at, f"staff do not see {words!r}"
            await self._pause()

    async def _check_stored(self, flow: Flow) -> None:
        """Every message is in the conversation once and in order, and was shown in the order in which it is there."""
        stored = await self._said(flow.customer)
        for writer, reader, mark in (
            (flow.customer, flow.thread, "there"),
            (flow.thread, flow.customer, "back"),
        ):
            words = [text for text in stored if text.startswith(mark)]
            wanted = [f"{mark}{number}x" for number in range(flow.count)]
            assert sorted(words) == sorted(wanted), f"stored of {flow.customer}: {words}"
            late = self._out_of_turn if writer.platform in self.reorders else set()
            assert [one for one in words if one not in late] == [one for one in wanted if one not in late], (
                f"stored of {flow.customer} in another order: {words}, of which came out of turn: {late}"
            )
            shown = list(dict.fromkeys(word for word, _ in seen(reader, mark)))
            assert shown == words, f"{reader}: {shown}, and stored as {words}"
        await self._check_tickets(flow.customer)
        lost = await self.scene.database.ask("SELECT id, error FROM outbox WHERE state = 'failed'")
        assert not lost, f"given up: {lost}"

    @property
    def _out_of_turn(self) -> set[str]:
        """The words that Slack did not bring, or the bot did not take, when they were said."""
        slack = self.scene.town.servers["slack"]
        assert isinstance(slack, SlackServer)
        return {str((one.get("event") or {}).get("text")) for one in slack.deliveries.out_of_turn}

    async def _said(self, customer: Dweller) -> Sequence[str]:
        rows = await self.scene.database.ask(
            "SELECT m.text FROM messages m JOIN conversations c ON c.id = m.conversation_id "  # noqa: S608 - our own names
            f"JOIN identities i ON i.contact_id = c.contact_id WHERE i.external_id = '{customer.id}' ORDER BY m.id"
        )
        return [text for (text,) in rows]

    async def _check_tickets(self, customer: Dweller) -> None:
        """One ticket, in one thread."""
        rows = await self.scene.database.ask(
            "SELECT t.number, (SELECT count(*) FROM desk_places d WHERE d.ticket_id = t.id) "  # noqa: S608 - as above
            "FROM tickets t JOIN conversations c ON c.id = t.conversation_id "
            f"JOIN identities i ON i.contact_id = c.contact_id WHERE i.external_id = '{customer.id}'"
        )
        assert [threads for _, threads in rows] == [1], f"tickets of {customer}: {rows}"
        town = self.scene.town
        number = rows[0][0]
        cards = [
            one
            for one in town.threads(town.agents()[0])
            if any(re.match(rf"\W*#{number} ", plain(said.text)) for said in one.messages()[:2])
        ]
        is_marked = any(REPEATED in said.text for one in cards for said in one.messages()[:2])
        assert len(cards) == 1 or is_marked, f"{len(cards)} threads for ticket {number}"

    async def _check_newcomer(self, newcomer: Dweller) -> int:
        said = [text for text in await self._said(newcomer) if PERSON in text]
        assert len(said) == 1, f"{newcomer} is stored as {said}"
        await self._check_tickets(newcomer)
        told = [one.text for one in newcomer.heard() if HELPED in plain(one.text)]
        marked = sum(REPEATED in text for text in told)
        assert told, f"{newcomer} was told nothing"
        assert len(told) - 1 <= marked, f"{newcomer} was told twice in silence\n{newcomer.transcript()}"
        assert newcomer.platform == "telegram" or not marked
        return len(told) - 1
