"""People do anything in any order, and platforms fail; whatever happens, some things must always hold."""

import random
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.core.outgoing import Outgoing, Post, Refusal, SendError
from bot.core.places import MessageAt, Place
from bot.core.ticket import Ticket, TicketStatus
from bot.runtime import dispatcher
from storage import UnitOfWork
from tests.stage import Person, Stage, open_stage

SECRET = "between us"
STEPS = 250
_CODE = re.compile(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b")
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
            self.customer_moves,
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
            room = Place(who.platform, channel="HELP", thread=self.chance.choice(["T1", "T2"]))
            place = room if self.chance.random() < 0.3 else None
            self.said.append((who, await who.says(text, at=place, files=files, is_to_bot=True)))

    async def customer_commands(self) -> None:
        who = self.chance.choice(self.customers)
        command = self.chance.choice(
            ["human", "ticket", "ticket my shelf", "stop", "stop off", "help", "start"]
        )
        name, _, arguments = command.partition(" ")
        await who.gives(name, arguments)

    async def customer_moves(self) -> None:
        """Accounts are linked and parted, and people are let in on conversations."""
        one, other = self.chance.sample(self.customers, 2)
        room = Place(one.platform, channel="HELP", thread=self.chance.choice(["T1", "T2"]))
        deed = self.chance.choice(["link", "link", "unlink", "propose", "part", "add", "remove", "visit"])
        if deed == "link":
            await one.gives("link")
            code = _CODE.search(one.was_told)
            await other.gives("link", code[0] if code else "nonsense")
        elif deed == "propose":
            await self.chance.choice(self.agents).gives("link", self.chance.choice(["1 2", "2 3", "1 3"]))
        elif deed == "part":
            await self.chance.choice(self.agents).gives("unlink", self.chance.choice(["1", "2", "3"]))
        elif deed == "visit":
            guest = self.stage.person(one.platform, "Gus")
            self.said.append((guest, await guest.says("I have the same", at=room)))
        elif deed == "unlink":
            await one.gives("unlink")
        else:
            await one.gives(deed, self.chance.choice(["", "Gus"]), at=room)

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
        wrong += look_at_links(work, ticket)
    counts = work.intake.counts()
    if counts:
        wrong.append(f"events wait: {counts}")
    if work.outbox.counts():
        wrong.append("actions wait")
    return wrong


def look_at_links(work: UnitOfWork, ticket: Ticket) -> list[str]:
    """Whose ticket it is, and whether it is the only one of theirs that is open."""
    wrong, number = [], ticket.number
    conversation = work.conversations.get(ticket.conversation_id)
    contact = work.contacts.get(conversation.contact_id)
    if conversation.person != contact.person:
        wrong.append(f"#{number}: a conversation is somebody else's than its contact")
    if work.conversations.get(ticket.spoken_in_id).person != conversation.person:
        wrong.append(f"#{number} is answered in somebody else's conversation")
    if conversation.person_id and len(work.joined.open_of_person(conversation.person_id)) > 1:
        wrong.append(f"#{number} is not the only open ticket of a person")
    if contact.is_linked and len(work.contacts.accounts_of(contact)) < 2:
        wrong.append(f"#{number}: somebody is linked with nobody")
    if ticket.joined_to_id is not None:
        kept = work.tickets.get(ticket.joined_to_id)
        if ticket.is_open or kept is None or kept.is_joined:
            wrong.append(f"#{number} goes on nowhere")
        elif work.conversations.get(kept.conversation_id).person != conversation.person:
            wrong.append(f"#{number} goes on in somebody else's ticket")
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
        # What waits for a message that never came waits behind other such things.
        for _ in range(20):
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
