"""A batch is tried in hope and done again with care: what is foreseen or written later comes to the same."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, select

from bot.core.conversation import Direction
from bot.core.events import Author
from bot.core.places import Identity, MessageAt, Place
from bot.core.ticket import DeskKind
from storage import Ids, Job, Said, Settled, Store, UnitOfWork, make_engine, write
from storage.migrate import migrate
from storage.session import Session
from storage.statement import Statement
from storage.tables import conversations, intake, message_refs, messages, outbox

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ANA = Author(Identity("slack", "T", "ana"), "Ana")
CHAT = Place("slack", "T", "D1", is_direct=True)
THREAD = Place("slack", "T", "C1", "1.5")


@pytest.fixture
def engine(database_url: str) -> Engine:
    engine = make_engine(database_url)
    migrate(engine)
    return engine


@pytest.fixture
def store(engine: Engine) -> Iterator[Store]:
    store = Store(engine, lambda: NOON, lambda batch: batch[0].run.news.set())  # type: ignore[attr-defined] # below
    store.start()
    yield store
    store.stop()


class _Run:
    """A job's work that says when it is done, and in which ways it was tried."""

    def __init__(self, run: Callable[[UnitOfWork], Any], news: threading.Event) -> None:
        self.run, self.news, self.tries = run, news, list[bool]()

    def __call__(self, work: UnitOfWork) -> Any:
        self.tries.append(work.is_careful)
        return self.run(work)


def together(store: Store, *runs: tuple[Callable[[UnitOfWork], Any], list[Any]]) -> list[Job[Any]]:
    """Run these in one batch."""
    go, busy, news = threading.Event(), threading.Event(), threading.Event()

    def hold_up(_work: UnitOfWork) -> None:
        busy.set()
        assert go.wait(60)

    store.submit(Job(_Run(hold_up, threading.Event())))
    assert busy.wait(60)
    jobs: list[Job[Any]] = [Job(_Run(run, news), expects) for run, expects in runs]
    for job in jobs:
        store.submit(job)
    go.set()
    assert news.wait(60)
    return jobs


def rows(engine: Engine, *columns: Any) -> list[tuple[Any, ...]]:
    session = Session(engine)
    try:
        return sorted(session.all(Statement(select(*columns))))
    finally:
        session.close()


def said(number: int, place: Place = CHAT) -> Said:
    at = MessageAt(place, str(number))
    return Said("slack", f"slack:{number}", (place.key, f"late|{number}"), place, at, ANA.identity)


def hear(number: int, place: Place = CHAT) -> Callable[[UnitOfWork], Any]:
    """What the line does with a customer's message, in short."""
    at = MessageAt(place, str(number))

    def run(work: UnitOfWork) -> Any:
        taken = work.intake.take("slack", f"slack:{number}", place.key, "{}", f"late|{number}")
        if taken is None or work.messages.find(at) is not None:
            return None
        contact = work.contacts.meet(ANA)
        conversation = work.conversations.at(place) or work.conversations.open(contact, place)
        work.messages.add(conversation.id, Direction.INCOMING, contact.name, f"words {number}", origin=at)
        work.conversations.touch(conversation)
        return taken, work.outbox.add(f"c{conversation.id}", "slack", f"answer {number}")

    return run


def test_a_batch_that_was_foreseen_stores_what_one_by_one_would(store: Store, engine: Engine) -> None:
    jobs = together(store, *((hear(number), [said(number)]) for number in range(10)))
    assert all(job.error is None and job.result for job in jobs)
    assert [job.run.tries for job in jobs] == [[False]] * 10  # type: ignore[attr-defined] # a _Run
    assert rows(engine, messages.c.text) == sorted((f"words {number}",) for number in range(10))
    assert len(rows(engine, message_refs.c.external_id)) == 10
    assert len(rows(engine, conversations.c.id)) == 1
    assert rows(engine, conversations.c.last_message_at) == [(NOON,)]
    assert [row[1] for row in rows(engine, outbox.c.id, outbox.c.payload)] == [
        f"answer {n}" for n in range(10)
    ]
    assert set(rows(engine, intake.c.state, intake.c.payload)) == {("handled", "")}


def test_a_delivery_that_comes_twice_in_one_batch_is_taken_once(store: Store, engine: Engine) -> None:
    first, second = together(store, (hear(1), [said(1)]), (hear(1), [said(1)]))
    assert first.result is not None
    assert second.result is None
    assert len(rows(engine, messages.c.id)) == 1


def test_a_repeat_from_before_is_foreseen_to_be_one(store: Store, engine: Engine) -> None:
    together(store, (hear(1), [said(1)]))
    (again,) = together(store, (hear(1), [said(1)]))
    assert again.result is None
    assert again.error is None
    assert len(rows(engine, messages.c.id)) == 1


