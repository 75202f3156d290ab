"""The dispatcher: order within a lane under every failure, freedom between lanes, nothing lost or sent twice."""

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from adapters import Attempt
from bot.core.actions import Action, EditCopy, Say
from bot.core.content import Content
from bot.core.conversation import Direction
from bot.core.events import Author
from bot.core.outgoing import Edit, Outgoing, Post, Receipt, Refusal, SendError
from bot.core.places import Identity, MessageAt, Place
from bot.runtime import dispatcher as dispatching
from bot.runtime.catalogue import texts_in
from bot.runtime.clock import ManualClock
from bot.runtime.codec import to_text
from bot.runtime.desk import Desk, Queued, Tongues
from bot.runtime.dispatcher import Dispatcher
from bot.runtime.metrics import Metrics
from bot.runtime.writer import Writer
from handlers.context import DeskSettings
from handlers.registry import Handlers
from storage import Session, StorageUnavailableError, UnitOfWork, make_engine
from storage.migrate import migrate

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SETTINGS = DeskSettings("us", None, (), frozenset(), None, timedelta(days=1), (0, 0))


@dataclass
class Town:
    """A platform that writes down what arrives; `failing` is asked first."""

    failing: Callable[[str, Attempt], SendError | None] = lambda _text, _attempt: None
    arrived: list[str] = field(default_factory=list)
    attempts: list[tuple[str, Attempt]] = field(default_factory=list)
    gate: asyncio.Event | None = None

    async def send(self, outgoing: Outgoing, attempt: Attempt) -> Receipt:
        assert isinstance(outgoing, Post | Edit)
        text = outgoing.content.text
        self.attempts.append((text, attempt))
        if self.gate is not None:
            await self.gate.wait()
        error = self.failing(text, attempt)
        if error is not None:
            raise error
        self.arrived.append(text)
        if isinstance(outgoing, Edit):
            return Receipt(outgoing.messages)
        return Receipt((MessageAt(outgoing.place, attempt.key),))


class Office:
    """A dispatcher with its database and its town."""

    def __init__(self, url: str) -> None:
        engine = make_engine(url)
        self.clock, self.metrics, self.town = ManualClock(NOON), Metrics(), Town()
        self.writer = Writer(engine, self.clock)
        desk = Desk(Handlers(), SETTINGS, Tongues((), texts_in), lambda _name: None, self.metrics)
        self.dispatcher = Dispatcher(self.writer, desk, self.clock, self.metrics)
        self.is_there = True
        self.dispatcher.serve("slack", lambda: self.town if self.is_there else None)
        self.writer.start()

    async def send(self, lane: int, *texts: str) -> None:
        place = Place("slack", channel=f"C{lane}")
        actions: list[Action] = [Say(lane, place, Content(text=text)) for text in texts]

        def add(work: UnitOfWork) -> list[Queued]:
            return [Queued(work.outbox.add(f"c{lane}", "slack", to_text(one)), one) for one in actions]

        await self.writer.do(add, self.dispatcher.enqueue)

    async def settle(self) -> None:
        while self.dispatcher.waiting():
            await asyncio.sleep(0.001)

    async def until(self, is_so: Callable[[], bool]) -> None:
        while not is_so():
            await asyncio.sleep(0.001)

    async def pending(self) -> int:
        return sum((await self.writer.do(lambda work: work.outbox.counts())).values())

    async def close(self) -> None:
        await self.dispatcher.stop(0.05)
        await self.writer.stop()


@pytest.fixture
def url(sqlite_url: str) -> str:
    migrate(make_engine(sqlite_url))
    return sqlite_url


