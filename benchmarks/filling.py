"""Databases with a past: written in bulk, in the shape in which the product would have written them.

Every customer sits on Telegram, has a claimed ticket with a thread in a Slack channel, and wrote and was answered; rows
of different customers lie mixed, as time mixes them. The events of the last seven days are remembered, each by its id.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from typing import Any

from sqlalchemy import Engine, Table, insert
from sqlalchemy.dialects import sqlite

from bot.core.commands import Role
from bot.core.places import Place
from storage import make_engine
from storage import tables as t
from storage.ids import Ids
from storage.migrate import migrate

STAFF_SPACE = Place("slack", channel="C00STAFF")
AGENT = 1
MESSAGES_EACH = 20
_RECENT_SHARE = 5
"""One in so many messages is of the last seven days."""
_TOGETHER = 20_000
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_WORDS = (
    "The handle came off when I opened the door, and the screws do not hold any more. What can I do about it?"
)


def customers_of(messages: int) -> int:
    return max(50, messages // MESSAGES_EACH)


def chat_of(customer: int) -> Place:
    return Place("telegram", channel=str(100_000_000 + customer), is_direct=True)


def thread_of(customer: int) -> Place:
    return Place("slack", "T0000001", STAFF_SPACE.channel, f"1700000000.{customer:07}")


class Filling:
    """Bulk rows for one database, which is migrated first."""

    def __init__(self, url: str) -> None:
        self._engine: Engine = make_engine(url)
        migrate(self._engine)
        self._now = datetime.now(UTC)
        self._first_id = Ids().next(self._now - timedelta(days=60))
        self._is_sqlite = self._engine.dialect.name == "sqlite"

    def history(self, messages: int) -> None:
        """So many messages, with all that stands around them."""
        people = range(customers_of(messages))
        self._people(people)
        self._add(t.tickets, (
            {"id": self._id(n), "number": n + 1, "conversation_id": self._id(n), "status": "claimed",
             "subject": "The handle came off", "opened_at": self._at(30), "waiting_since": self._at(30),
             "claimed_by": AGENT, "claimed_at": self._at(29), "areas": "repairs"} for n in people))  # fmt: skip
        self._add(t.counters, [{"name": "ticket", "value": len(people)}])
        self._add(t.desk_places, (
            {"place_key": thread_of(n).key, "ticket_id": self._id(n), "kind": "thread", "is_direct": False,
             "card_place_key": thread_of(n).key, "card_external_id": thread_of(n).thread}
            for n in people))  # fmt: skip
        self._messages(messages, len(people))
        self._handled(messages // _RECENT_SHARE)
        self._settle()

    def crowd(self, tickets: int, deadlines: int) -> None:
        """So many people in the queue, and so many moments that have not come yet."""
        self._people(range(1))
        self._conversations(range(1, tickets), contact=0, owner="queue")
        self._add(t.tickets, (
            {"id": self._id(n), "number": n + 1, "conversation_id": self._id(n), "status": "waiting",
             "subject": "The handle came off", "opened_at": self._at(30), "waiting_since": self._at(30, n),
             "areas": "repairs"} for n in range(tickets)))  # fmt: skip
        self._add(t.counters, [{"name": "ticket", "value": tickets}])
        self._add(t.deadlines, (
            {"name": "check_in", "subject": str(n), "due_at": self._at(-1, n)} for n in range(deadlines)))  # fmt: skip
        self._settle()

    def outbox(self, actions: int, lanes: int) -> None:
        """So many actions that were decided by a process that is no more."""
        rows = (
            {"id": self._id(n), "lane": f"c{n % lanes}", "platform": "telegram", "payload": _WORDS,
             "state": "pending", "attempts": 0, "is_uncertain": False, "sent_so_far": "",
             "created_at": self._at(6, n), "error": ""} for n in range(actions))  # fmt: skip
        self._add(t.outbox, rows)
        self._settle()

    def _people(self, people: Sequence[int]) -> None:
        self._add(t.staff, [
            {"id": AGENT, "platform": "slack", "workspace": "T0000001", "external_id": "U00AGENT",
             "name": "Agent", "role": int(Role.AGENT), "areas": "", "is_volunteering": False,
             "is_confirmed": True}])  # fmt: skip
        self._add(t.contacts, (
            {"id": self._id(n), "name": f"Customer {n}", "language": "en", "is_opted_out": False,
             "is_reachable": True, "created_at": self._at(40)} for n in people))  # fmt: skip
        self._add(t.identities, (
            {"id": self._id(n), "contact_id": self._id(n), "platform": "telegram", "workspace": "",
             "external_id": chat_of(n).channel} for n in people))  # fmt: skip
        self._conversations(people)

    def _conversations(
        self, numbers: Sequence[int], contact: int | None = None, owner: str = "person"
    ) -> None:
        rows = (
            {"id": self._id(n), "contact_id": self._id(n if contact is None else contact),
             "place_key": chat_of(n).key, "is_direct": True, "opened_at": self._at(40),
             "last_message_at": self._at(1), "status": "open", "owner": owner} for n in numbers)  # fmt: skip
        self._add(t.conversations, rows)

    def _messages(self, messages: int, people: int) -> None:
        def message(n: int) -> dict[str, Any]:
            is_incoming = n // people % 2 == 0
            origin = chat_of(n % people) if is_incoming else thread_of(n % people)
            return {
                "id": self._id(n), "conversation_id": self._id(n % people),
                "direction": "incoming" if is_incoming else "outgoing", "author_name": "Someone",
                "text": f"{_WORDS} ({n})", "sent_at": self._at(29, n), "files": "", "is_from_bot": False,
                "origin_place_key": origin.key, "origin_is_direct": is_incoming, "origin_external_id": f"{n:010}",
            }  # fmt: skip

        def ref(n: int, place: Place, external_id: str) -> dict[str, Any]:
            return {
                "room_key": place.room.key, "external_id": external_id, "place_key": place.key,
                "message_id": self._id(n), "part": 0, "is_direct": place.is_direct,
            }  # fmt: skip

        def copies() -> Iterator[dict[str, Any]]:
            # In the order of the key, so that the index is written from its beginning to its end.
            for n in range(messages):
                yield ref(n, thread_of(n % people), f"{1_700_000_000 + n}.000100")
            for customer in range(people):
                for n in range(customer, messages, people):
                    yield ref(n, chat_of(customer), f"{n:010}")

        self._add(t.messages, map(message, range(messages)))
        self._add(t.message_refs, copies())

    def _handled(self, events: int) -> None:
        rows = (
            {"id": self._id(n), "platform": "telegram", "event_id": f"telegram:message:{n}", "lane": "l",
             "payload": "", "received_at": self._at(6, n), "state": "handled", "attempts": 1,
             "due_at": self._at(6, n), "error": ""} for n in range(events))  # fmt: skip
        self._add(t.intake, rows)

    def _id(self, number: int) -> int:
        return self._first_id + number

    def _at(self, days_ago: int, plus_ms: int = 0) -> Any:
        moment = self._now - timedelta(days=days_ago, milliseconds=-plus_ms)
        return (moment - _EPOCH) // _MICROSECOND if self._is_sqlite else moment

    def _add(self, table: Table, rows: Iterable[dict[str, Any]]) -> None:
        rows = iter(rows)
        first = next(rows, None)
        if first is None:
            return
        connection = self._engine.raw_connection()
        put = _put_sqlite if self._is_sqlite else _put_postgresql
        put(connection.cursor(), table, list(first), chain([first], rows))
        connection.close()

    def _settle(self) -> None:
        """What a database in use has behind it: statistics, and a log that was written back."""
        connection = self._engine.raw_connection()
        connection.cursor().execute(
            "PRAGMA wal_checkpoint(TRUNCATE)" if self._is_sqlite else "VACUUM ANALYZE"
        )
        connection.close()


def _put_sqlite(cursor: Any, table: Table, names: list[str], rows: Iterator[dict[str, Any]]) -> None:
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.execute("PRAGMA foreign_keys=OFF")
    text = insert(table).values(dict.fromkeys(names)).compile(dialect=sqlite.dialect(paramstyle="named"))
    cursor.execute("BEGIN")
    while batch := list(islice(rows, _TOGETHER)):
        cursor.executemany(str(text), batch)
    cursor.execute("COMMIT")


def _put_postgresql(cursor: Any, table: Table, names: list[str], rows: Iterator[dict[str, Any]]) -> None:
    # The rows fit together; checking each reference would take longer than writing them.
    cursor.execute("SET session_replication_role = replica")
    with cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
        while batch := list(islice(rows, _TOGETHER)):
            copy.write("".join(["\t".join(map(str, row.values())) + "\n" for row in batch]))
