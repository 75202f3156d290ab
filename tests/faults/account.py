"""What is stored and what people see at the end of a walk, gathered for the count."""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import chain

from sandbox.slack import SlackServer
from sandbox.surface import Server
from tests.acceptance.counting import (
    BACK,
    REPEATED,
    THERE,
    Copy,
    check_homes,
    check_order,
    check_threads,
    check_tickets,
    count_repeats,
    word_of,
)
from tests.acceptance.dwellers import Dweller, plain
from tests.acceptance.flow import Flow, seen
from tests.faults.scene import Scene

PERSON = "My table wobbles, I would like to talk to a person please"
"""With a reason: a mere wish would be titled by what they say next, which is counted."""
HELPED = "Your ticket is #"


@dataclass(slots=True)
class Newcomer:
    """Somebody who asked for a person in the middle of the trouble, and said one thing more afterwards."""

    dweller: Dweller
    thread: Dweller | None = None
    """Where staff saw that one thing."""

    @property
    def word(self) -> str:
        return word_of(THERE, 0, self.dweller.name)


@dataclass(frozen=True, slots=True)
class Account:
    scene: Scene
    staff_platform: str
    reorders: frozenset[str]
    """The platforms that bring some messages in another order themselves."""
    flows: Sequence[Flow]
    newcomers: Sequence[Newcomer] = field(default=())

    async def check(self) -> int:
        """How many second copies people saw, all of them on Telegram and with the hint; AssertionError for whatever
        is not as promised.
        """
        repeats = 0
        for flow in self.flows:
            repeats += await self._check_flow(flow)
            await self._check_tickets(flow.customer)
        for newcomer in self.newcomers:
            repeats += await self._check_newcomer(newcomer)
        await self._check_everybody()
        return repeats

    async def _check_flow(self, flow: Flow) -> int:
        """Every message is in the conversation once and in order, and was shown in the order in which it is there."""
        stored, repeats = await self._stored(flow.customer), 0
        for writer, reader, mark in ((flow.customer, flow.thread, THERE), (flow.thread, flow.customer, BACK)):
            words = [text for text in stored if text.startswith(mark)]
            late = self._out_of_turn if writer.platform in self.reorders else frozenset()
            check_order(flow.customer, words, flow.written(mark), late)
            may_be_marked = reader.platform == "telegram"
            repeats += count_repeats(reader, seen(reader), words, may_be_marked=may_be_marked)
        return repeats

    @property
    def _out_of_turn(self) -> Set[str]:
        """The words that Slack did not bring, or the bot did not take, when they were said."""
        slack = self.scene.town.servers["slack"]
        assert isinstance(slack, SlackServer)
        return {str((one.get("event") or {}).get("text")) for one in slack.deliveries.out_of_turn}

    async def _stored(self, customer: Dweller) -> Sequence[str]:
        rows = await self.scene.database.ask(
            "SELECT m.text FROM messages m JOIN conversations c ON c.id = m.conversation_id "  # noqa: S608 - our own names
            f"JOIN identities i ON i.contact_id = c.contact_id WHERE i.external_id = '{customer.id}' ORDER BY m.id"
        )
        return [text for (text,) in rows]

    async def _check_tickets(self, customer: Dweller) -> None:
        rows = await self.scene.database.ask(
            "SELECT t.number, (SELECT count(*) FROM desk_places d WHERE d.ticket_id = t.id) "  # noqa: S608 - as above
            "FROM tickets t JOIN conversations c ON c.id = t.conversation_id "
            f"JOIN identities i ON i.contact_id = c.contact_id WHERE i.external_id = '{customer.id}'"
        )
        check_tickets(customer, [threads for _, threads in rows])
        number = rows[0][0]
        tops = [one.messages()[:2] for one in self.scene.town.threads(self.scene.town.agents()[0])]
        cards = [
            any(REPEATED in said.text for said in top)
            for top in tops
            if any(re.match(rf"\W*#{number} ", plain(said.text)) for said in top)
        ]
        check_threads(number, cards, may_be_marked=self.staff_platform == "telegram")

    async def _check_newcomer(self, newcomer: Newcomer) -> int:
        dweller, thread = newcomer.dweller, newcomer.thread
        stored = [text for text in await self._stored(dweller) if PERSON in text or text == newcomer.word]
        assert len(stored) == 2, f"{dweller} is stored as {stored}"
        check_order(dweller, stored[1:], [newcomer.word], frozenset())
        await self._check_tickets(dweller)
        assert thread is not None, f"staff did not see what {dweller} said afterwards"
        told = [Copy(HELPED, REPEATED in one.text) for one in dweller.heard() if HELPED in plain(one.text)]
        return sum(
            count_repeats(room, copies, wanted, may_be_marked=room.platform == "telegram")
            for room, copies, wanted in (
                (dweller, told, [HELPED]),
                (thread, seen(thread), [newcomer.word]),
            )
        )

    async def _check_everybody(self) -> None:
        """Nobody has two tickets, whoever they are, and no word was shown where it does not belong."""
        doubled = await self.scene.database.ask(
            "SELECT c.contact_id, count(*) FROM tickets t JOIN conversations c ON c.id = t.conversation_id "
            "GROUP BY c.contact_id HAVING count(*) > 1"
        )
        assert not doubled, f"contacts with more than one ticket: {doubled}"
        lost = await self.scene.database.ask("SELECT id, error FROM outbox WHERE state = 'failed'")
        assert not lost, f"given up: {lost}"
        homes = {word: _home(flow.thread) for flow in self.flows for word in flow.written(THERE)}
        homes |= {word: _home(flow.customer) for flow in self.flows for word in flow.written(BACK)}
        homes |= {one.word: _home(one.thread) for one in self.newcomers if one.thread is not None}
        check_homes(chain.from_iterable(map(_shown_on, self.scene.town.servers.values())), homes)


def _home(reader: Dweller) -> str:
    return f"{reader.platform} {reader.room}"


def _shown_on(server: Server) -> Iterator[tuple[str, str]]:
    """Whatever the bot shows to anybody on this platform: the room and the text."""
    for person in server.people():
        for room in [] if person.is_bot else server.rooms(person.id):
            messages = server.messages(person.id, room.id)
            threads = {one.thread for one in messages if one.thread} - {room.id}
            for where in (room.id, *threads):
                for message in server.messages(person.id, where):
                    if message.author.is_bot:
                        yield f"{server.name} {where}", message.text
