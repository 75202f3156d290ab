"""A database that was filled in bulk is one that the product works on."""

from sqlalchemy import Engine

from benchmarks.filling import Filling, chat_of, customers_of, thread_of
from benchmarks.growth import claim_all
from benchmarks.paper import paper_house
from bot.core.conversation import Message
from storage import UnitOfWork, make_engine, read
from tests.integration.storage.conftest import NOON

MESSAGES = 200


def history(engine: Engine, customer: int) -> list[Message]:
    def question(work: UnitOfWork) -> list[Message]:
        conversation = work.conversations.at(chat_of(customer))
        assert conversation is not None
        return work.messages.history(conversation.id, limit=1000)

    return read(engine, NOON, question)


async def test_what_its_customers_say_is_shown_in_their_threads(database_url: str) -> None:
    Filling(database_url).history(MESSAGES)
    customers = customers_of(MESSAGES)
    async with paper_house(database_url, customers) as house:
        await house.speak(customers)
    engine = make_engine(database_url)
    stored = {customer: history(engine, customer) for customer in range(customers)}
    assert sum(map(len, stored.values())) == MESSAGES + customers
    said = [
        (customer, one)
        for customer, all_ in stored.items()
        for one in all_
        if one.sent_at > NOON and "still" in one.text
    ]
    assert len(said) == customers
    for customer, message in said:
        assert read(engine, NOON, lambda work: work.messages.refs_in(message.id, thread_of(customer)))  # noqa: B023 - at once


def test_a_queue_is_as_long_as_was_asked_for(database_url: str) -> None:
    """And its first ticket is the one that has waited longest."""
    Filling(database_url).crowd(40, 30)

    def question(work: UnitOfWork) -> tuple[int, int, int]:
        (first,) = work.tickets.waiting(limit=1)
        last = work.tickets.numbered(40)
        assert last is not None
        return first.number, work.queue.place_of(last), len(work.deadlines.due(NOON, limit=100))

    assert read(make_engine(database_url), NOON, question) == (1, 40, 0)


def test_what_a_process_left_behind_is_taken_over_once(database_url: str) -> None:
    """As `claim_all` sees to itself."""
    Filling(database_url).outbox(50, lanes=7)
    assert claim_all(database_url, 50) > 0
