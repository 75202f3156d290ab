"""Tickets: one open per conversation, one winner per claim, the queue in order; on real transactions side by side."""

import contextlib
import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from bot.core.commands import Role
from bot.core.events import Author
from bot.core.places import Identity, MessageAt, Place
from bot.core.ticket import DeskKind, Ticket, TicketStatus
from storage import UnitOfWork, read, ticket_queue, write
from storage.ids import Ids
from storage.session import Session
from storage.ticket_queue import QueueCounts
from tests.integration.storage.conftest import NOON


def conversation(work: UnitOfWork, name: str = "Dana") -> int:
    contact = work.contacts.meet(Author(Identity("telegram", "", name), name))
    return work.conversations.open(contact, Place("telegram", channel=name, is_direct=True)).id


def later(work: UnitOfWork, **span: float) -> UnitOfWork:
    return UnitOfWork(work.session, Ids(), work.now + timedelta(**span))


def test_tickets_count_up_from_one_and_say_what_they_are(work: UnitOfWork) -> None:
    first = work.tickets.open(conversation(work), "my shelf", ("shelves", "wood"))
    second = work.tickets.open(conversation(work, "Eli"), "my door", ())
    assert (first.number, second.number) == (1, 2)
    assert work.tickets.get(first.id) == first
    assert work.tickets.numbered(2) == second
    assert work.tickets.numbered(3) is None
    assert first.areas == ("shelves", "wood")


def test_the_database_refuses_a_second_open_ticket(work: UnitOfWork) -> None:
    place = conversation(work)
    first = work.tickets.open(place, "one", ())
    driver = work.session.engine.dialect.dbapi
    assert driver is not None
    with pytest.raises(driver.IntegrityError), work.session.savepoint():
        work.tickets.open(place, "two", ())
    work.tickets.resolve(first, None)
    assert work.tickets.open(place, "two", ()).is_open


def test_the_open_ticket_counts_before_a_newer_resolved_one(work: UnitOfWork) -> None:
    place = conversation(work)
    first = work.tickets.open(place, "one", ())
    work.tickets.resolve(first, None)
    second = work.tickets.open(place, "two", ())
    work.tickets.resolve(second, None)
    assert work.tickets.last_of(place) == work.tickets.get(second.id)
    assert work.tickets.open_of(place) is None
    work.tickets.reopen(first)
    open_one = work.tickets.open_of(place)
    assert open_one is not None
    assert open_one.id == first.id


def test_the_queue_is_in_order_and_knows_each_place(work: UnitOfWork) -> None:
    opened = []
    for number, name in enumerate(("a", "b", "c")):
        opened.append(later(work, minutes=number).tickets.open(conversation(work, name), name, ()))
    assert [one.id for one in work.tickets.waiting(limit=10)] == [one.id for one in opened]
    assert [work.queue.place_of(one) for one in opened] == [1, 2, 3]
    assert work.queue.oldest_since() == NOON


def test_nobody_is_counted_whose_place_is_too_far_back(
    work: UnitOfWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticket_queue, "MOST_COUNTED_AHEAD", 1)
    opened = [work.tickets.open(conversation(work, name), name, ()) for name in "abc"]
    assert [work.queue.place_of(one) for one in opened] == [1, 2, None]


def test_tickets_of_the_same_instant_have_different_places(work: UnitOfWork) -> None:
    opened = [work.tickets.open(conversation(work, name), name, ()) for name in "abc"]
    assert [work.queue.place_of(one) for one in opened] == [1, 2, 3]


def test_a_release_gives_the_old_place_and_a_reopening_a_new_one(work: UnitOfWork) -> None:
    ana = work.team.enlist(Identity("slack", "", "ana"), "Ana", Role.AGENT)
    first = work.tickets.open(conversation(work, "a"), "a", ())
    second = later(work, minutes=1).tickets.open(conversation(work, "b"), "b", ())
    assert work.tickets.claim(first, ana.id)
    assert not work.tickets.claim(first, ana.id)
    assert [one.id for one in work.tickets.held_by(ana.id)] == [first.id]
    assert work.tickets.release(first)
    assert not work.tickets.release(first)
    assert work.queue.place_of(first) == 1
    assert work.tickets.resolve(first, None)
    assert later(work, minutes=9).tickets.reopen(first)
    reopened = work.tickets.get(first.id)
    assert reopened is not None
    assert (reopened.status, reopened.claimed_by, reopened.resolved_at) == (TicketStatus.WAITING, None, None)
    assert work.queue.place_of(reopened) == 2
    assert work.queue.place_of(second) == 1


