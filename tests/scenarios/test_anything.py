"""People do anything in any order, and platforms fail; whatever happens, some things must always hold."""

import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.core.outgoing import Outgoing, Post, Refusal, SendError
from bot.core.places import MessageAt, Place
from bot.core.ticket import TicketStatus
from bot.runtime import dispatcher
from storage import UnitOfWork
from tests.stage import Person, Stage, open_stage

SECRET = "between us"
STEPS = 250
WORDS = [
    "Where is my parcel?",
    "I want to talk to a human",
    "thanks!",
    "it still does not work",
    "4",
    "hello",
    "👍",
    "*odd* [text](<http://x>) \\ `code`",
    "",
]


class Town:
    """A few people who do whatever comes to their mind."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self.stage = stage
        self.chance = random.Random(seed)  # noqa: S311 - a repeatable chance, not a secret
        self.customers = [
            stage.person("telegram", "Dana"),
            stage.person("discord", "Eli"),
            stage.person("slack", "Fay"),
        ]
        self.agents = [stage.agent("Ana"), stage.agent("Ben")]
        self.volunteers = [
            stage.person("discord", "Vera", is_colleague=True),
            stage.person("telegram", "Olga"),
        ]
        self.said: list[tuple[Person, MessageAt]] = []

    def threads(self) -> list[Place]:
        """Those that nobody has deleted."""
        gone = self.stage.staff_platform.scenery.gone
        return [place for place in self.stage.threads() if place.key not in gone]

    async def do_something(self) -> None:
        deeds: list[Callable[[], Awaitable[object]]] = [
            self.customer_speaks,
            self.customer_speaks,
            self.customer_commands,
            self.staff_speak,
            self.staff_speak,
            self.staff_command,
            self.staff_command,
            self.somebody_presses,
            self.somebody_presses,
            self.somebody_presses,
            self.somebody_changes_their_mind,
            self.volunteer_moves,
            self.world_changes,
        ]
        await self.chance.choice(deeds)()

    async def customer_speaks(self) -> None:
        who = self.chance.choice(self.customers)
        files = (who.file("a.jpg"),) if self.chance.random() < 0.2 else ()
        text = self.chance.choice(WORDS)
        if text or files:
            self.said.append((who, await who.says(text, files=files)))

    async def customer_commands(self) -> None:
        who = self.chance.choice(self.customers)
        command = self.chance.choice(
            ["human", "ticket", "ticket my shelf", "stop", "stop off", "help", "start"]
        )
        name, _, arguments = command.partition(" ")
        await who.gives(name, arguments)

    async def staff_speak(self) -> None:
        if not (threads := self.threads()):
            return
        who, place = self.chance.choice(self.agents), self.chance.choice(threads)
        text = self.chance.choice([f"// {SECRET}", "Hello there", "One *moment*", f"**//** {SECRET}"])
        self.said.append((who, await who.says(text, at=place)))

    async def staff_command(self) -> None:
        who = self.chance.choice([*self.agents, *self.volunteers])
        name = self.chance.choice(
            ["claim", "release", "resolve", "reopen", "queue", "note", "sos", "volunteer"]
        )
        arguments = self.chance.choice(
            ["", "1", "2", "#3", "#1 " + SECRET, "end", "on shelves", "off", "nonsense"]
        )
        threads = self.stage.threads()
        place = (
            self.chance.choice(threads)
            if threads and who in self.agents and self.chance.random() < 0.5
            else None
        )
        await who.gives(name, arguments, at=place)

    async def somebody_presses(self) -> None:
        who = self.chance.choice([*self.customers, *self.agents, *self.volunteers])
        seen = [
            (one.at, button)
            for one in self.stage.platform(who.platform).scenery.shown
            for button in one.content.buttons
            if not one.is_removed and one.at.place.key not in self.stage.staff_platform.scenery.gone
        ]
        if seen:
            at, button = self.chance.choice(seen)
            await who.presses_this(button, at)

    async def somebody_changes_their_mind(self) -> None:
        if not self.said:
            return
        who, at = self.chance.choice(self.said)
        deed = self.chance.choice(["edit", "note", "delete", "react"])
        if deed == "edit":
            await who.edits(at, "in other words")
        elif deed == "note":
            await who.edits(at, f"// {SECRET}" if who in self.agents else "a customer's // strokes")
        elif deed == "delete":
            await who.deletes(at)
        else:
            await self.chance.choice([*self.customers, *self.agents]).reacts(at, "👍")

    async def volunteer_moves(self) -> None:
        who = self.chance.choice(self.volunteers)
        text = self.chance.choice(["Hello from a volunteer", f"// {SECRET}"])
        self.said.append((who, await who.says(text)))

    async def world_changes(self) -> None:
        change = self.chance.choice(["time", "time", "thread", "blocked", "back", "refusal", "home"])
        if change == "time":
            await self.stage.later(minutes=self.chance.choice([1, 20, 60 * 9]))
        elif change == "thread" and (threads := self.threads()):
            place = self.chance.choice(threads)
            await self.stage.loses_place(place, is_reported=self.chance.random() < 0.5)
        elif change == "blocked":
            await self.chance.choice([*self.customers, *self.volunteers]).blocks(
                is_reported=self.chance.random() < 0.5
            )
        elif change == "back":
            for who in [*self.customers, *self.volunteers]:
                await who.lets_in_again()
        elif change == "refusal":
            self.refuse_the_next(self.chance.choice(list(Refusal)))
        else:
            await self.chance.choice([*self.customers, *self.agents, *self.volunteers]).opens_home()

    def refuse_the_next(self, refusal: Refusal) -> None:
        errors = iter([SendError("chance", refusal=refusal), SendError("chance", is_uncertain=True)])

        def failing(outgoing: Outgoing) -> SendError | None:
            return next(errors, None) if isinstance(outgoing, Post) else None

        self.chance.choice(list(self.stage.platforms.values())).failing = failing


def look(work: UnitOfWork) -> list[str]:
    """What is wrong in the books."""
    wrong = []
    for number in range(1, 200):
        ticket = work.tickets.numbered(number)
        if ticket is None:
            break
        conversation = work.conversations.get(ticket.conversation_id)
        if ticket.is_open and conversation.is_resolved:
            wrong.append(f"#{number} is open in a resolved conversation")
        if (ticket.status is TicketStatus.CLAIMED) != (ticket.claimed_by is not None) and ticket.is_open:
            wrong.append(f"#{number} is {ticket.status} and held by {ticket.claimed_by}")
    counts = work.intake.counts()
    if counts:
        wrong.append(f"events wait: {counts}")
    if work.outbox.counts():
        wrong.append("actions wait")
    return wrong


@pytest.mark.parametrize(
    ("engine", "seed"),
    [*(("sqlite", seed) for seed in range(8)), *(("postgresql", seed) for seed in (100, 101))],
)
async def test_whatever_people_do_nothing_breaks_leaks_or_is_left_lying(
    request: pytest.FixtureRequest, articles: Path, monkeypatch: pytest.MonkeyPatch, engine: str, seed: int
) -> None:
    monkeypatch.setattr(dispatcher, "FIRST_PAUSE_SECONDS", 0.0001)
    monkeypatch.setattr(dispatcher, "LONGEST_WAIT_SECONDS", 0.001)
    url = request.getfixturevalue(f"{engine}_url")
    async with open_stage(url, articles, staff_platform="slack") as stage:
        town = Town(stage, seed)
        for _ in range(STEPS):
            await town.do_something()
        for platform in stage.platforms.values():
            platform.failing = lambda _outgoing: None
        for _ in range(4):
            await stage.later(minutes=6)
        failures = [
            sample for family in stage.house.metrics_book.registry.collect() for sample in family.samples
            if sample.name == "allhands_event_failures_total" and sample.value
        ]  # fmt: skip
        assert failures == []
        assert await stage.ask(look) == []
        for customer in town.customers:
            assert SECRET not in str(customer.sees)
            assert SECRET not in str(customer.answers)
        for who, at in town.said:
            if who in town.agents and at.place.thread:
                assert stage.marks(at), "a staff message without a mark"