def test_what_another_process_stores_meanwhile_makes_the_batch_be_done_again(postgresql_url: str) -> None:
    """Foreseen to be new, stored by somebody else before the commit."""
    engine = make_engine(postgresql_url)
    migrate(engine)
    store = Store(engine, lambda: NOON, lambda batch: batch[0].run.news.set())  # type: ignore[attr-defined]
    store.start()

    def overtaken(work: UnitOfWork) -> Any:
        if not work.is_careful:
            write(engine, NOON, hear(1))
        return hear(1)(work)

    first, other = together(store, (overtaken, [said(1)]), (hear(2, THREAD), [said(2, THREAD)]))
    assert (first.result, first.error, other.error) == (None, None, None)
    assert other.result is not None
    assert first.run.tries == other.run.tries == [False, True]  # type: ignore[attr-defined] # a _Run
    assert rows(engine, messages.c.text) == [("words 1",), ("words 2",)]
    store.stop()


def test_what_a_job_changes_is_seen_by_those_behind_it(store: Store, engine: Engine) -> None:
    together(store, (hear(1), [said(1)]))
    seen: list[Any] = []

    def open_ticket(work: UnitOfWork) -> None:
        conversation = work.conversations.at(CHAT)
        assert conversation is not None
        assert work.tickets.open_of(conversation.id) is None
        ticket = work.tickets.open(conversation.id, "shelf", ())
        work.tickets.add_desk(ticket.id, DeskKind.THREAD, THREAD, None)
        work.conversations.save(conversation.queued())

    def look(work: UnitOfWork) -> None:
        conversation = work.conversations.at(CHAT)
        assert conversation is not None
        ticket = work.tickets.open_of(conversation.id)
        assert ticket is not None
        seen.extend([conversation.owner.value, ticket.subject, work.tickets.desks(ticket.id)[0].place])
        desk = work.tickets.desk_at(THREAD)
        assert desk is not None
        seen.append([one.text for one in work.messages.history(conversation.id, limit=5)])

    jobs = together(
        store,
        (open_ticket, [said(2)]),
        (hear(3), [said(3)]),
        (look, [said(4), said(5, THREAD)]),
    )
    assert [job.error for job in jobs] == [None] * 3
    assert seen == ["queue", "shelf", THREAD, ["words 1", "words 3"]]


def test_a_name_that_changes_within_a_batch_is_the_new_one_afterwards(store: Store) -> None:
    together(store, (hear(1), [said(1)]))
    names: list[str] = []

    def rename(work: UnitOfWork) -> None:
        names.append(work.contacts.meet(replace(ANA, name="Ana Kovač")).name)

    def look(work: UnitOfWork) -> None:
        contact = work.contacts.of(ANA.identity)
        assert contact is not None
        names.append(contact.name)

    together(store, (rename, [said(2)]), (look, [said(3)]))
    assert names == ["Ana Kovač", "Ana Kovač"]


def test_actions_are_settled_together_and_each_is_news_once(store: Store, engine: Engine) -> None:
    rows_added = [job.result[1] for job in together(store, *((hear(n), [said(n)]) for n in range(5)))]
    gone = rows_added[0].id
    write(engine, NOON, lambda work: work.outbox.sent(gone))
    jobs = together(
        store,
        *((lambda work, id_=row.id: work.outbox.sent(id_), [Settled(row.id)]) for row in rows_added),
    )
    assert [job.result for job in jobs] == [False, True, True, True, True]
    assert rows(engine, outbox.c.id) == []


def test_something_that_waits_in_a_lane_is_foreseen(store: Store) -> None:
    together(store, (lambda work: work.intake.keep("slack", "slack:0", CHAT.key, "{}"), []))
    behind, free = together(store, (hear(1), [said(1)]), (hear(2, THREAD), [said(2, THREAD)]))
    assert behind.result[0].is_awaited
    assert not free.result[0].is_awaited


def test_a_failure_undoes_what_was_to_be_written_later(store: Store, engine: Engine) -> None:
    def fail(work: UnitOfWork) -> None:
        hear(1)(work)
        raise ZeroDivisionError

    failed, good = together(store, (fail, [said(1)]), (hear(2), [said(2)]))
    assert isinstance(failed.error, ZeroDivisionError)
    assert good.error is None
    assert rows(engine, messages.c.text) == [("words 2",)]
    assert rows(engine, intake.c.event_id) == [("slack:2",)]


def test_ids_stay_behind_none_that_another_process_made() -> None:
    ids = Ids(process=1)
    before = ids.next(NOON)
    others = Ids(process=900).next(NOON)
    ids.pass_by(others)
    assert before < others < ids.next(NOON)


def test_an_id_that_was_passed_by_already_has_none_made_twice() -> None:
    ids = Ids(process=1)
    early = ids.next(NOON)
    # More than fit into one millisecond: this process is ahead already.
    made = {early} | {ids.next(NOON) for _ in range(3_000)}
    ids.pass_by(Ids(process=900).next(NOON))
    made |= {ids.next(NOON) for _ in range(3_000)}
    assert len(made) == 6_001