@pytest.fixture
async def office(url: str) -> AsyncIterator[Office]:
    office = Office(url)
    yield office
    await office.close()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between tries take no time."""
    monkeypatch.setattr(dispatching, "FIRST_PAUSE_SECONDS", 0.0001)
    monkeypatch.setattr(dispatching, "LONGEST_WAIT_SECONDS", 0.0005)
    monkeypatch.setattr(dispatching, "STORAGE_PAUSE_SECONDS", 0.001)


@pytest.mark.parametrize("seed", range(5))
async def test_a_lane_keeps_its_order_under_every_mixture_of_failures(office: Office, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a repeatable chance, not a secret
    never = {"2-7", "1-0", "0-19"}

    def failing(text: str, attempt: Attempt) -> SendError | None:
        if text in never:
            return SendError("never", refusal=Refusal.INVALID)
        if chance.random() < 0.6:
            return SendError(
                "not now", is_uncertain=chance.random() < 0.5, retry_after_seconds=chance.choice([0, 0.001])
            )
        return None

    office.town.failing = failing
    for number in range(20):
        for lane in range(3):
            await office.send(lane, f"{lane}-{number}")
    await office.settle()
    for lane in range(3):
        wanted = [text for number in range(20) if (text := f"{lane}-{number}") not in never]
        assert [text for text in office.town.arrived if text.startswith(f"{lane}-")] == wanted
    assert await office.pending() == 0


async def test_every_try_of_an_action_has_the_same_key_and_counts_up(office: Office) -> None:
    errors = iter([SendError("a"), SendError("b", is_uncertain=True), SendError("c")])
    office.town.failing = lambda _text, _attempt: next(errors, None)
    await office.send(1, "x")
    await office.settle()
    attempts = [attempt for _, attempt in office.town.attempts]
    assert len({attempt.key for attempt in attempts}) == 1
    assert len(attempts[0].key) <= 25
    assert [attempt.number for attempt in attempts] == [1, 2, 3, 4]
    assert [attempt.is_uncertain for attempt in attempts] == [False, False, True, True]
    assert {attempt.first_tried_at for attempt in attempts} == {NOON}


async def test_parts_that_arrived_are_remembered_over_tries_and_restarts(office: Office, url: str) -> None:
    parts = [MessageAt(Place("slack", channel="C1"), str(number)) for number in range(3)]
    errors = iter([SendError("cut", sent=(parts[0],)), SendError("cut", sent=(parts[1], parts[2]))])
    office.town.failing = lambda _text, _attempt: next(errors, None) or SendError("down")
    await office.send(1, "x")
    await office.until(lambda: len(office.town.attempts) >= 3)
    assert office.town.attempts[2][1].sent_so_far == tuple(parts)
    await office.close()
    other = Office(url)
    await other.dispatcher.load()
    await other.settle()
    assert other.town.attempts[0][1].sent_so_far == tuple(parts)
    await other.close()


async def test_a_lane_that_is_held_up_holds_up_no_other(office: Office) -> None:
    office.town.failing = lambda text, _attempt: SendError("down") if text == "a" else None
    await office.send(1, "a", "b")
    await office.send(2, "c")
    await office.until(lambda: office.town.arrived == ["c"])
    office.town.failing = lambda _text, _attempt: None
    await office.settle()
    assert office.town.arrived == ["c", "a", "b"]


async def test_one_action_of_a_lane_is_under_way_at_a_time(office: Office) -> None:
    office.town.gate = asyncio.Event()
    await office.send(1, "a", "b", "c")
    await office.until(lambda: bool(office.town.attempts))
    await asyncio.sleep(0.01)
    assert [text for text, _ in office.town.attempts] == ["a"]
    office.town.gate.set()
    await office.settle()
    assert office.town.arrived == ["a", "b", "c"]


async def test_a_platform_that_is_not_there_is_waited_for_and_no_try_is_counted(office: Office) -> None:
    office.is_there = False
    await office.send(1, "a")
    await asyncio.sleep(0.01)
    office.is_there = True
    office.dispatcher.wake("slack")
    await office.settle()
    assert [attempt.number for _, attempt in office.town.attempts] == [1]


async def test_a_platform_that_comes_back_is_tried_at_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "LONGEST_WAIT_SECONDS", 3600.0)
    office.is_there = False
    await office.send(1, "a")
    await asyncio.sleep(0.01)
    office.is_there = True
    office.dispatcher.wake("slack")
    await office.settle()
    assert office.town.arrived == ["a"]


async def test_what_the_platform_asks_to_wait_is_waited_also_when_it_is_woken(office: Office) -> None:
    errors = iter([SendError("slow down", retry_after_seconds=3600)])
    office.town.failing = lambda _text, _attempt: next(errors, None)
    await office.send(1, "a")
    await office.until(lambda: bool(office.town.attempts))
    for _ in range(5):
        office.dispatcher.wake("slack")
        await asyncio.sleep(0.002)
    assert len(office.town.attempts) == 1


async def test_a_platform_that_is_switched_off_keeps_its_rows(office: Office) -> None:
    def add(work: UnitOfWork) -> list[Queued]:
        say = Say(1, Place("discord", channel="C"), Content(text="x"))
        return [Queued(work.outbox.add("c1", "discord", to_text(say)), say)]

    await office.writer.do(add, office.dispatcher.enqueue)
    assert office.dispatcher.waiting() == 0
    assert await office.pending() == 1


async def test_a_day_of_failures_is_the_end_of_it(office: Office) -> None:
    office.town.failing = lambda _text, _attempt: SendError("down")
    await office.send(1, "a", "b")
    await office.until(lambda: len(office.town.attempts) > 3)
    office.clock.advance(timedelta(hours=24, seconds=1))
    await office.until(lambda: any(text == "b" for text, _ in office.town.attempts))
    refused = office.metrics.registry.get_sample_value(
        "allhands_actions_refused_total", {"platform": "slack", "reason": "unreachable"}
    )
    assert refused == 1


async def test_a_sender_that_breaks_five_times_on_one_action_goes_on_with_the_next(office: Office) -> None:
    def breaks(text: str, _attempt: Attempt) -> SendError | None:
        if text == "poison":
            raise ZeroDivisionError
        return None

    office.town.failing = breaks
    await office.send(1, "poison", "medicine")
    await office.settle()
    assert office.town.arrived == ["medicine"]
    assert [text for text, _ in office.town.attempts].count("poison") == dispatching.MAX_DEFECTS


async def test_stopping_lets_what_is_under_way_end_and_leaves_the_rest(office: Office, url: str) -> None:
    office.town.gate = asyncio.Event()
    await office.send(1, "a", "b")
    await office.send(2, "c")
    await office.until(lambda: len(office.town.attempts) == 2)
    stopping = asyncio.create_task(office.dispatcher.stop(30))
    await asyncio.sleep(0.005)
    office.town.gate.set()
    await stopping
    assert sorted(office.town.arrived) == ["a", "c"]
    await office.send(1, "later")
    assert await office.pending() == 2


async def test_the_next_process_takes_up_the_rest_and_doubts_only_the_heads(office: Office, url: str) -> None:
    office.town.gate = asyncio.Event()
    await office.send(1, "a", "b", "c")
    await office.send(2, "d")
    await office.until(lambda: len(office.town.attempts) == 2)
    await office.close()
    other = Office(url)
    await other.dispatcher.load()
    await other.settle()
    assert [text for text in other.town.arrived if text != "d"] == ["a", "b", "c"]
    doubted = {text: attempt.is_uncertain for text, attempt in other.town.attempts}
    assert doubted == {"a": True, "b": False, "c": False, "d": True}
    keys = {text: attempt.key for text, attempt in office.town.attempts}
    assert {text: attempt.key for text, attempt in other.town.attempts if text in keys} == keys
    await other.close()


async def test_very_many_rows_are_taken_up_page_by_page(
    office: Office, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.is_there = False
    for lane in range(4):
        await office.send(lane, *(f"{lane}-{number}" for number in range(25)))
    await office.close()
    monkeypatch.setattr(dispatching, "_PAGE", 7)
    other = Office(url)
    await other.dispatcher.load()
    await other.settle()
    assert len(other.town.arrived) == 100
    assert [text for text in other.town.arrived if text.startswith("2-")] == [f"2-{n}" for n in range(25)]
    assert not any(attempt.is_uncertain for _, attempt in other.town.attempts), "it was left in order"
    await other.close()


async def test_what_a_crash_left_is_in_doubt_where_it_may_have_been_in_flight(
    office: Office, url: str
) -> None:
    office.is_there = False
    for lane in range(4):
        await office.send(lane, *(f"{lane}-{number}" for number in range(25)))
    await office.writer.stop()
    for number in range(2):
        # Nobody said that all was in order: not before the first start, and not for the second one.
        other = Office(url)
        other.is_there = number == 1
        await other.dispatcher.load()
        if number:
            await other.settle()
            assert sum(attempt.is_uncertain for _, attempt in other.town.attempts) == 4
            await other.close()
        else:
            await other.writer.stop()


def storage_fails(office: Office, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """From now on the database is away for so many jobs."""
    real, left = office.writer.do, iter(range(times))

    async def do(run, after=None, expects=(), **how):  # type: ignore[no-untyped-def] # the writer's own signature
        if next(left, None) is not None:
            raise StorageUnavailableError("away")
        return await real(run, after, expects, **how)

    monkeypatch.setattr(office.writer, "do", do)


async def test_a_receipt_that_cannot_be_stored_is_stored_later_and_nothing_is_sent_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.town.gate = asyncio.Event()
    await office.send(1, "a", "b")
    await office.until(lambda: bool(office.town.attempts))
    storage_fails(office, monkeypatch, 5)
    office.town.gate.set()
    await office.settle()
    assert office.town.arrived == ["a", "b"]
    assert len(office.town.attempts) == 2
    assert await office.pending() == 0


async def test_a_failure_that_cannot_be_stored_is_still_known_at_the_next_try(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors = iter([SendError("lost", is_uncertain=True)])
    office.town.failing = lambda _text, _attempt: next(errors, None)
    office.town.gate = asyncio.Event()
    await office.send(1, "a")
    await office.until(lambda: bool(office.town.attempts))
    storage_fails(office, monkeypatch, 3)
    office.town.gate.set()
    await office.settle()
    assert [(attempt.number, attempt.is_uncertain) for _, attempt in office.town.attempts] == [
        (1, False),
        (2, True),
    ]


async def test_what_was_stored_but_never_reached_a_lane_is_taken_up(office: Office) -> None:
    """The transaction was committed, but its answer was lost: nobody called for its actions to be sent."""
    say = Say(1, Place("slack", channel="C1"), Content(text="left behind"))
    await office.writer.do(lambda work: work.outbox.add("c1", "slack", to_text(say)))
    office.town.gate = asyncio.Event()
    await office.send(2, "under way")
    await office.dispatcher.take_up_left_behind()
    await office.dispatcher.take_up_left_behind()
    office.town.gate.set()
    await office.settle()
    await office.dispatcher.take_up_left_behind()
    await office.settle()
    assert sorted(office.town.arrived) == ["left behind", "under way"]
    assert {text: attempt.is_uncertain for text, attempt in office.town.attempts} == {
        "left behind": True,
        "under way": False,
    }


async def test_a_lane_keeps_its_order_when_a_commit_is_done_and_not_answered(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def once(text: str) -> Callable[[UnitOfWork], list[Queued]]:
        """As an event that is delivered twice is handled once."""

        def add(work: UnitOfWork) -> list[Queued]:
            if work.intake.take("slack", text, "lane", text) is None:
                return []
            say = Say(1, Place("slack", channel="C1"), Content(text=text))
            return [Queued(work.outbox.add("c1", "slack", to_text(say)), say)]

        return add

    office.writer.after_loss(dispatching.all_pending, office.dispatcher.take_up_unknown)
    office.town.gate = asyncio.Event()
    command, unanswered = Session.command, ["second", "fourth"]

    def lost(session: Session, text: str) -> None:
        command(session, text)
        if text == "COMMIT" and unanswered and unanswered[0] == current:
            unanswered.pop(0)
            raise sqlite3.OperationalError("the connection was cut")

    monkeypatch.setattr(Session, "command", lost)
    texts = ["first", "second", "third", "fourth", "fifth"]
    for current in texts:
        await office.writer.do(once(current), office.dispatcher.enqueue)
    assert not unanswered
    office.town.gate.set()
    await office.settle()
    assert office.town.arrived == texts
    assert await office.pending() == 0


async def test_rows_of_a_platform_that_is_off_are_not_taken_for_left_behind(office: Office) -> None:
    def add(work: UnitOfWork) -> None:
        work.outbox.add("c1", "discord", to_text(Say(1, Place("discord", channel="C"), Content(text="x"))))

    await office.writer.do(add)
    await office.dispatcher.take_up_left_behind()
    assert office.dispatcher.waiting() == 0


async def test_the_receipt_is_stored_where_edits_will_look_for_it(office: Office) -> None:
    place = Place("slack", channel="C1")

    def add(work: UnitOfWork) -> list[Queued]:
        contact = work.contacts.meet(Author(Identity("slack", "", "U1"), "Dana"))
        conversation = work.conversations.open(contact, place)
        message = work.messages.add(conversation.id, Direction.OUTGOING, "Ana", "x")
        say = Say(conversation.id, place, Content(text="x"), message_id=message.id)
        return [Queued(work.outbox.add("c1", "slack", to_text(say)), say)]

    (queued,) = await office.writer.do(add, office.dispatcher.enqueue)
    await office.settle()
    at = MessageAt(place, f"{queued.row.id:x}")
    found = await office.writer.do(lambda work: work.messages.find(at))
    assert found is not None
    assert isinstance(queued.action, Say)
    assert found.id == queued.action.message_id


async def test_an_edit_is_left_out_when_the_next_one_waits_already(office: Office) -> None:
    office.town.gate = asyncio.Event()
    place = Place("slack", channel="C1")

    def add(work: UnitOfWork) -> list[Queued]:
        contact = work.contacts.meet(Author(Identity("slack", "", "U1"), "Dana"))
        conversation = work.conversations.open(contact, place)
        said = [work.messages.add(conversation.id, Direction.OUTGOING, "Ana", text) for text in ("x", "y")]
        for message in said:
            work.messages.add_refs(message.id, (MessageAt(place, f"m{message.id}"),))
        one, other = (message.id for message in said)
        edits = ((one, "x1"), (other, "y1"), (one, "x2"), (one, "x3"), (other, "y2"))
        actions: list[Action] = [Say(conversation.id, place, Content(text="first"))]
        actions += [EditCopy(id_, place, None, conversation.id, Content(text=text)) for id_, text in edits]
        return [Queued(work.outbox.add("c1", "slack", to_text(action)), action) for action in actions]

    await office.writer.do(add, office.dispatcher.enqueue)
    await office.until(lambda: bool(office.town.attempts))
    office.town.gate.set()
    await office.settle()
    assert office.town.arrived == ["first", "x3", "y2"]
    assert await office.pending() == 0