def test_first_waits_are_measured_to_the_first_claim_only(work: UnitOfWork) -> None:
    ana = work.team.enlist(Identity("slack", "", "ana"), "Ana", Role.AGENT)
    ticket = work.tickets.open(conversation(work), "a", ())
    after = later(work, minutes=5)
    after.tickets.claim(ticket, ana.id)
    after.tickets.release(ticket)
    later(work, minutes=50).tickets.claim(ticket, ana.id)
    assert work.queue.first_waits_seconds() == [300]
    counts = work.queue.counts()
    assert (counts.waiting, counts.claimed, counts.resolved) == (0, 1, 0)


def test_tickets_are_counted_by_where_they_stand(work: UnitOfWork) -> None:
    assert work.queue.counts() == QueueCounts(0, 0, 0)
    ana = work.team.enlist(Identity("slack", "", "ana"), "Ana", Role.AGENT)
    first, second, *_ = [work.tickets.open(conversation(work, name), name, ()) for name in "abcd"]
    work.tickets.claim(first, ana.id)
    work.tickets.claim(second, ana.id)
    work.tickets.resolve(second, ana.id)
    assert work.queue.counts() == QueueCounts(waiting=2, claimed=1, resolved=1)


def test_a_place_belongs_to_one_ticket_and_a_ticket_may_have_several(work: UnitOfWork) -> None:
    first = work.tickets.open(conversation(work, "a"), "a", ())
    second = work.tickets.open(conversation(work, "b"), "b", ())
    thread, chat = Place("slack", channel="S", thread="1"), Place("discord", channel="D", is_direct=True)
    card = MessageAt(thread, "77")
    work.tickets.add_desk(first.id, DeskKind.DIRECT, chat, None)
    work.tickets.add_desk(first.id, DeskKind.THREAD, thread, card)
    assert [desk.kind for desk in work.tickets.desks(first.id)] == [DeskKind.THREAD, DeskKind.DIRECT]
    found = work.tickets.thread_of(first.id)
    assert found is not None
    assert found.card == card
    work.tickets.add_desk(second.id, DeskKind.DIRECT, chat, None)
    at_chat = work.tickets.desk_at(chat)
    assert at_chat is not None
    assert at_chat.ticket_id == second.id
    work.tickets.retire_desk(thread)
    assert work.tickets.desks(first.id) == []
    former = work.tickets.desk_at(thread)
    assert former is not None
    assert (former.ticket_id, former.kind) == (first.id, DeskKind.FORMER)
    work.tickets.drop_desk(thread)
    assert work.tickets.desk_at(thread) is None


def test_of_many_transactions_that_claim_at_once_exactly_one_wins(engine: Engine) -> None:
    def prepare(work: UnitOfWork) -> tuple[Ticket, list[int]]:
        people = [work.team.enlist(Identity("slack", "", f"U{n}"), f"U{n}", Role.AGENT).id for n in range(8)]
        return work.tickets.open(conversation(work), "a", ()), people

    ticket, people = write(engine, NOON, prepare)
    begin, won = threading.Barrier(len(people)), []

    def claim(staff_id: int) -> None:
        begin.wait(60)
        if write(engine, NOON, lambda work: work.tickets.claim(ticket, staff_id)):
            won.append(staff_id)

    threads = [threading.Thread(target=claim, args=(one,)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(won) == 1
    held = read(engine, NOON, lambda work: work.tickets.get(ticket.id))
    assert held is not None
    assert held.claimed_by == won[0]


def test_of_two_transactions_that_call_for_help_one_does(work: UnitOfWork) -> None:
    first = work.sos.start("one", None)
    assert first is not None
    assert work.sos.start("two", None) is None
    assert work.sos.end(first)
    assert not work.sos.end(first)
    assert work.sos.last_ended_at() == NOON
    assert work.sos.start("three", None) is not None


def test_numbers_never_repeat_also_when_a_transaction_fails(engine: Engine) -> None:
    session = Session(engine)
    numbers = []
    for attempt in range(4):
        with contextlib.suppress(ZeroDivisionError), session.transaction():
            work = UnitOfWork(session, Ids(), NOON)
            number = work.tickets.open(conversation(work, f"P{attempt}"), "a", ()).number
            if attempt == 1:
                raise ZeroDivisionError
            numbers.append(number)
    session.close()
    assert numbers == [1, 2, 3]
