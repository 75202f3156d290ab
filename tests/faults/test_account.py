"""What people see and what is stored is really gathered: tampered with in a real town, it is found."""

import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from tests.acceptance.counting import BACK, REPEATED, THERE
from tests.acceptance.dwellers import Dweller
from tests.acceptance.town import Town
from tests.faults.account import HELPED, Account
from tests.faults.catalogue import FAULTS
from tests.faults.databases import Sqlite
from tests.faults.kills import AT_RANDOM
from tests.faults.matrix import judged, runs_of
from tests.faults.scene import Scene, open_scene
from tests.faults.walk import Outcome, Walk


async def _call(town: Town, method: str, **data: Any) -> Any:
    """As the bot on Telegram."""
    environment = town.environment()
    address = f"{environment['TELEGRAM_API_URL']}/bot{environment['TELEGRAM_TOKEN']}/{method}"
    async with aiohttp.ClientSession() as session, session.post(address, data=data) as answer:
        assert answer.status == 200, await answer.text()
        return (await answer.json())["result"]


@asynccontextmanager
async def _posted(reader: Dweller, text: str) -> AsyncIterator[None]:
    """The bot says something more, where this person reads."""
    chat, _, topic = reader.room.partition(":")
    where = {"chat_id": chat} | ({"message_thread_id": topic} if topic else {})
    sent = await _call(reader.town, "sendMessage", text=text, **where)
    try:
        yield
    finally:
        await _call(reader.town, "deleteMessage", chat_id=chat, message_id=sent["message_id"])


@asynccontextmanager
async def _changed(scene: Scene, table: str, *statements: str) -> AsyncIterator[None]:
    """The database with this done to one of its tables."""
    await _do(scene, f"CREATE TABLE kept AS SELECT * FROM {table}", *statements)  # noqa: S608 - our own names
    try:
        yield
    finally:
        back = f"INSERT INTO {table} SELECT * FROM kept"  # noqa: S608 - as above
        await _do(scene, f"DELETE FROM {table}", back, "DROP TABLE kept")  # noqa: S608 - as above


async def _do(scene: Scene, *statements: str) -> None:
    assert isinstance(scene.database, Sqlite)
    with sqlite3.connect(scene.database.path, timeout=30) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


async def test_whatever_is_wrong_at_the_end_of_a_walk_is_found() -> None:
    async with open_scene("telegram", "sqlite", is_called=False) as scene:
        walk = Walk(scene, "telegram")
        await walk.begin()
        await walk.ask_anew()
        for newcomer in walk.newcomers:
            await newcomer.dweller.sees(HELPED)
            await walk.goes_on(newcomer)
        account = Account(scene, "telegram", frozenset(), list(walk.flows.values()), walk.newcomers)
        assert await account.check() == 0
        await _wrong_places(walk, account)
        await _wrong_rows(walk, account)
        lost = replace(walk.newcomers[0], thread=None)
        with pytest.raises(AssertionError, match="staff did not see"):
            await replace(account, newcomers=[lost]).check()
        walk.flow.count += 1
        with pytest.raises(AssertionError, match="stored"):
            await account.check()
        walk.flow.count -= 1
        assert await account.check() == 0, "the tampering left something behind"


async def _wrong_places(walk: Walk, account: Account) -> None:
    """Something more is shown on Telegram, where the staff sit, too."""
    flow, other = walk.flow, walk.flows["slack"]
    there, back = flow.written(THERE)[-1], flow.written(BACK)[-1]
    newcomer = walk.newcomers[-1]
    assert newcomer.thread is not None
    for reader, text, finding in (
        (flow.customer, back, "silent repeats"),
        (flow.thread, there, "silent repeats"),
        (other.thread, other.written(THERE)[0], "shown"),
        (other.thread, there, "shown"),
        (newcomer.dweller, back, "do not belong"),
        (newcomer.dweller, f"{HELPED}9", "silent repeats"),
        (newcomer.thread, newcomer.word, "silent repeats"),
        (flow.thread.at(f"{flow.thread.room.partition(':')[0]}"), there, "do not belong"),
    ):
        async with _posted(reader, text):
            with pytest.raises(AssertionError, match=finding):
                await account.check()
    async with _posted(flow.customer, f"{back}\n({REPEATED})"):
        assert await account.check() == 1


async def _wrong_rows(walk: Walk, account: Account) -> None:
    """Something else is stored."""
    word, other = walk.flow.written(THERE)
    person = walk.newcomers[0].word
    for table, statement, finding in (
        ("messages", f"DELETE FROM messages WHERE text = '{word}'", "stored"),  # noqa: S608 - our own words
        ("messages", f"UPDATE messages SET text = '{other}' WHERE text = '{word}'", "stored"),  # noqa: S608
        ("messages", f"UPDATE messages SET id = -id WHERE text = '{other}'", "another order"),  # noqa: S608
        ("messages", f"DELETE FROM messages WHERE text = '{person}'", "is stored as"),  # noqa: S608
        ("tickets", "DELETE FROM tickets WHERE number = 1", "0 tickets"),
        (
            "tickets",
            "UPDATE tickets SET status = 'resolved', conversation_id = (SELECT conversation_id FROM tickets "
            "WHERE number = 2) WHERE number = 4",
            "2 tickets",
        ),
        ("desk_places", "DELETE FROM desk_places", "threads each: \\[0\\]"),
        (
            "outbox",
            "INSERT INTO outbox (id, lane, platform, payload, state, attempts, is_uncertain, sent_so_far, created_at, "
            "error) VALUES (1, 'a', 'slack', '', 'failed', 1, 0, '', '2026-01-01', 'gone')",
            "given up",
        ),
    ):
        async with _changed(walk.scene, table, statement):
            with pytest.raises(AssertionError, match=finding):
                await account.check()


@pytest.mark.parametrize(
    ("name", "outcome", "is_good"),
    [
        pytest.param("slow", Outcome(), True, id="as promised"),
        pytest.param("slow", Outcome(Counter(telegram=1)), False, id="a repeat that is not declared"),
        pytest.param("reply lost", Outcome(Counter(telegram=4)), True, id="as many as were declared"),
        pytest.param("reply lost", Outcome(Counter(telegram=5)), False, id="more than were declared"),
        pytest.param(AT_RANDOM, Outcome(Counter(telegram=20), kills=5), True, id="so many for each kill"),
        pytest.param(
            AT_RANDOM, Outcome(Counter(telegram=21), kills=5), False, id="more than the kills explain"
        ),
        pytest.param("slow", Outcome(slowed="0.2 s became 9.0 s"), False, id="a slowed neighbour"),
    ],
)
def test_what_a_fault_does_not_declare_fails_its_cell(name: str, outcome: Outcome, is_good: bool) -> None:
    run = next(run for fault in FAULTS if fault.name == name for run in runs_of(fault))
    assert bool(judged(run, outcome).failures) != is_good
